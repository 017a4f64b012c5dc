/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/unwrap.h"

#include <math.h>

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

	if (missing < -0.5)
		return UNWRAP_BACK;
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
