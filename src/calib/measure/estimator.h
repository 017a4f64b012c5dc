/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * One estimator for every counter: two bursts of bracketed reads, and nothing
 * else.  Pure functions; no platform, no allocation.  docs/estimating.md
 * derives what is done here.
 *
 * A sample says: when the reference read c (its true value in [c, c + g)
 * counts, where g is the step it advances by, most often 1), the TSC was
 * somewhere in [a, b].  So the line TSC(reference) passes below the point (c,
 * b) and above the point (c + g, a), for every sample.
 */
#ifndef TSCAL_ESTIMATOR_H
#define TSCAL_ESTIMATOR_H

#include "plat/plat.h"

/* Most reads of a burst that ranks are taken of. */
#define RATE_BURST_MAX 1024

/* A burst whose references have been unwrapped: they never go back. */
struct burst {
	const struct plat_sample *s;
	size_t n;
};

/* TSC ticks per count of the reference. */
struct rate {
	double lo, hi; /* hold the truth if both tick evenly */
	double point;  /* the best guess between them */
	/* Whether the reads are of one kind at both ends, so that the point is
	 * known much better than the interval. */
	bool settled;
	/* Unless settled: the reads of the first burst are the slower ones. */
	bool first_worse;
};

enum rate_status {
	RATE_OK,
	RATE_TOO_FEW, /* a burst is empty, or the reference did not advance */
	RATE_UNEVEN,  /* no line passes all samples: something jumped */
};

/*
 * The tightest bounds that the samples give for the slope of the line through
 * an early and a late burst; fills in lo and hi.  The reference never lags by
 * more than step counts.
 */
enum rate_status rate_bounds(
	struct burst first, struct burst last, uint64_t step, struct rate *out);

/* The bounds, and the point between them. */
enum rate_status rate_estimate(
	struct burst first, struct burst last, uint64_t step, struct rate *out);

/* Sort v[0..n) from the smallest up, allocating nothing. */
void rate_sort(double *v, size_t n);

#endif /* TSCAL_ESTIMATOR_H */
