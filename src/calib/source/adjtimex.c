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
#include "calib/source/source.h"

/* How far a settled daemon's frequency wanders; stated, not added. */
#define TOLERANCE_PPM 1.0

static void survey(struct run *run, struct estimate *est)
{
	if (ntp_fit(run, est))
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
	uint32_t roots = ntp_roots(run);

	if (!ntp_fit(run, est))
		return;
	if (!(hz > 0)) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"the rate of CLOCK_MONOTONIC_RAW is not known");
		return;
	}
	if (run->plat->ops->adjtimex(run->plat, &now) ||
		now.freq != run->facts.timex.freq || ntp_unfit(&now)) {
		est_say(est, TSCAL_STATUS_UNSTABLE,
			"NTP changed its frequency meanwhile");
		return;
	}
	/* freq is in units of 2^-16 ppm. */
	by = (double)now.freq / 65536e6;
	est_number(est, hz / (1 + by), lo / (1 + by + 0.5 / 65536e6),
		hi / (1 + by - 0.5 / 65536e6), roots,
		"NTP runs the kernel's clock at %+.3f ppm%s", by * 1e6,
		roots == TSCAL_ROOT_NTP
			? ""
			: ", but it may follow the host's clock");
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
