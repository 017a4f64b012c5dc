/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* clock/convert/: ticks to nanoseconds.  An anchor: what a clock read at a TSC
 * value, and how far off that may be. */
#ifndef TSCAL_ANCHOR_H
#define TSCAL_ANCHOR_H

#include <stdbool.h>

#include "plat/plat.h"

/* At tsc the clock was between ns + lo and ns + hi. */
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

/* Whether this process may not execute RDTSC (prctl(2), PR_SET_TSC). */
bool clock_tsc_disabled(struct tscal_platform *plat);

/* A burst of a clock: how many samples, at least 1, or -errno. */
int anchor_samples(struct tscal_platform *plat, int clock_id, size_t reads,
	struct plat_sample *s);

/* The anchor of a burst.  0, or -errno. */
int anchor_take(struct tscal_platform *plat, int clock_id, size_t reads,
	double ns_per_tick, struct anchor *out);

/* Half of what is not known, in ns. */
static inline double anchor_half(const struct anchor *a)
{
	return (a->hi - a->lo) / 2;
}

/* How far ns is outside of the anchor, in ns: 0 within, positive above. */
double anchor_off(const struct anchor *a, int64_t ns);

/* The rates in ns per tick that two anchors allow; false if the TSC did not
 * go on between them. */
bool anchor_rates(const struct anchor *from, const struct anchor *to,
	double *lo, double *hi);

#endif /* TSCAL_ANCHOR_H */
