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
	struct raw_second raw = raw_rate_second(v->raw_rate, v->measured);
	uint32_t roots = ntp_roots(v);
	double by;

	if (!(raw.hz > 0)) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"the rate of CLOCK_MONOTONIC_RAW is not known");
		return;
	}
	if (!ntp_frequency(v, est, &by))
		return;
	est_number(est, raw.hz / (1 + by), raw.lo / (1 + by + 0.5 / 65536e6),
		raw.hi / (1 + by - 0.5 / 65536e6), roots,
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
