/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/source/raw_rate.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "calib/estimate.h"
#include "hv/clocksource.h"

/* With another clocksource the page still holds an old pair. */
bool raw_rate_check(const struct facts *facts, const struct kernel_rate *kernel,
	struct outcome *out)
{
	if (facts->clocksource_rc == -ENODATA)
		outcome_errno(
			out, facts->clocksource_rc, "the list of clocksources");
	else if (!facts->clocksource_visible)
		outcome_set(out, TSCAL_STATUS_ABSENT,
			"the clocksource is not visible, so it is not known "
			"whether the page describes the TSC");
	else if (!kernel->tsc)
		outcome_set(out, TSCAL_STATUS_ABSENT,
			"the kernel's clocksource is %s, not the TSC",
			facts->clocksource);
	return facts->clocksource_visible && kernel->tsc;
}

/* us per tick at USER_HZ 100. */
#define TICK_NOMINAL 10000

/* The difference of a rate from the point, in counts (1 ns) of the window. */
static double counts_off(const struct measured *raw, double hz)
{
	return fabs(ppm(hz, raw->out.hz)) * raw->ms;
}

/* The point is exact to one count.  The other pairs must differ by more. */
#define NEAR_COUNTS 1
#define FAR_COUNTS 8

static bool at_point(const struct measured *raw, double hz)
{
	return raw->settled && counts_off(raw, hz) <= NEAR_COUNTS;
}

/* By the measurement: the pair at the point, if all others are far from it. */
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
	return best && at_point(raw, best->hz) ? best : NULL;
}

/*
 * By NTP: the pair it steers has the mult of the other times 1 + freq,
 * truncated to an integer, or one more (Linux, timekeeping_adjust() since
 * 4.17), while it corrects no offset.  Not used if the two are within that
 * rounding and the measurement contradicts the result: older kernels round
 * differently.
 */
static const struct clock_pair *by_ntp(const struct facts *facts,
	const struct measurements *m, const struct clock_pairs *p)
{
	const struct plat_timex *t = &facts->timex;
	const struct clock_pair *found = NULL;

	if (facts->timex_rc || t->tick != TICK_NOMINAL || t->offset_ns ||
		p->n != 2 || p->pair[0].shift != p->pair[1].shift)
		return NULL;
	for (int i = 0; i < 2; i++) {
		double raw = p->pair[i].mult, other = p->pair[1 - i].mult;
		double off = other - raw * (1 + (double)t->freq / 65536e6);

		/* 0.01 for the rounding of freq itself. */
		if (!(off > -1.01 && off < 1.01))
			continue;
		if (found)
			return NULL;
		found = &p->pair[i];
		if (fabs(other - raw) <= 2 &&
			(m->quick || !at_point(&m->counters.raw, found->hz)))
			return NULL;
	}
	return found;
}

static const struct clock_pair *choose(const struct facts *facts,
	const struct measurements *m, const struct clock_pairs *p)
{
	const struct measured *raw = &m->counters.raw;
	const struct clock_pair *found = NULL;

	if (p->n == 1)
		return &p->pair[0];
	if (p->n > CLOCK_PAIRS_MAX)
		return NULL;
	/* A quick window, or one whose ends differ, does not distinguish them.
	 */
	if (!m->quick && raw->settled)
		found = by_point(raw, p);
	return found ? found : by_ntp(facts, m, p);
}

static void find(struct tscal_platform *plat, const struct facts *facts,
	const struct kernel_rate *kernel, const struct measurements *m,
	struct outcome *out)
{
	const struct outcome *raw = &m->counters.raw.out;
	const struct clock_pair *pair;
	struct clock_pairs pairs;
	double scale;
	int rc;

