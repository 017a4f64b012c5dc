/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the sources adjtimex and ntp have in common: a clock that NTP steers. */
#include "calib/facts/ntp.h"
#include "calib/source/source.h"

bool ntp_check(const struct source_view *v, struct estimate *est)
{
	const char *why;

	if (v->facts->timex_rc) {
		est_errno(est, v->facts->timex_rc, "adjtimex");
		return false;
	}
	why = ntp_unfit(&v->facts->timex);
	if (why)
		est_say(est, TSCAL_STATUS_ABSENT, "%s", why);
	return !why;
}

bool ntp_frequency(
	const struct source_view *v, struct estimate *est, double *ratio)
{
	int64_t freq = v->facts->timex.freq;
	struct plat_timex now;

	if (v->plat->ops->adjtimex(v->plat, &now) || now.freq != freq ||
		ntp_unfit(&now)) {
		est_say(est, TSCAL_STATUS_UNSTABLE,
			"NTP changed its frequency meanwhile");
		return false;
	}
	/* In units of 2^-16 ppm. */
	*ratio = (double)freq / 65536e6;
	return true;
}

uint32_t ntp_roots(const struct source_view *v)
{
	const struct facts *f = v->facts;
	/* A guest may follow its host through a PTP clock, which /sys shows. */
	bool host = f->host_ptp ||
		    (v->kernel->guest && (f->ptp_unseen || f->ptp_doubtful ||
						 !f->clocksource_visible));

	return host ? TSCAL_ROOT_UNKNOWN : TSCAL_ROOT_NTP;
}
