/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The TSC measured against CLOCK_REALTIME for a second or more: network time,
 * while NTP's frequency is constant and it corrects no offset.
 */
#include <math.h>

#include "calib/source/source.h"

/* Largest difference between the clock's rate and NTP's frequency.  Correcting
 * the offset that may remain (1 ms, a sixteenth per second with the fastest
 * PLL, Linux ntp_offset_chunk() with time constant 2) would be 60 ppm.  A
 * larger difference is a slew, for example by adjtime(3). */
#define SLEW_PPM 1.0
/* Typical changes of a settled daemon's frequency; reported, not added to the
 * bounds. */
#define TOLERANCE_PPM 1.0

static bool check(const struct source_view *v, struct estimate *est)
{
	if (!ntp_check(v, est))
		return false;
	if (v->opts->budget_ms >= NTP_BUDGET_MS)
		return source_may_measure(v, est);
	est_say(est, TSCAL_STATUS_SKIPPED,
		"needs a window of 1 s: --budget-ms %d", NTP_BUDGET_MS);
	return false;
}

/* By how many ppm at least the clock's rate differs from the frequency that NTP
 * has set, given the bounds of both measurements. */
static double slewed_ppm(
	const struct outcome *raw, const struct outcome *m, double ratio)
{
	double lo = raw->lo / (1 + ratio), hi = raw->hi / (1 + ratio);

	if (m->lo > hi)
		return ppm(hi, m->lo);
	if (m->hi < lo)
		return ppm(lo, m->hi);
	return 0;
}

static void read(const struct source_view *v, struct estimate *est)
{
	const struct counters *c = &v->measured->counters;
	const struct measured *m = &c->timer[PLAT_COUNTER_REALTIME];
	double ratio, slew;

	if (m->out.status != TSCAL_STATUS_READY) {
		est_outcome(est, &m->out, 0);
		return;
	}
	/* window.c allows a window shorter by a fifth; a still shorter one was
	 * interrupted. */
	if (m->ms < NTP_WINDOW_MS * 0.8) {
		est_say(est, TSCAL_STATUS_UNSTABLE,
			"needs a window of 1 s, and only %.0f ms of it were "
			"left",
			m->ms);
		return;
	}
	if (!measurements_raw(v->measured)) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"the rate of CLOCK_MONOTONIC_RAW is not known, so a "
			"slew would not be seen");
		return;
	}
	if (!ntp_frequency(v, est, &ratio))
		return;
	slew = slewed_ppm(&c->raw.out, &m->out, ratio);
	if (fabs(slew) > SLEW_PPM) {
		est_say(est, TSCAL_STATUS_UNSTABLE,
			"the clock runs %.1f ppm off the frequency that NTP "
			"set: a program slews it",
			fabs(slew));
		return;
	}
	est_number(est, m->out.hz, m->out.lo, m->out.hi, ntp_roots(v),
		"CLOCK_REALTIME, which NTP steers: %s", m->out.sentence);
	est->line.ms = m->ms;
	est->line.tolerance_ppm = TOLERANCE_PPM;
}

const struct source source_ntp = {
	.id = TSCAL_SOURCE_NTP,
	.name = "ntp",
	.kind = TSCAL_KIND_MEASURED,
	.counter = PLAT_COUNTER_BIT(PLAT_COUNTER_REALTIME),
	.needs = "a kernel clock that NTP has synchronised; --budget-ms 1200",
	.check = check,
	.read = read,
};
