/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * BogoMIPS of /proc/cpuinfo: twice the loops per microsecond, which with a TSC
 * delay loop is twice the MHz the kernel first assumed (Linux, tsc_init()). The
 * refinement does not change it, so after a guess it stays up to 1 % off; a
 * declared rate (tsc_known_freq) is exact from the start.
 */
#include "calib/source/source.h"

static void read(const struct source_view *v, struct estimate *est)
{
	double hz = v->facts->bogomips / 2 * 1e6;
	bool declared = v->facts->known_freq == 1;

	if (v->facts->cpuinfo_rc)
		est_errno(est, v->facts->cpuinfo_rc, "/proc/cpuinfo");
	else if (hz == 0)
		est_say(est, TSCAL_STATUS_ABSENT,
			"/proc/cpuinfo shows no bogomips");
	else
		/* Printed with two digits, truncated. */
		est_number(est, hz, hz - 5e3, hz + 5e3, v->kernel->khz_roots,
			"set at boot and not updated: %s%s",
			declared ? "the kernel " : "the kernel's first guess",
			declared ? kernel_origin_phrase(v->kernel->khz_origin)
				 : "");
	est->by_kernel = true;
	if (est->line.status == TSCAL_STATUS_READY)
		est->line.status = TSCAL_STATUS_HINT;
}

const struct source source_bogomips = {
	.id = TSCAL_SOURCE_BOGOMIPS,
	.name = "bogomips",
	.kind = TSCAL_KIND_KERNEL,
	.needs = "/proc/cpuinfo",
	.read = read,
};
