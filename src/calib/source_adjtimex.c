/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * What NTP has learnt: the kernel runs CLOCK_MONOTONIC faster than
 * CLOCK_MONOTONIC_RAW by freq (adjtimex(2)), which hours of comparing with the
 * network have settled.  So true seconds are RAW's divided by 1 + freq.
 */
#include <stdlib.h>
#include <sys/timex.h>

#include "calib/source.h"

/* us per tick at USER_HZ 100: anything else is a fast slew (adjtimex(2)). */
#define TICK_NOMINAL 10000
/* With more than this to make up for, freq is still being searched for. */
#define OFFSET_MAX_NS 1000000
/* Close to the kernel's limit for freq, 500 ppm (Linux, MAXFREQ). */
#define FREQ_MAX (499 * 65536)
/* How far a settled daemon's frequency wanders; stated, not added. */
#define TOLERANCE_PPM 1.0

/* Why it cannot be a witness; NULL if it can. */
static const char *unfit(const struct plat_timex *t)
{
	if (t->state == TIME_ERROR || t->status & STA_UNSYNC)
		return "no NTP here: the kernel's clock is not synchronised";
	if (t->tick != TICK_NOMINAL)
		return "NTP is slewing now: not used as a witness";
	if (llabs(t->offset_ns) > OFFSET_MAX_NS)
		return "NTP still makes up for an offset above 1 ms";
	if (!t->freq)
		/* "Synchronised" by whoever set the clock, once. */
		return "nobody has corrected the clock's frequency yet";
	if (llabs(t->freq) >= FREQ_MAX)
		return "NTP's correction is at its limit, 500 ppm: the true "
		       "rate may be further off";
	return NULL;
}

static bool fit(const struct run *run, struct estimate *est)
{
	const char *why;

	if (run->facts.timex_rc) {
		est_errno(est, run->facts.timex_rc, "adjtimex");
		return false;
	}
	why = unfit(&run->facts.timex);
	if (why)
		est_say(est, TSCAL_STATUS_ABSENT, "%s", why);
	return !why;
}

static void survey(const struct run *run, struct estimate *est)
{
	if (fit(run, est))
		est_say(est, TSCAL_STATUS_READY,
			"would read NTP's frequency before and after");
}

static void ask(struct run *run, struct estimate *est)
{
	struct plat_timex now;
	double by, exact = run->raw_exact_hz;
	bool measured = run->raw.status == TSCAL_STATUS_READY &&
			!run->raw_glance;
	double lo = exact > 0 ? exact : run->raw.lo;
	double hi = exact > 0 ? exact : run->raw.hi;
	double hz = exact > 0 ? exact : measured ? run->raw.hz : 0;
	bool host;

	if (!fit(run, est))
		return;
	if (!(hz > 0)) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"the rate of CLOCK_MONOTONIC_RAW is not known");
		return;
	}
	if (run->plat->ops->adjtimex(run->plat, &now) ||
		now.freq != run->facts.timex.freq || unfit(&now)) {
		est_say(est, TSCAL_STATUS_UNSTABLE,
			"NTP changed its frequency meanwhile");
		return;
	}
	/* freq is in units of 2^-16 ppm. */
	by = (double)now.freq / 65536e6;
	/* A guest may follow its host by a PTP clock, which /sys would show. */
	host = run->facts.host_ptp ||
	       (run->kernel.guest && (run->facts.ptp_unseen ||
					     !run->facts.clocksource_visible));
	est_number(est, hz / (1 + by), lo / (1 + by + 0.5 / 65536e6),
		hi / (1 + by - 0.5 / 65536e6),
		host ? TSCAL_ROOT_UNKNOWN : TSCAL_ROOT_NTP,
		"NTP runs the kernel's clock at %+.3f ppm%s", by * 1e6,
		host ? ", but it may follow the host's clock" : "");
	est->line.tolerance_ppm = TOLERANCE_PPM;
}

const struct source source_adjtimex = {
	.id = TSCAL_SOURCE_ADJTIMEX,
	.name = "adjtimex",
	.kind = TSCAL_KIND_MEASURED,
	.needs = "a kernel clock that NTP has synchronised",
	.survey = survey,
	.ask = ask,
};
