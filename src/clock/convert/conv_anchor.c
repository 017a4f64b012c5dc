/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A converter anchored to a clock, and what is known of it. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include <tscal/calibrate.h>

#include "calib/report.h"
#include "clock/convert/anchor.h"
#include "clock/convert/boot.h"
#include "clock/state.h"

/* Linux slews what is left of an offset by up to a quarter of it each second
 * (SHIFT_PLL, kernel/time/ntp.c). */
#define SLEW_PART 4

/* Whether it counts time at all: CPU clocks do only while a process runs, fixed
 * ones and those of clock_getcpuclockid(3), whose low bits are not CLOCKFD
 * (Linux, include/linux/posix-timers.h). */
static bool counts_time(int clock_id)
{
	if (clock_id < 0)
		return (clock_id & 7) == 3;
	return clock_id != CLOCK_PROCESS_CPUTIME_ID &&
	       clock_id != CLOCK_THREAD_CPUTIME_ID;
}

/* What it lags by beside 1 ns: coarse clocks by a tick of 100 Hz or more. */
static int64_t lag_ns(int clock_id)
{
	return clock_id == CLOCK_REALTIME_COARSE ||
			       clock_id == CLOCK_MONOTONIC_COARSE
		       ? 10000000
		       : 0;
}

int tscal_conv_anchor(struct tscal_conv *conv, int clock_id, int64_t *err_ns)
{
	struct tscal_platform *plat = tscal_platform_passive();
	struct plat_sample s[ANCHOR_READS];
	struct tscal_conv same;
	struct anchor a;
	int n, rc = tscal_conv_init(&same, conv->tsc_hz, 0, 0);
	int was = errno;

	if (rc)
		return rc;
	if (!counts_time(clock_id))
		return -EINVAL;
	if (clock_tsc_disabled(plat))
		return -EPERM;
	n = anchor_samples(plat, clock_id, ANCHOR_READS, s);
	/* The caller may be a signal handler. */
	errno = was;
	if (n < 0)
		return n;
	a = anchor_of(s, (size_t)n, 1e9 / conv->tsc_hz);
	conv->tsc_epoch = a.tsc;
	conv->ns_epoch = a.ns + (int64_t)((a.lo + a.hi) / 2);
	/* Half of what is not known, and 1 ns each for the two integers. */
	if (err_ns)
		*err_ns = (int64_t)anchor_half(&a) + 2 + lag_ns(clock_id);
	return 0;
}

/* The line of the rate of CLOCK_MONOTONIC_RAW: exactly, from the kernel's
 * mult and shift, or as measured here; NULL: there is none. */
static const struct tscal_line *line_of_raw(const struct tscal_report *report)
{
	static const enum tscal_source by_raw[] = {
		TSCAL_SOURCE_VDSO, TSCAL_SOURCE_CLOCK_RAW};

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < tscal_report_count(report); i++) {
			const struct tscal_line *l = tscal_report_line(
				report, i);

			if (l->id == by_raw[k] && l->hz > 0 &&
				l->status != TSCAL_STATUS_HINT &&
				l->status != TSCAL_STATUS_COARSE)
				return l;
		}
	return NULL;
}

/* The kernel steers a clock by an integer mult of at least 2^21, and uses the
 * one above and the one below in turn (timekeeping_adjust()): a tick may run at
 * either. */
#define MULT_PART 0.5e-6

/*
 * How many ns of the clock pass in one of CLOCK_MONOTONIC_RAW, by what
 * adjtimex(2) returns, and how far that may be off; false for a
 * clock that does not depend on the two.
 */
static bool ns_per_raw_ns(
	struct tscal_platform *plat, int clock_id, double *ratio, double *off)
{
	struct plat_timex t;

	*ratio = 1;
	*off = 0;
	if (clock_id == CLOCK_MONOTONIC_RAW)
		return true;
	if (clock_id != CLOCK_MONOTONIC && clock_id != CLOCK_REALTIME &&
		clock_id != CLOCK_BOOTTIME && clock_id != CLOCK_TAI)
		return false;
	if (plat->ops->adjtimex(plat, &t))
		return false;
	*ratio = (double)t.tick / 10000 + (double)t.freq / 65536e6;
	*off = (double)(t.offset_ns < 0 ? -t.offset_ns : t.offset_ns) /
		       SLEW_PART * 1e-9 +
	       MULT_PART;
	return true;
}

/* The rate of CLOCK_MONOTONIC_RAW and its source; false: there is none. */
static bool raw_of(const struct tscal_report *report, double hz[3],
	enum tscal_source *source)
{
	const struct tscal_info *info = tscal_report_info(report);
	const struct tscal_line *l = line_of_raw(report);
	bool exact = info->hz_raw > 0 && info->hz_raw_lo == info->hz_raw_hi;

	if (exact || (l && info->hz_raw > 0)) {
		memcpy(hz,
			(double[3]){
				info->hz_raw, info->hz_raw_lo, info->hz_raw_hi},
			sizeof(double[3]));
		*source = report_raw_source(report);
	} else if (l) {
		memcpy(hz, (double[3]){l->hz, l->hz_lo, l->hz_hi},
			sizeof(double[3]));
		*source = l->id;
	}
	return exact || l;
}

/* 0, or -ERANGE where the report has no rate. */
static int set_rate(struct tscal_conv_meta *m,
	const struct tscal_report *report, struct tscal_platform *plat)
{
	const struct tscal_info *info = tscal_report_info(report);
	enum tscal_source source = info->source;
	double hz[3] = {info->hz}, ratio = 1, off = 0;
	bool known = raw_of(report, hz, &source) &&
		     ns_per_raw_ns(plat, m->clock_id, &ratio, &off);
	int rc = tscal_conv_init(&m->conv, hz[0] / ratio, 0, 0);

	if (rc)
		return rc;
	strncpy(m->source, tscal_source_str(source), sizeof(m->source) - 1);
	if (known) {
		m->hz_lo = hz[1] / ratio * (1 - off);
		m->hz_hi = hz[2] / ratio * (1 + off);
	}
	return 0;
}

int tscal_report_conv(const struct tscal_report *report, int clock_id,
	struct tscal_conv_meta *meta)
{
	struct tscal_platform *plat = tscal_platform_passive();
	struct tscal_conv_meta m = {.clock_id = clock_id};
	int rc = report_is_live(report) ? set_rate(&m, report, plat) : -EINVAL;

	if (!rc)
		rc = tscal_conv_anchor(&m.conv, clock_id, &m.err_ns);
	if (rc)
		return rc;
	if (plat->ops->clock_ns(plat, CLOCK_REALTIME, false, &m.made_ns))
		m.made_ns = 0;
	boot_id_read(plat, m.boot_id);
	*meta = m;
	return 0;
}
