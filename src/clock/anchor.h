/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Where a clock stood when the TSC had a value, and how sure that is. */
#ifndef TSCAL_ANCHOR_H
#define TSCAL_ANCHOR_H

#include <stdbool.h>

#include "plat/plat.h"

/* At tsc the clock said between ns + lo and ns + hi. */
struct anchor {
	uint64_t tsc;
	int64_t ns;
	double lo, hi;
};

/* Reads of one anchor: some microseconds. */
#define ANCHOR_READS 12

/*
 * From a burst of samples, by what all of them allow: tighter than the tightest
 * bracket.  If they contradict one another (the clock or the TSC jumped), the
 * tightest alone.  ns_per_tick need not be better than 0.1 %, also where the
 * program was interrupted between two of them.  n is at least 1.
 */
struct anchor anchor_of(
	const struct plat_sample *s, size_t n, double ns_per_tick);

/* Half of what is not known, in ns. */
static inline double anchor_half(const struct anchor *a)
{
	return (a->hi - a->lo) / 2;
}

#endif /* TSCAL_ANCHOR_H */
