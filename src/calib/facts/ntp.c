/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Whether the kernel's clock, as NTP adjusts it, gives true seconds. */
#include "calib/facts/ntp.h"

#include <sys/timex.h>

/* us per tick at USER_HZ 100.  Another tick is a fast slew or, with chrony, a
 * part of the frequency, in steps of 100 ppm: one run cannot distinguish the
 * two. */
#define TICK_NOMINAL 10000 /* Linux allows a tenth more or less */
/* adjtimex(2): grows by 500 ppm until a daemon sets it; beyond 16 s the kernel
 * calls the clock unsynchronised. 1 s is reached half an hour after the last
 * update. */
#define MAXERROR_US 1000000
/* With a larger offset, NTP is still adjusting freq. */
#define OFFSET_MAX_NS 1000000
/* Close to the kernel's limit for freq, 500 ppm (Linux, MAXFREQ). */
#define FREQ_MAX (499 * 65536)

static const char at_limit[] =
	"NTP's correction is at its limit: the true rate "
	"is 499 ppm off, or more";

/* Not llabs(): a recording may contain INT64_MIN. */
static bool beyond(int64_t v, int64_t limit)
{
	return v >= limit || v <= -limit;
}

static const char *not_kept(const struct plat_timex *t)
{
	if (t->state == TIME_ERROR || t->status & STA_UNSYNC)
		return "no NTP here: the kernel's clock is not synchronised";
	if (t->maxerror_us < 0 || t->maxerror_us >= MAXERROR_US)
		return "NTP's bound of the clock's error is 1 s or more: no "
		       "program has updated it lately";
	return NULL;
}

bool ntp_keeps(const struct plat_timex *t)
{
	return !not_kept(t);
}

bool ntp_tick_changed(const struct plat_timex *t)
{
	return !not_kept(t) && t->tick != TICK_NOMINAL &&
	       t->tick >= TICK_NOMINAL * 9 / 10 &&
	       t->tick <= TICK_NOMINAL * 11 / 10;
}

/* Of 10000 us in a tick, one more makes the clock 100 ppm faster. */
double ntp_fast_ppm(const struct plat_timex *t)
{
	return ((double)t->tick - TICK_NOMINAL) * 100 + (double)t->freq / 65536;
}

const char *ntp_unfit(const struct plat_timex *t)
{
	const char *why = not_kept(t);

	if (why)
		return why;
	if (t->tick != TICK_NOMINAL)
		return "NTP has changed the tick, possibly to slew the clock: "
		       "not used as a source";
	if (beyond(t->offset_ns, OFFSET_MAX_NS + 1))
		return "NTP still corrects an offset above 1 ms";
	if (!t->freq)
		/* "Synchronised" only because a program set the clock once. */
		return "NTP has not corrected the clock's frequency yet";
	return beyond(t->freq, FREQ_MAX) ? at_limit : NULL;
}

bool ntp_corrects_offset(const struct plat_timex *t)
{
	return beyond(t->offset_ns, OFFSET_MAX_NS + 1);
}

int ntp_at_limit(const struct plat_timex *t)
{
	if (not_kept(t) || t->tick != TICK_NOMINAL ||
		!beyond(t->freq, FREQ_MAX))
		return 0;
	return t->freq > 0 ? 1 : -1;
}
