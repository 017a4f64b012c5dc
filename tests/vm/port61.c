/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * port61 [VALUE]: print the bits of port 0x61 that software sets, after setting
 * them.  0 lets the PIT's channel 2 count, 1 gives it to the speaker, 2 and 3
 * mask errors; the others change by themselves.  Only for a guest of this lab.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>

#include "in_lab.h"

int main(int argc, char **argv)
{
	if (!in_lab()) {
		fputs("port61: this is no guest of the lab\n", stderr);
		return 1;
	}
	if (ioperm(0x61, 1, 1)) {
		perror("port61: ioperm");
		return 1;
	}
	if (argc > 1)
		outb((unsigned char)strtoul(argv[1], NULL, 0), 0x61);
	printf("%d\n", inb(0x61) & 0xf);
	return 0;
}
