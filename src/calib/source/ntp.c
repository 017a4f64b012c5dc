/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * CLOCK_REALTIME over a second and more: the network's seconds, while NTP keeps
 * to one frequency and makes up for nothing.
 */
#include <math.h>

#include "calib/source/source.h"

/* Between what the clock did and what NTP's frequency says that it does: the
 * offset that may be left (1 ms, a sixteenth of it a second at the fastest PLL,
 * Linux ntp_offset_chunk() with time constant 2) would be 60 ppm.  So much more
 * than this is somebody's slew, adjtime(3) for one. */
#define SLEW_PPM 1.0
/* How far a settled daemon's frequency wanders; stated, not added. */
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

/* Whether the clock runs off the frequency that NTP has set: by how many ppm,
 * as far as the bounds of both measurements leave no doubt. */
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
	/* window.c lets it be shorter by a fifth; else time was taken away. */
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
	.would = source_would_measure,
	.read = read,
};
