/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The kernel's own mult/shift for clock_gettime: the exact rate of
 * CLOCK_MONOTONIC_RAW. */
#include "calib/source/source.h"

static bool check(const struct source_view *v, struct estimate *est)
{
	struct outcome out;

	est->by_kernel = true;
	if (raw_rate_check(v->facts, v->kernel, &out))
		return true;
	est_outcome(est, &out, 0);
	return false;
}

static void read(const struct source_view *v, struct estimate *est)
{
	est_outcome(est, &v->raw_rate->out, v->kernel->roots);
	if (v->raw_rate->ms > 0)
		est->line.ms = v->raw_rate->ms;
}

const struct source source_vdso = {
	.id = TSCAL_SOURCE_VDSO,
	.name = "vdso",
	.kind = TSCAL_KIND_KERNEL,
	.needs = "the vDSO data pages, clocksource tsc",
	.check = check,
	.would = "would search the vDSO's pages for the mult/shift that a "
		 "measurement confirms",
	.read = read,
};
