/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/estimate.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>

#include "plat/text.h"

double ppm(double a, double b)
{
	return b == 0 ? HUGE_VAL : (a - b) / b * 1e6;
}

__attribute__((format(printf, 3, 0))) static void say(struct tscal_line *l,
	enum tscal_status status, const char *fmt, va_list ap)
{
	l->status = status;
	l->sentence[0] = '\0';
	text_vprintf(l->sentence, sizeof(l->sentence), fmt, ap);
}

void est_say(
	struct estimate *est, enum tscal_status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(&est->line, status, fmt, ap);
	va_end(ap);
}

void est_number(struct estimate *est, double hz, double lo, double hi,
	uint32_t roots, const char *fmt, ...)
{
	struct tscal_line *l = &est->line;
	va_list ap;

	/* Written so that a NaN is implausible too. */
	if (!(hz >= TSC_HZ_MIN && hz <= TSC_HZ_MAX)) {
		est_say(est, TSCAL_STATUS_IMPLAUSIBLE,
			"it gives %.6g Hz, outside the range of TSC rates", hz);
		return;
	}
	l->hz = hz;
	/* Bounds without an end, as of a reference that may be off by all of
	 * its own value, end where a TSC's rate does. */
	l->hz_lo = smaller(larger(lo, TSC_HZ_MIN), hz);
	l->hz_hi = larger(smaller(hi, TSC_HZ_MAX), hz);
	l->roots = roots;
	va_start(ap, fmt);
	say(l,
		l->kind == TSCAL_KIND_NOMINAL ? TSCAL_STATUS_HINT
					      : TSCAL_STATUS_READY,
		fmt, ap);
	va_end(ap);
}

void est_outcome(
	struct estimate *est, const struct outcome *out, uint32_t roots)
{
	if (out->status == TSCAL_STATUS_READY)
		est_number(est, out->hz, out->lo, out->hi, roots, "%s",
			out->sentence);
	else
		est_say(est, out->status, "%s", out->sentence);
}

void est_errno(struct estimate *est, int rc, const char *what)
{
	struct outcome out = {0};

	outcome_errno(&out, rc, what);
	est->other_probe = rc == -EOPNOTSUPP;
	if (est->other_probe)
		text_printf(out.sentence, sizeof(out.sentence), " (--probe %s)",
			est->probe ? est->probe : "devices");
	est_outcome(est, &out, 0);
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
