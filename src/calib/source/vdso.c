/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The kernel's own mult/shift behind clock_gettime: exactly the rate that
 * CLOCK_MONOTONIC_RAW runs at. */
#include <errno.h>
#include <math.h>

#include "calib/facts/clock_pages.h"
#include "calib/source/source.h"

/* With another clocksource a stale pair stays behind in the page. */
static bool shown(const struct run *run, struct estimate *est)
{
	if (!run->facts.clocksource_visible)
		est_say(est, TSCAL_STATUS_ABSENT,
			"the clocksource is not visible, so nothing says that "
			"the page is about the TSC");
	else if (!run->kernel.tsc)
		est_say(est, TSCAL_STATUS_ABSENT,
			"the kernel's clocksource is %s, not the TSC",
			run->facts.clocksource);
	return run->kernel.tsc;
}

static void survey(struct run *run, struct estimate *est)
{
	if (shown(run, est))
		est_say(est, TSCAL_STATUS_READY,
			"would search the vDSO's pages for the mult/shift that "
			"a measurement confirms");
}

/* us per tick at USER_HZ 100. */
#define TICK_NOMINAL 10000

/* How far a rate is from the point, in counts (1 ns) of the window. */
static double counts_off(const struct measured *raw, double hz)
{
	return fabs(ppm(hz, raw->hz)) * raw->ms;
}

/* The point is known to one count; several times that is left to doubt. */
#define NEAR_COUNTS 1
#define FAR_COUNTS 8

static bool near_point(const struct measured *raw, double hz)
{
	return raw->settled && counts_off(raw, hz) <= NEAR_COUNTS;
}

/* By the measurement: the one that is near, if no other is. */
static const struct clock_pair *by_point(
	const struct measured *raw, const struct clock_pairs *p)
{
	const struct clock_pair *best = NULL;

	for (size_t i = 0; i < p->n; i++) {
		const struct clock_pair *pair = &p->pair[i];

		if (counts_off(raw, pair->hz) >= FAR_COUNTS)
			continue;
		if (best)
			return NULL;
		best = pair;
	}
	return best && near_point(raw, best->hz) ? best : NULL;
}

/*
 * By NTP: the pair it steers has the mult of the other times 1 + freq, cut to
 * an integer, or one more (Linux, timekeeping_adjust() since 4.17), while it
 * makes up for no offset.  Not asked where the two are within that rounding and
 * the measurement contradicts the answer: older kernels round otherwise.
 */
static const struct clock_pair *by_ntp(
	const struct run *run, const struct clock_pairs *p)
{
	const struct plat_timex *t = &run->facts.timex;
	const struct clock_pair *found = NULL;

	if (run->facts.timex_rc || t->tick != TICK_NOMINAL || t->offset_ns ||
		p->n != 2 || p->pair[0].shift != p->pair[1].shift)
		return NULL;
	for (int i = 0; i < 2; i++) {
		double raw = p->pair[i].mult, other = p->pair[1 - i].mult;
		double off = other - raw * (1 + (double)t->freq / 65536e6);

		/* A hundredth for the rounding of freq itself. */
		if (!(off > -1.01 && off < 1.01))
			continue;
		if (found)
			return NULL;
		found = &p->pair[i];
		if (fabs(other - raw) <= 2 &&
			(run->raw_glance || !near_point(&run->raw, found->hz)))
			return NULL;
	}
	return found;
}

static const struct clock_pair *choose(
	const struct run *run, const struct clock_pairs *p)
{
	const struct clock_pair *found = NULL;

	if (p->n == 1)
		return &p->pair[0];
	if (p->n > CLOCK_PAIRS_MAX)
		return NULL;
	/* A glance or unlike ends do not tell the two apart. */
	if (!run->raw_glance && run->raw.settled)
		found = by_point(&run->raw, p);
	return found ? found : by_ntp(run, p);
}

static void ask(struct run *run, struct estimate *est)
{
	const struct measured *raw = &run->raw;
	const struct clock_pair *pair;
	struct clock_pairs pairs;
	double scale;
	int rc;

	est->by_kernel = true;
	if (!shown(run, est))
		return;
	if (raw->status != TSCAL_STATUS_READY) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"nothing measured to confirm the page by");
		return;
	}
	rc = clock_pages_pairs(run->plat, raw->lo, raw->hi, &pairs);
	if (rc == -ENOENT || rc == -EFAULT) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"no mult/shift in the vDSO pages that fits the "
			"measurement");
		return;
	}
	if (rc) {
		est_errno(est, rc, "the vDSO data page");
		return;
	}
	pair = choose(run, &pairs);
	if (!pair) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"several rates in the page, and neither this "
			"measurement nor NTP can tell which one follows NTP");
		return;
	}
	scale = ldexp(1e9, (int)pair->shift);
	run->raw_exact_hz = pair->hz;
	est_number(est, pair->hz, scale / (pair->mult + 0.5),
		scale / (pair->mult - 0.5), run->kernel.roots,
		"mult %u, shift %u; the kernel %s", pair->mult, pair->shift,
		run->kernel.how);
}

const struct source source_vdso = {
	.id = TSCAL_SOURCE_VDSO,
	.name = "vdso",
	.kind = TSCAL_KIND_KERNEL,
	.needs = "the vDSO data pages, clocksource tsc",
	.survey = survey,
	.ask = ask,
};
