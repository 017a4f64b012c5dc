/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * One estimator for every counter: two bursts of bracketed reads, and nothing
 * else.  Pure functions; no platform, no allocation.
 *
 * A sample says: when the reference read c (its true value in [c, c + 1)
 * counts), the TSC was somewhere in [a, b].  So the line TSC(reference) passes
 * below (c, b) and above (c + 1, a), for every sample.
 */
#ifndef TSCAL_ESTIMATOR_H
#define TSCAL_ESTIMATOR_H

#include "plat/plat.h"

/* A burst whose references have been unwrapped: they never go back. */
struct burst {
	const struct plat_sample *s;
	size_t n;
};

struct rate {
	/* TSC ticks per count of the reference. */
	double lo, hi; /* hold the truth if the reference ticks evenly */
	double middle; /* of lo and hi */
	double median; /* by the medians of both bursts */
};

enum rate_status {
	RATE_OK,
	RATE_TOO_FEW, /* a burst is empty, or the reference did not advance */
	RATE_UNEVEN,  /* no line passes all samples: something jumped */
};

/* The slope of the line through an early and a late burst. */
enum rate_status rate_estimate(
	struct burst first, struct burst last, struct rate *out);

#endif /* TSCAL_ESTIMATOR_H */
