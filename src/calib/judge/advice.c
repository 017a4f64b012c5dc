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

static bool any(const struct advice_view *v, enum tscal_status status)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->est[i].line.status == status)
			return true;
	return false;
}

/* After a move the new host's rate is the right one.  In any other conflict the
 * kernel's clock is on one side, and nothing shows that it is right. */
static void of_conflict(const struct advice_view *v, struct tscal_info *info)
{
	if (any(v, TSCAL_STATUS_STALE) && !any(v, TSCAL_STATUS_DISAGREES))
		add(info, "Convert with this rate, and not with the kernel's: "
			  "its clocks are off until this machine is started "
			  "again.");
	else
		add(info,
			"Do not convert with this rate: run `tscal compare`%s "
			"to find the source that is wrong, which may be the "
			"kernel's own clock.",
			v->replay ? " on the machine" : "");
}

static void of_no(const struct advice_view *v, struct tscal_info *info)
{
	bool trust = v->opts->flags & TSCAL_OPT_TRUST_OVER_KERNEL;
	bool passed = cpus_passed(v->cpus) || info->cpus == 1;

	add(info, "Here " GETTIME "; a clock of <tscal/clock.h> does so by "
		  "itself.");
	if (info->rejected_by_kernel != 1 || info->synchronised == 0)
		return;
	if (!trust && passed)
		add(info, " If the kernel was wrong to reject this TSC, "
			  "--trust-over-kernel uses it.");
	else if (trust && !passed)
		add(info, " --trust-over-kernel overrules the kernel only if "
			  "all CPUs that this process may use were compared.");
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
		of_no(v, info);
	else if (info->rate == TSCAL_RATE_CONFLICT)
		of_conflict(v, info);
	else if (info->use == TSCAL_USE_SLOW)
		add(info, "Here " GETTIME "; `tscal bench` compares what it "
			  "costs with what the TSC costs.");
	else if (info->use == TSCAL_USE_PROVISIONAL)
		add(info, "Until the kernel is done, " GETTIME
			  "; then run tscal again.");
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
		add(info, "; for true seconds, convert with %.0f Hz (hz_si)",
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

/* Whether a timer was skipped because of the probe level alone.  One that was
 * skipped for another reason, such as an HPET that the kernel has switched off,
 * is skipped for root too. */
static bool could_read(const struct advice_view *v, enum tscal_source id)
{
	const struct estimate *est = estimate_of(v, id);

	return est && est->line.status == TSCAL_STATUS_SKIPPED &&
	       est->other_probe;
}

/* Where another timer can be read the PIT is skipped without --pit. */
static bool could_read_pit(const struct advice_view *v)
{
	const struct estimate *est = estimate_of(v, TSCAL_SOURCE_PIT);

	return est && est->line.status == TSCAL_STATUS_SKIPPED &&
	       !(v->opts->flags & TSCAL_OPT_PIT);
}

/* A timer that is denied: root may be enough, or not, as in a container. */
static const struct estimate *denied_timer(const struct advice_view *v)
{
	static const enum tscal_source timers[] = {
		TSCAL_SOURCE_HPET, TSCAL_SOURCE_ACPI_PM, TSCAL_SOURCE_PIT};

	for (size_t i = 0; i < sizeof(timers) / sizeof(*timers); i++) {
		const struct estimate *est = estimate_of(v, timers[i]);

		if (est && est->line.status == TSCAL_STATUS_DENIED)
			return est;
	}
	return NULL;
}

/* How to find an independent source.  In a virtual machine the timers are the
 * host's clock again. */
static void more_certainty(const struct advice_view *v, struct tscal_info *info)
{
	const struct estimate *denied = denied_timer(v);
	bool metal = !v->kernel->guest;

	if (info->rate == TSCAL_RATE_VERIFIED || v->opts->only)
		return;
	if (v->opts->flags & TSCAL_OPT_NO_MEASURE)
		add(info, "; without --no-measure it is compared with a "
			  "measurement");
	else if (metal && could_read(v, TSCAL_SOURCE_ACPI_PM))
		add(info, "; `sudo tscal --probe ports` may verify it");
	else if (metal && denied)
		add(info,
			"; %s may verify it, with the permission that its line "
			"names",
			denied->line.name);
	else if (metal && could_read_pit(v))
		add(info, "; `sudo tscal --probe ports --pit` may verify it");
	else if (metal && could_read(v, TSCAL_SOURCE_HPET))
		add(info, "; `sudo tscal` may verify it");
	else if (v->ntp)
		add(info, "; NTP does not verify it now: `tscal --all` shows "
			  "why");
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
