/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock/convert/anchor.h"

#include <errno.h>

/* One read of a PTP device may take long. */
#define BURST_NS 20000

/* How far the rate of the caller may be off: NTP slews by 500 ppm, and a rate
 * by another clock may be as far off the other way. */
#define RATE_DOUBT 1e-3

/* What a sample allows for the clock at tsc, relative to ns.  The clock read
 * [ref, ref + 1) ns at some moment between the two TSC reads. */
static void allows(const struct plat_sample *s, uint64_t tsc, int64_t ns,
	double q, double *lo, double *hi)
{
	double ref = (double)(int64_t)(s->ref - (uint64_t)ns);
	double after = (double)(int64_t)(tsc - s->tsc_after) * q;
	double before = (double)(int64_t)(tsc - s->tsc_before) * q;

	*lo = ref + after - (after < 0 ? -after : after) * RATE_DOUBT;
	*hi = ref + 1 + before + (before < 0 ? -before : before) * RATE_DOUBT;
}

struct anchor anchor_of(const struct plat_sample *s, size_t n, double q)
{
	const struct plat_sample *best = &s[0];
	struct anchor a, alone;
	double lo, hi;

	for (size_t i = 1; i < n; i++)
		if (s[i].tsc_after - s[i].tsc_before <
			best->tsc_after - best->tsc_before)
			best = &s[i];
	/* At the tightest: where one was interrupted, it may be long ago. */
	a.tsc = best->tsc_after;
	a.ns = (int64_t)best->ref;
	allows(best, a.tsc, a.ns, q, &a.lo, &a.hi);
	alone = a;
	for (size_t i = 0; i < n; i++) {
		allows(&s[i], a.tsc, a.ns, q, &lo, &hi);
		if (lo > a.lo)
			a.lo = lo;
		if (hi < a.hi)
			a.hi = hi;
	}
	/* The clock was set meanwhile, or the TSC jumped. */
	return a.lo <= a.hi ? a : alone;
}

bool clock_tsc_disabled(struct tscal_platform *plat)
{
	enum plat_tsc_access access;

	return !plat->ops->tsc_access(plat, &access) &&
	       access != PLAT_TSC_ENABLED;
}

int anchor_samples(struct tscal_platform *plat, int clock_id, size_t reads,
	struct plat_sample *s)
{
	const struct plat_until until = {.reads = reads, .ns = BURST_NS};
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
	double ns = (double)(int64_t)((uint64_t)to->ns - (uint64_t)from->ns);

	*lo = *hi = 0;
	if (ticks <= 0)
		return false;
	*lo = (ns + to->lo - from->hi) / ticks;
	*hi = (ns + to->hi - from->lo) / ticks;
	return true;
}
