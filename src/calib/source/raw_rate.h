/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The exact rate of CLOCK_MONOTONIC_RAW: the kernel's own mult and shift, in
 * the vDSO's pages.  Needed by the sources vdso and adjtimex and by the report.
 */
#ifndef TSCAL_RAW_RATE_H
#define TSCAL_RAW_RATE_H

#include "calib/facts/kernel_rate.h"
#include "calib/measure/measurements.h"

struct raw_rate {
	struct outcome out;
	double ms; /* time of the search; 0 in a replay */
};

/* False if the pages are not about the TSC: out is the reason. */
bool raw_rate_check(const struct facts *facts, const struct kernel_rate *kernel,
	struct outcome *out);

/* Search for it, after the window: a rate is used only if a measurement
 * confirms it. */
void raw_rate_find(struct tscal_platform *plat, const struct facts *facts,
	const struct kernel_rate *kernel, const struct measurements *m,
	struct raw_rate *rate);

#endif /* TSCAL_RAW_RATE_H */
