/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock/anchor.h"

#include <errno.h>

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

int anchor_samples(struct tscal_platform *plat, int clock_id, size_t reads,
	struct plat_sample *s)
{
	/* One read of a PTP device may take this long. */
	const struct plat_until until = {.reads = reads, .ns = 20000};
	int n = plat->ops->clock_burst(plat, clock_id, s, &until);

	return n ? n : -EIO;
}

int anchor_take(struct tscal_platform *plat, int clock_id, size_t reads,
	double ns_per_tick, struct anchor *out)
{
	struct plat_sample s[ANCHOR_READS];
	int n = anchor_samples(plat, clock_id, reads, s);

	if (n < 0)
		return n;
	*out = anchor_of(s, (size_t)n, ns_per_tick);
	return 0;
}

double anchor_ns(const struct anchor *from, const struct anchor *to)
{
	return (double)(int64_t)((uint64_t)to->ns - (uint64_t)from->ns) +
	       (to->lo + to->hi - from->lo - from->hi) / 2;
}

double anchor_off(const struct anchor *a, int64_t ns)
{
	double off = (double)(int64_t)((uint64_t)ns - (uint64_t)a->ns);

	if (off > a->hi)
		return off - a->hi;
	return off < a->lo ? off - a->lo : 0;
}

bool anchor_rates(const struct anchor *from, const struct anchor *to,
	double *lo, double *hi)
{
	double ticks = (double)(int64_t)(to->tsc - from->tsc);
	double ns = anchor_ns(from, to);
	double half = anchor_half(from) + anchor_half(to);

	*lo = (ns - half) / ticks;
	*hi = (ns + half) / ticks;
	return ticks > 0;
}
