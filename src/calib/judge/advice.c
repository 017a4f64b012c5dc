/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What to do with the verdicts: one sentence. */
#include <stdarg.h>

#include "calib/judge/judge.h"
#include "plat/text.h"

#define GETTIME "read the time with clock_gettime()"

__attribute__((format(printf, 2, 3))) static void add(
	struct tscal_info *info, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(info->advice, sizeof(info->advice), fmt, ap);
	va_end(ap);
}

/* Nothing was measured, or nothing tells what the kernel thinks of it. */
static void of_unknown(const struct advice_view *v, struct tscal_info *info)
{
	if (v->replay)
		add(info,
			"Run tscal on the machine itself: this file does not "
			"show %s.",
			info->rate == TSCAL_RATE_NONE
				? "its rate"
				: "whether its TSC may be a clock");
	else if (v->opts->flags & TSCAL_OPT_NO_MEASURE)
		add(info, "Run tscal without --no-measure.");
	else if (v->opts->only)
		add(info, "Run tscal without --only.");
	else
		add(info, "Until more is known of this TSC, " GETTIME
			  "; `tscal --all` shows what could not be asked.");
}

/* True where the verdicts advise against the TSC, or against this rate. */
static bool warn(const struct advice_view *v, struct tscal_info *info)
{
	if (info->use == TSCAL_USE_UNKNOWN)
		of_unknown(v, info);
	else if (info->rate == TSCAL_RATE_NONE &&
		 info->use != TSCAL_USE_PROVISIONAL)
		add(info, "Here " GETTIME "; `tscal --all` shows why no source "
			  "gives a rate.");
	else if (info->use == TSCAL_USE_NO)
		add(info,
			"Here " GETTIME "; a clock of <tscal/clock.h> does so "
			"by itself.");
	/* The kernel's clock is on one side of nearly every conflict: nothing
	 * shows that it is the right one. */
	else if (info->rate == TSCAL_RATE_CONFLICT)
		add(info,
			"Do not convert with this rate: run `tscal compare` to "
			"find the source that is wrong, which may be the "
			"kernel's own clock.");
	else if (info->use == TSCAL_USE_SLOW)
		add(info,
			"Here " GETTIME "; `tscal bench` shows what a reading "
			"of each costs.");
	else if (info->use == TSCAL_USE_PROVISIONAL)
		add(info, "Run tscal again in a minute; until then, " GETTIME
			  ".");
	else
		return false;
	return true;
}

/* Less than this is a matter of rounding: a second in 60 years. */
#define SAME_PPM 5e-4

/* A difference within the bounds of a measurement is noise, unless those of hz
 * are wider still. */
static bool raw_differs(const struct tscal_info *info)
{
	double off_ppm = ppm(info->hz_raw, info->hz);
	bool noise = info->hz >= info->hz_raw_lo &&
		     info->hz <= info->hz_raw_hi &&
		     info->hz_hi - info->hz_lo <
			     info->hz_raw_hi - info->hz_raw_lo;

	return info->hz_raw > 0 && !noise &&
	       (off_ppm > SAME_PPM || off_ppm < -SAME_PPM);
}

static void which_rate(struct tscal_info *info)
{
	if (raw_differs(info))
		add(info,
			"Convert with %.0f Hz (hz_raw), the rate that agrees "
			"with this machine's CLOCK_MONOTONIC_RAW",
			info->hz_raw);
	else if (info->hz_raw > 0)
		add(info,
			"Convert with this rate: it agrees with this machine's "
			"CLOCK_MONOTONIC_RAW");
	else
		add(info, "Convert with this rate");
	if (info->hz_si > 0)
		add(info, "; for true seconds with %.0f Hz (hz_si)",
			info->hz_si);
}

static const struct estimate *estimate_of(
	const struct advice_view *v, enum tscal_source id)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->est[i].line.id == id)
			return &v->est[i];
	return NULL;
}

/* Whether a timer was not read, and root could, perhaps by another --probe.
 * One that was skipped for another reason, such as an HPET that the kernel has
 * switched off, is skipped for root too. */
static bool could_read(const struct advice_view *v, enum tscal_source id)
{
	const struct estimate *est = estimate_of(v, id);

	return est && (est->line.status == TSCAL_STATUS_DENIED ||
			      (est->line.status == TSCAL_STATUS_SKIPPED &&
				      est->other_probe));
}

/* Where another timer can be read the PIT is skipped without --pit. */
static bool could_read_pit(const struct advice_view *v)
{
	const struct estimate *est = estimate_of(v, TSCAL_SOURCE_PIT);

	return could_read(v, TSCAL_SOURCE_PIT) ||
	       (est && est->line.status == TSCAL_STATUS_SKIPPED &&
		       !(v->opts->flags & TSCAL_OPT_PIT));
}

/* How to find an independent source.  In a virtual machine the timers are the
 * host's clock again. */
static void more_certainty(const struct advice_view *v, struct tscal_info *info)
{
	if (info->rate == TSCAL_RATE_VERIFIED || v->opts->only)
		return;
	if (v->opts->flags & TSCAL_OPT_NO_MEASURE)
		add(info, "; without --no-measure it is compared with a "
			  "measurement");
	else if (!v->kernel->guest && could_read(v, TSCAL_SOURCE_ACPI_PM))
		add(info, "; `sudo tscal --probe ports` may verify it");
	else if (!v->kernel->guest && could_read_pit(v))
		add(info, "; `sudo tscal --probe ports --pit` may verify it");
	else if (!v->kernel->guest && could_read(v, TSCAL_SOURCE_HPET))
		add(info, "; `sudo tscal` may verify it");
	else
		add(info, "; to verify it, let NTP or PTP keep this machine's "
			  "time");
}

void advise(const struct advice_view *v, struct tscal_info *info)
{
	info->advice[0] = '\0';
	if (warn(v, info))
		return;
	which_rate(info);
	more_certainty(v, info);
	add(info, ".");
}
