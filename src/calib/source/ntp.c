/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * CLOCK_REALTIME over a second and more: the network's seconds, while NTP keeps
 * to one frequency and makes up for nothing.
 */
#include <math.h>

#include "calib/measure/counters.h"
#include "calib/source/source.h"

/* Between what the clock did and what NTP's frequency says that it does: the
 * offset that may be left (1 ms, a sixteenth of it a second at the fastest PLL,
 * Linux ntp_offset_chunk() with time constant 2) would be 60 ppm.  So much more
 * than this is somebody's slew, adjtime(3) for one. */
#define SLEW_PPM 1.0
/* How far a settled daemon's frequency wanders; stated, not added. */
#define TOLERANCE_PPM 1.0

static void survey(struct run *run, struct estimate *est)
{
	if (!ntp_fit(run, est))
		return;
	if (run->opts.budget_ms < NTP_BUDGET_MS)
		est_say(est, TSCAL_STATUS_SKIPPED,
			"takes a window of a second: --budget-ms %d",
			NTP_BUDGET_MS);
	else
		est_would_measure(run, est);
}

/* Whether the clock runs off the frequency that NTP has set: by how many ppm,
 * as far as the bounds of both measurements leave no doubt. */
static double slewed_ppm(const struct run *run, const struct measured *m)
{
	double by = 1 + (double)run->facts.timex.freq / 65536e6;
	double lo = run->raw.lo / by, hi = run->raw.hi / by;

	if (m->lo > hi)
		return ppm(hi, m->lo);
	if (m->hi < lo)
		return ppm(lo, m->hi);
	return 0;
}

static void ask(struct run *run, struct estimate *est)
{
	const struct measured *m = &run->timer[PLAT_COUNTER_REALTIME];
	struct plat_timex now;
	double slew;

	survey(run, est);
	if (est->line.status != TSCAL_STATUS_READY)
		return;
	if (m->status != TSCAL_STATUS_READY) {
		est_say(est, m->status, "%s", m->sentence);
		return;
	}
	/* measure.c lets it be shorter by a fifth; else time was taken away. */
	if (m->ms < NTP_WINDOW_MS * 0.8) {
		est_say(est, TSCAL_STATUS_UNSTABLE,
			"takes a window of a second, and no more than %.0f ms "
			"of it were left",
			m->ms);
		return;
	}
	if (run->raw.status != TSCAL_STATUS_READY) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"the rate of CLOCK_MONOTONIC_RAW is not known, which a "
			"slew would show against");
		return;
	}
	if (run->plat->ops->adjtimex(run->plat, &now) ||
		now.freq != run->facts.timex.freq || ntp_unfit(&now)) {
		est_say(est, TSCAL_STATUS_UNSTABLE,
			"NTP changed its frequency meanwhile");
		return;
	}
	slew = slewed_ppm(run, m);
	if (fabs(slew) > SLEW_PPM) {
		est_say(est, TSCAL_STATUS_UNSTABLE,
			"the clock runs %.1f ppm off the frequency that NTP "
			"set: somebody slews it",
			fabs(slew));
		return;
	}
	est_number(est, m->hz, m->lo, m->hi, ntp_roots(run),
		"CLOCK_REALTIME, which NTP keeps: %s", m->sentence);
	est->line.ms = m->ms;
	est->line.tolerance_ppm = TOLERANCE_PPM;
}

const struct source source_ntp = {
	.id = TSCAL_SOURCE_NTP,
	.name = "ntp",
	.kind = TSCAL_KIND_MEASURED,
	.needs = "a kernel clock that NTP has synchronised; --budget-ms 1200",
	.survey = survey,
	.ask = ask,
};