	if (!raw_rate_check(facts, kernel, out))
		return;
	if (!measurements_raw(m)) {
		outcome_set(out, TSCAL_STATUS_ABSENT,
			"no measurement to confirm the page with");
		return;
	}
	rc = clock_pages_pairs(plat, raw->lo, raw->hi, &pairs);
	if (rc == -ENOENT || rc == -EFAULT) {
		outcome_set(out, TSCAL_STATUS_ABSENT,
			"no mult/shift in the vDSO's pages fits the "
			"measurement");
		return;
	}
	if (rc) {
		outcome_errno(out, rc, "the vDSO data page");
		return;
	}
	pair = choose(facts, m, &pairs);
	if (!pair) {
		outcome_set(out, TSCAL_STATUS_ABSENT,
			"the page holds several rates, and neither this "
			"measurement nor NTP shows which one follows NTP");
		return;
	}
	scale = ldexp(1e9, (int)pair->shift);
	outcome_set(out, TSCAL_STATUS_READY, "mult %u, shift %u; the kernel %s",
		pair->mult, pair->shift, kernel_origin_phrase(kernel->origin));
	out->hz = pair->hz;
	out->lo = scale / (pair->mult + 0.5);
	out->hi = scale / (pair->mult - 0.5);
}

void raw_rate_find(struct tscal_platform *plat, const struct facts *facts,
	const struct kernel_rate *kernel, const struct measurements *m,
	struct raw_rate *rate)
{
	uint64_t begun_ns = plat->ops->now_ns(plat);

	find(plat, facts, kernel, m, &rate->out);
	rate->ms = (double)(plat->ops->now_ns(plat) - begun_ns) / 1e6;
}

/*
 * A clocksource that counts in ns has a mult of exactly 1 << shift, one in
 * units of 100 ns of 100 << shift: clocks_calc_mult_shift() (Linux,
 * kernel/time/clocksource.c) divides without a remainder, and
 * __clocksource_update_freq_scale() only halves the result.  So RAW is what the
 * hypervisor's factors give, also per tick of the kernel before 4.13, which
 * dropped fractions of a nanosecond.
 * NSEC_PER_SEC: kvmclock_init() (arch/x86/kernel/kvmclock.c), xen_time_init()
 * (arch/x86/xen/time.c).  NSEC_PER_SEC / 100: hv_init_tsc_clocksource()
 * (drivers/clocksource/hyperv_timer.c).
 * Without the flag "stable" each CPU has a record of its own, and this is that
 * of one of them.
 */
void raw_rate_by_page(struct tscal_platform *plat, const struct facts *facts,
	const struct measurements *m, const struct pvclock *pvclock,
	struct raw_rate *rate)
{
	const char *name = facts->clocksource;
	struct hyperv_page page;

	rate->page_hz = 0;
	rate->page = TSCAL_SOURCE_NONE;
	if (!facts->clocksource_visible || !measurements_raw(m))
		return;
	if (!strcmp(name, CLOCKSOURCE_KVM) || !strcmp(name, CLOCKSOURCE_XEN)) {
		if (pvclock->out.status != TSCAL_STATUS_READY ||
			!pvclock->stable)
			return;
		/* The arithmetic has no rounding of mul: the source kvmclock
		 * gives the rate that the host rounded to it. */
		rate->page_hz = ldexp(1e9, 32 - pvclock->shift) / pvclock->mul;
		rate->page = TSCAL_SOURCE_KVMCLOCK;
	} else if (!strcmp(name, CLOCKSOURCE_HYPERV_PAGE)) {
		clock_pages_hyperv(plat, m->counters.raw.out.hz, &page);
		if (page.out.status != TSCAL_STATUS_READY)
			return;
		rate->page_hz = page.out.hz;
		rate->page = TSCAL_SOURCE_HYPERV_PAGE;
	}
}

struct raw_second raw_rate_second(
	const struct raw_rate *rate, const struct measurements *m)
{
	const struct outcome *raw = &m->counters.raw.out;
	bool by_mult = rate->out.status == TSCAL_STATUS_READY;
	double hz = by_mult ? rate->out.hz : rate->page_hz;

	if (!measurements_raw(m) || raw->hz < TSC_HZ_MIN ||
		raw->hz > TSC_HZ_MAX)
		return (struct raw_second){0};
	if (hz > 0 && hz >= raw->lo && hz <= raw->hi)
		return (struct raw_second){
			hz, hz, hz, by_mult ? TSCAL_SOURCE_VDSO : rate->page};
	if (m->quick)
		return (struct raw_second){0};
	return (struct raw_second){
		raw->hz, raw->lo, raw->hi, TSCAL_SOURCE_CLOCK_RAW};
}
