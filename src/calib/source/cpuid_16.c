/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* CPUID leaf 0x16: the processor base frequency in MHz (Intel SDM vol. 2A,
 * CPUID).  A label: up to 1.3 % from the TSC rate. */
#include "calib/source/source.h"

static void read(const struct source_view *v, struct estimate *est)
{
	struct plat_cpuid r;
	double hz;

	if (!cpuid_leaf_read(v, est, 0x16, &r))
		return;
	/* SDM: bits 15:0. */
	hz = (r.eax & 0xffff) * 1e6;
	if (hz == 0)
		est_say(est, TSCAL_STATUS_ABSENT,
			"the leaf is there but names no frequency");
	else
		est_number(est, hz, hz - 0.5e6, hz + 0.5e6, TSCAL_ROOT_CPU,
			"base frequency, a label");
}

const struct source source_cpuid_16 = {
	.id = TSCAL_SOURCE_CPUID_16,
	.name = "cpuid-16",
	.kind = TSCAL_KIND_NOMINAL,
	.needs = "CPUID leaf 0x16",
	.read = read,
};
