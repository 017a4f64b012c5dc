/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock/anchor.h"

/* What a sample says of the clock at tsc, relative to ns.  The clock read
 * [ref, ref + 1) ns at some moment between the two TSC reads. */
static void allows(const struct plat_sample *s, uint64_t tsc, int64_t ns,
	double q, double *lo, double *hi)
{
	double ref = (double)(int64_t)(s->ref - (uint64_t)ns);

	*lo = ref + (double)(int64_t)(tsc - s->tsc_after) * q;
	*hi = ref + 1 + (double)(int64_t)(tsc - s->tsc_before) * q;
}

struct anchor anchor_of(const struct plat_sample *s, size_t n, double q)
{
	const struct plat_sample *last = &s[n - 1], *best = last;
	struct anchor a = {.tsc = last->tsc_after, .ns = (int64_t)last->ref};
	double lo, hi;

	allows(last, a.tsc, a.ns, q, &a.lo, &a.hi);
	for (size_t i = 0; i < n; i++) {
		allows(&s[i], a.tsc, a.ns, q, &lo, &hi);
		if (lo > a.lo)
			a.lo = lo;
		if (hi < a.hi)
			a.hi = hi;
		if (s[i].tsc_after - s[i].tsc_before <
			best->tsc_after - best->tsc_before)
			best = &s[i];
	}
	if (a.lo <= a.hi)
		return a;
	a.tsc = best->tsc_after;
	a.ns = (int64_t)best->ref;
	allows(best, a.tsc, a.ns, q, &a.lo, &a.hi);
	return a;
}
