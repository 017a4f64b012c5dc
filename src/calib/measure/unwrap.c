/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/measure/unwrap.h"

#include <math.h>

/* A window is at most half a round: more than one comes of time that was taken
 * away.  A rate that is a round off in so many is 6 % off. */
#define ROUNDS_MAX 16

/*
 * With the rate known: how many counts the step is too few, in rounds.  Where
 * that leaves more than a quarter of a round open, one of the two is wrong.
 */
static enum unwrapped by_rate(
	const struct unwrap *u, uint64_t tsc, uint64_t step, uint64_t *rounds)
{
	double range = (double)u->mask + 1;
	double ticks = (double)(int64_t)(tsc - u->tsc);
	double missing = (ticks * u->rate - (double)step) / range;

	/* Half a round missing and less is none: the counter may have stopped,
	 * which shows otherwise, or runs at another speed. */
	if (missing < -0.5)
		return UNWRAP_BACK;
	/* The more rounds, the less may the other counter be off. */
	if (!(missing < ROUNDS_MAX))
		return UNWRAP_ROUND;
	*rounds = (uint64_t)(missing + 0.5);
	return *rounds && fabs(missing - (double)*rounds) > 0.25 ? UNWRAP_ROUND
								 : UNWRAP_OK;
}

enum unwrapped unwrap(struct unwrap *u, struct plat_sample *s, int n)
{
	for (int i = 0; i < n; i++) {
		uint64_t step = (s[i].ref - u->ref) & u->mask, rounds = 0;
		enum unwrapped how = UNWRAP_OK;

		if (u->mask < UINT64_MAX && u->rate > 0)
			how = by_rate(u, s[i].tsc_before, step, &rounds);
		else if (step > u->mask - u->mask / 8)
			how = UNWRAP_BACK;
		if (how != UNWRAP_OK)
			return how;
		u->ref += step + rounds * (u->mask + 1);
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

/* Whether read i lies between its neighbours; the ends have not two. */
static bool in_order(const struct plat_sample *s, int n, int i, uint64_t mask)
{
	return i < 1 || i + 1 >= n ||
	       between(s[i - 1].ref, s[i].ref, s[i + 1].ref, mask);
}

int leave_out_caught(struct plat_sample *s, int n, unsigned width)
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
	/* Two that were caught in a row lie between each other: so the
	 * neighbours of what lies astray go too. */
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
