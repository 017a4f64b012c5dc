/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tsc_adjust CPU TICKS: move the TSC of one CPU.  Only for a guest of this
 * lab. */
#include <stdlib.h>

#include "in_lab.h"
#include "tsc_adjust.h"

int main(int argc, char **argv)
{
	const char *why;
	int msr;

	if (!in_lab() || argc != 3) {
		fputs("tsc_adjust CPU TICKS, in a guest of the lab\n", stderr);
		return 1;
	}
	msr = open_msr(atoi(argv[1]));
	if (msr < 0) {
		perror("the CPU's MSRs");
		return 1;
	}
	why = adjust_tsc(msr, strtoll(argv[2], NULL, 0));
	if (why)
		perror(why);
	return why ? 1 : 0;
}
