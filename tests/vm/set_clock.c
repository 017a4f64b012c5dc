/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * set_clock FREQ-PPM TICK: leave the kernel's clock as an NTP daemon does that
 * has settled there.  Only for a guest of this lab: elsewhere it refuses.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>

#include "in_lab.h"

int main(int argc, char **argv)
{
	struct timex t = {
		.modes = ADJ_OFFSET | ADJ_FREQUENCY | ADJ_TICK | ADJ_STATUS |
			 ADJ_MAXERROR | ADJ_ESTERROR,
		.status = STA_PLL,
		.maxerror = 1000,
		.esterror = 1000,
	};

	if (argc != 3) {
		fputs("usage: set_clock FREQ-PPM TICK\n", stderr);
		return 1;
	}
	if (!in_lab()) {
		fputs("set_clock: this is no guest of the lab\n", stderr);
		return 1;
	}
	/* adjtimex(2): in units of 2^-16 ppm. */
	t.freq = (long)(strtod(argv[1], NULL) * 65536);
	t.tick = atol(argv[2]);
	if (adjtimex(&t) < 0) {
		perror("set_clock: adjtimex");
		return 1;
	}
	return 0;
}
