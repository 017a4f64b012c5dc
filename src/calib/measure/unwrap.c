/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/measure/unwrap.h"

#include <math.h>

/* A window is at most half a wrap: more than one means that the process was
 * interrupted.  A rate that gives one wrap too many in 16 is 6 % off. */
#define WRAPS_MAX 16

/*
 * With the rate known: how many wraps the step lacks.  If that is more than a
 * quarter from an integer, the rate or the count is wrong.
 */
static enum unwrapped by_rate(
	const struct unwrap *u, uint64_t tsc, uint64_t step, uint64_t *wraps)
{
	double range = (double)u->mask + 1;
	double ticks = (double)(int64_t)(tsc - u->tsc);
	double missing = (ticks * u->rate - (double)step) / range;

	/* Less than half a wrap is none: the counter may have stopped, which is
	 * detected elsewhere, or has another rate. */
	if (missing < -0.5)
		return UNWRAP_BACK;
	/* The more wraps, the smaller the allowed error of the other counter.
	 */
	if (!(missing < WRAPS_MAX))
		return UNWRAP_LOST;
	*wraps = (uint64_t)(missing + 0.5);
	return *wraps && fabs(missing - (double)*wraps) > 0.25 ? UNWRAP_LOST
							       : UNWRAP_OK;
}

enum unwrapped unwrap(struct unwrap *u, struct plat_sample *s, int n)
{
	for (int i = 0; i < n; i++) {
		uint64_t step = (s[i].ref - u->ref) & u->mask, wraps = 0;
		enum unwrapped how = UNWRAP_OK;

		if (u->mask < UINT64_MAX && u->rate > 0)
			how = by_rate(u, s[i].tsc_before, step, &wraps);
		else if (step > u->mask - u->mask / 8)
			how = UNWRAP_BACK;
		if (how != UNWRAP_OK)
			return how;
		u->ref += step + wraps * (u->mask + 1);
		u->tsc = s[i].tsc_before;
		s[i].ref = u->ref;
	}
	return UNWRAP_OK;
}

static bool between(
	uint64_t before, uint64_t ref, uint64_t after, uint64_t mask)
{
	uint64_t span = (after - before) & mask;

	return span <= mask / 2 && ((ref - before) & mask) <= span;
}

/* Whether read i lies between its neighbours; true for the first and last. */
static bool in_order(const struct plat_sample *s, int n, int i, uint64_t mask)
{
	return i < 1 || i + 1 >= n ||
	       between(s[i - 1].ref, s[i].ref, s[i + 1].ref, mask);
}

int drop_torn_reads(struct plat_sample *s, int n, unsigned width)
{
	uint64_t mask = UINT64_MAX >> (64 - width);
	bool good[3] = {true, true, true}; /* read i - 1, i, i + 1 */
	int all = 0, kept = 0;

	if (n < 3)
		return n;
	for (int i = 1; i + 1 < n; i++)
		all += in_order(s, n, i, mask);
	if (all < n / 2)
		return n;
	/* Two torn reads in a row may look in order, so the neighbours of a
	 * read that is out of order are dropped too. */
	good[1] = in_order(s, n, 0, mask);
	good[2] = in_order(s, n, 1, mask);
	for (int i = 1; i + 1 < n; i++) {
		struct plat_sample here = s[i];

		good[0] = good[1];
		good[1] = good[2];
		good[2] = in_order(s, n, i + 1, mask);
		if (good[0] && good[1] && good[2])
			s[kept++] = here;
	}
	return kept;
}
