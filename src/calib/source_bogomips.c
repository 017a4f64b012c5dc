/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * BogoMIPS of /proc/cpuinfo: twice the loops per microsecond, which with a TSC
 * delay loop is twice the MHz the kernel first assumed (Linux, tsc_init()).
 * The refinement never touches it, so it stays up to 1 % off for ever.
 */
#include "calib/source.h"

static void ask(struct run *run, struct estimate *est)
{
	double hz = run->facts.bogomips / 2 * 1e6;

	if (hz == 0)
		est_say(est, TSCAL_STATUS_ABSENT,
			"/proc/cpuinfo shows no bogomips");
	else
		/* Printed with two digits, cut off. */
		est_number(est, hz, hz - 5e3, hz + 5e3, run->kernel.khz_roots,
			"the kernel's first guess, never refined");
	est->by_kernel = true;
	if (est->line.status == TSCAL_STATUS_READY)
		est->line.status = TSCAL_STATUS_HINT;
}

const struct source source_bogomips = {
	.id = TSCAL_SOURCE_BOGOMIPS,
	.name = "bogomips",
	.kind = TSCAL_KIND_KERNEL,
	.needs = "/proc/cpuinfo",
	.ask = ask,
};
