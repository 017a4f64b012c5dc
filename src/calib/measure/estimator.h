/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * One estimator for all counters, from two bursts of bracketed reads.  Pure
 * functions; no platform, no allocation. docs/estimating.md derives the method.
 *
 * A sample means: when the reference read c (its true value in [c, c + g)
 * counts, where g is the step it advances by, usually 1), the TSC was in [a,
 * b].  So the line TSC(reference) passes below the point (c, b) and above the
 * point (c + g, a), for every sample.
 */
#ifndef TSCAL_ESTIMATOR_H
#define TSCAL_ESTIMATOR_H

#include "plat/plat.h"

/* The most reads of a burst whose ranks are compared. */
#define RATE_BURST_MAX 1024

/* A burst whose references have been unwrapped: they never decrease. */
struct burst {
	const struct plat_sample *s;
	size_t n;
};

/* TSC ticks per count of the reference. */
struct rate {
	double lo, hi; /* contain the true rate if both tick evenly */
	double point;  /* the best estimate between them */
	/* Whether the reads are alike at both ends, so that the point is much
	 * more exact than the interval. */
	bool settled;
	/* The point is not the middle of the interval. */
	bool by_ranks;
	/* Whether one end should be sampled again: the first one or the last.
	 */
	bool again, first_worse;
};

enum rate_status {
	RATE_OK,
	RATE_TOO_FEW, /* a burst is empty, or the reference did not advance */
	RATE_UNEVEN,  /* no line passes all samples: something jumped */
};

/*
 * The tightest bounds of the slope of the line through an early and a late
 * burst; sets lo and hi.  The reference lags by at most step counts.
 */
enum rate_status rate_bounds(
	struct burst first, struct burst last, uint64_t step, struct rate *out);

/* The bounds, and the point between them. */
enum rate_status rate_estimate(
	struct burst first, struct burst last, uint64_t step, struct rate *out);

/* Sort v[0..n), smallest first, without allocation. */
void rate_sort(double *v, size_t n);

#endif /* TSCAL_ESTIMATOR_H */
