/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The exact rate of CLOCK_MONOTONIC_RAW, by pages behind the vDSO: the kernel's
 * own mult and shift, or the factors of the hypervisor's clock where that is
 * the clocksource.  Needed by the sources vdso and adjtimex and by the report.
 */
#ifndef TSCAL_RAW_RATE_H
#define TSCAL_RAW_RATE_H

#include "calib/facts/clock_pages.h"
#include "calib/facts/kernel_rate.h"
#include "calib/measure/measurements.h"

struct raw_rate {
	struct outcome out; /* by the kernel's mult and shift */
	double ms;	    /* time of the search; 0 in a replay */
	/* By the page of the clocksource's hypervisor; 0: not known. */
	double page_hz;
	enum tscal_source page; /* the source that reads it too */
};

/* Ticks per second of CLOCK_MONOTONIC_RAW; 0: not known. */
struct raw_second {
	double hz, lo, hi; /* all equal where hz is exact */
	enum tscal_source source;
};

/* False if the pages are not about the TSC: out is the reason. */
bool raw_rate_check(const struct facts *facts, const struct kernel_rate *kernel,
	struct outcome *out);

/* Search for it, after the window: a rate is used only if a measurement
 * confirms it. */
void raw_rate_find(struct tscal_platform *plat, const struct facts *facts,
	const struct kernel_rate *kernel, const struct measurements *m,
	struct raw_rate *rate);

/* The rate by the hypervisor's page, where that is the kernel's clocksource and
 * RAW counts as the page says. */
void raw_rate_by_page(struct tscal_platform *plat, const struct facts *facts,
	const struct measurements *m, const struct pvclock *pvclock,
	struct raw_rate *rate);

/* The exact rate, unless the measurement contradicts it; else as measured, but
 * not by a quick window. */
struct raw_second raw_rate_second(
	const struct raw_rate *rate, const struct measurements *m);

#endif /* TSCAL_RAW_RATE_H */
