/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * What NTP has learnt: the kernel runs CLOCK_MONOTONIC faster than
 * CLOCK_MONOTONIC_RAW by freq (adjtimex(2)), to keep it with the network's.  So
 * true seconds are RAW's divided by 1 + freq.
 *
 * That is believed when nothing speaks against it that can be seen in one short
 * run: the clock is synchronised and its error bounded, little is left to make
 * up for, and freq stays the same.  For how long it did before, nobody says.
 */
#include <sys/timex.h>

#include "calib/source.h"

/* us per tick at USER_HZ 100.  Another tick is a fast slew or, with chrony, a
 * part of the frequency, in steps of 100 ppm: one run cannot tell which. */
#define TICK_NOMINAL 10000
/* adjtimex(2): grows by 500 ppm until a daemon sets it; beyond 16 s the kernel
 * calls the clock unsynchronised.  After half an hour of silence, 1 s. */
#define MAXERROR_US 1000000
/* With more than this to make up for, freq is still being searched for. */
#define OFFSET_MAX_NS 1000000
/* Close to the kernel's limit for freq, 500 ppm (Linux, MAXFREQ). */
#define FREQ_MAX (499 * 65536)
/* How far a settled daemon's frequency wanders; stated, not added. */
#define TOLERANCE_PPM 1.0

/* Not llabs(): a recording may say INT64_MIN. */
static bool beyond(int64_t v, int64_t limit)
{
	return v >= limit || v <= -limit;
}

/* Why it cannot be a witness; NULL if it can. */
static const char *unfit(const struct plat_timex *t)
{
	if (t->state == TIME_ERROR || t->status & STA_UNSYNC)
		return "no NTP here: the kernel's clock is not synchronised";
	if (t->maxerror_us < 0 || t->maxerror_us >= MAXERROR_US)
		return "NTP bounds the clock's error by no less than 1 s: "
		       "nobody has looked after it lately";
	if (t->tick != TICK_NOMINAL)
		return "NTP has changed the tick, which may be slewing: not "
		       "used as a witness";
	if (beyond(t->offset_ns, OFFSET_MAX_NS + 1))
		return "NTP still makes up for an offset above 1 ms";
	if (!t->freq)
		/* "Synchronised" by whoever set the clock, once. */
		return "nobody has corrected the clock's frequency yet";
	if (beyond(t->freq, FREQ_MAX))
		return "NTP's correction is at its limit: the true rate is "
		       "499 ppm off, or more";
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
