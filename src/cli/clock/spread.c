/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal clock: how numbers are distributed, in memory of a fixed size. */
#include "cli/clock/clock.h"

/* How the numbers of bins grow: SPREAD_HALF for each power of two. */
static size_t bin_of(uint64_t ns)
{
	unsigned shift = 0;

	while (ns >> shift >= 2 * SPREAD_HALF)
		shift++;
	return (size_t)shift * SPREAD_HALF + (size_t)(ns >> shift);
}

void spread_add(struct spread *s, int64_t ns)
{
	if (!s->n || ns < s->min_ns)
		s->min_ns = ns;
	if (!s->n || ns > s->max_ns)
		s->max_ns = ns;
	s->n++;
	s->bins[bin_of((uint64_t)ns)]++;
}

int64_t spread_median_ns(const struct spread *s)
{
	uint64_t seen = 0;
	size_t bin = 0, shift;

	while (bin < SPREAD_BINS - 1 && (seen += s->bins[bin]) * 2 < s->n)
		bin++;
	shift = bin < 2 * SPREAD_HALF ? 0 : bin / SPREAD_HALF - 1;
	bin -= shift * SPREAD_HALF;
	/* The least of a bin may be less than all that is in it. */
	return (int64_t)((uint64_t)bin << shift) < s->min_ns
		       ? s->min_ns
		       : (int64_t)((uint64_t)bin << shift);
}

void spread_sum(struct spread *to, const struct spread *s)
{
	if (!s->n)
		return;
	if (!to->n || s->min_ns < to->min_ns)
		to->min_ns = s->min_ns;
	if (!to->n || s->max_ns > to->max_ns)
		to->max_ns = s->max_ns;
	to->n += s->n;
	for (size_t i = 0; i < SPREAD_BINS; i++)
		to->bins[i] += s->bins[i];
}
