/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* How a source says what it found. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "calib/source/source.h"

double ppm(double a, double b)
{
	return (a - b) / b * 1e6;
}

void est_say(
	struct estimate *est, enum tscal_status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	est->line.status = status;
	vsnprintf(est->line.sentence, sizeof(est->line.sentence), fmt, ap);
	va_end(ap);
}

void est_number(struct estimate *est, double hz, double lo, double hi,
	uint32_t roots, const char *fmt, ...)
{
	va_list ap;

	/* Written so that a NaN is implausible too. */
	if (!(hz >= TSC_HZ_MIN && hz <= TSC_HZ_MAX)) {
		est_say(est, TSCAL_STATUS_IMPLAUSIBLE,
			"it says %.6g Hz, which no TSC ticks at", hz);
		return;
	}
	est->line.hz = hz;
	est->line.hz_lo = smaller(lo, hz);
	est->line.hz_hi = larger(hi, hz);
	est->line.roots = roots;
	est->line.status = est->line.kind == TSCAL_KIND_NOMINAL
				   ? TSCAL_STATUS_HINT
				   : TSCAL_STATUS_READY;
	va_start(ap, fmt);
	vsnprintf(est->line.sentence, sizeof(est->line.sentence), fmt, ap);
	va_end(ap);
}

void est_answer(struct estimate *est, const struct outcome *a)
{
	if (a->status == TSCAL_STATUS_READY)
		est_number(est, a->hz, a->lo, a->hi, TSCAL_ROOT_HV, "%s",
			a->sentence);
	else
		est_say(est, a->status, "%s", a->sentence);
}

void est_errno(struct estimate *est, int rc, const char *what)
{
	switch (rc) {
	case -ENOENT:
		est_say(est, TSCAL_STATUS_ABSENT, "no %s here", what);
		break;
	case -EACCES:
	case -EPERM:
		est_say(est, TSCAL_STATUS_DENIED, "no permission for %s", what);
		break;
	case -EOPNOTSUPP:
		est_say(est, TSCAL_STATUS_SKIPPED,
			"not asked to use %s (--probe %s)", what,
			est->source->probe ? est->source->probe : "devices");
		break;
	case -ENODATA:
		est_say(est, TSCAL_STATUS_ABSENT, "%s is not in the recording",
			what);
		break;
	default:
		est_say(est, TSCAL_STATUS_ERROR, "%s fails (errno %d)", what,
			-rc);
	}
}

void est_would_measure(struct run *run, struct estimate *est)
{
	if (run->facts.tsc_access == PLAT_TSC_SIGSEGV)
		est_say(est, TSCAL_STATUS_SKIPPED,
			"RDTSC is disabled for this process");
	else if (run->facts.cpuid_readable && !run->facts.has_tsc)
		est_say(est, TSCAL_STATUS_ABSENT, "CPUID says there is no TSC");
	else if (run->opts.flags & TSCAL_OPT_NO_MEASURE)
		est_say(est, TSCAL_STATUS_SKIPPED, "told not to measure");
	else
		est_say(est, TSCAL_STATUS_READY, "would measure for %u ms",
			run->opts.window_ms);
}

bool est_credible(const struct estimate *est)
{
	if (est->line.kind == TSCAL_KIND_NOMINAL)
		return false;
	switch (est->line.status) {
	case TSCAL_STATUS_READY:
	case TSCAL_STATUS_USED:
	case TSCAL_STATUS_AGREES:
	case TSCAL_STATUS_DISAGREES:
	case TSCAL_STATUS_STALE:
		return est->line.hz > 0;
	default:
		return false;
	}
}
