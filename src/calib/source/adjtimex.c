/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The rate by NTP's frequency: the kernel runs CLOCK_MONOTONIC faster than
 * CLOCK_MONOTONIC_RAW by freq (adjtimex(2)), to follow network time.  So the
 * rate per true second is RAW's divided by 1 + freq.
 *
 * It is used if the clock is synchronised with a bounded error, the remaining
 * offset is small and freq does not change during the run.  How long freq was
 * constant before is not known.
 */
#include "calib/source/source.h"

/* Typical changes of a settled daemon's frequency; reported, not added to the
 * bounds. */
#define TOLERANCE_PPM 1.0

static void read(const struct source_view *v, struct estimate *est)
{
	const struct outcome *exact = &v->raw_rate->out;
	bool is_exact = exact->status == TSCAL_STATUS_READY;
	const struct outcome *raw = is_exact ? exact
					     : &v->measured->counters.raw.out;
	/* The exact rate is used without the rounding of mult. */
	double lo = is_exact ? raw->hz : raw->lo;
	double hi = is_exact ? raw->hz : raw->hi;
	uint32_t roots = ntp_roots(v);
	double by;

	if (raw->status != TSCAL_STATUS_READY ||
		(!is_exact && v->measured->quick)) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"the rate of CLOCK_MONOTONIC_RAW is not known");
		return;
	}
	if (!ntp_frequency(v, est, &by))
		return;
	est_number(est, raw->hz / (1 + by), lo / (1 + by + 0.5 / 65536e6),
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
	.check = ntp_check,
	.would = "would read NTP's frequency before and after",
	.read = read,
};
