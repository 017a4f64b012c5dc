/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A program that traps floating-point exceptions, with tests/trap_fp.c: it may
 * calibrate, convert and keep clocks, and pass values that are refused. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include <tscal/tscal.h>

#include "live.h"

static void calibrate(void)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_info info;

	check(!tscal_calibrate(&opts, &info), "defaults");
	opts.flags = TSCAL_OPT_NO_MEASURE;
	check(!tscal_calibrate(&opts, &info), "no measurement");
	opts.flags = 0;
	opts.budget_ms = 1;
	check(!tscal_calibrate(&opts, &info), "1 ms");
	opts.budget_ms = 0;
	opts.target_ppm = INFINITY;
	check(!tscal_calibrate(&opts, &info), "any bounds");
	opts.target_ppm = NAN;
	check(tscal_calibrate(&opts, &info) == -EINVAL, "a NaN is taken");
	opts.target_ppm = -INFINITY;
	check(tscal_calibrate(&opts, &info) == -EINVAL, "-inf is taken");
}

static void convert(void)
{
	static const double bad_hz[] = {
		NAN, -NAN, INFINITY, -INFINITY, 0, -0.0, -1, 250e6, 1e300};
	struct tscal_conv_meta meta = {.clock_id = CLOCK_MONOTONIC};
	char line[TSCAL_CONV_LINE];
	struct tscal_conv conv;

	for (size_t i = 0; i < sizeof(bad_hz) / sizeof(*bad_hz); i++) {
		check(tscal_conv_init(&conv, bad_hz[i], 0, 0) == -ERANGE, "%g",
			bad_hz[i]);
		meta.conv.tsc_hz = bad_hz[i];
		check(tscal_conv_format(&meta, line, sizeof(line)) == -EINVAL,
			"%g", bad_hz[i]);
	}
	check(!tscal_conv_init(&meta.conv, 2e9, 0, 0), "2 GHz");
	meta.hz_lo = meta.hz_hi = NAN;
	check(tscal_conv_format(&meta, line, sizeof(line)) == -EINVAL,
		"bounds are NaN");
	meta.hz_lo = -INFINITY;
	meta.hz_hi = INFINITY;
	check(tscal_conv_format(&meta, line, sizeof(line)) == -EINVAL,
		"bounds are infinite");
	check(!tscal_conv_anchor(&meta.conv, CLOCK_REALTIME, NULL), "anchor");
	tscal_ticks_to_ns(&meta.conv, INT64_MIN);
	tscal_ns_to_ticks(&meta.conv, INT64_MIN);
	tscal_ns_to_ticks(&meta.conv, INT64_MAX);
	tscal_ns_to_tsc(&meta.conv, INT64_MIN);
}

static void keep(int clock_id)
{
	const struct timespec pause = {.tv_nsec = 15000000};
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;
	struct tscal_clock clk = {0};
	struct tscal_conv_meta meta;
	struct tscal_interval iv;
	int64_t ns;

	opts.drift_ppm = NAN;
	check(tscal_clock_init(&clk, clock_id, &opts, NULL) == -EINVAL,
		"a NaN is taken");
	opts.drift_ppm = 0;
	opts.interval_ms = 10;
	check(tscal_clock_init(&clk, clock_id, &opts, NULL) >= 0, "clock %d",
		clock_id);
	/* The last pause is longer than its lease. */
	for (int i = 0; i < 5; i++) {
		tscal_clock_update(&clk);
		nanosleep(&pause, NULL);
		if (i == 3)
			nanosleep(
				&(struct timespec){.tv_nsec = 60000000}, NULL);
		tscal_now(&clk);
		tscal_clock_interval(&clk, &iv);
		tscal_clock_stamp(&clk, 0, &ns, NULL);
		tscal_clock_stamp(&clk, UINT64_MAX, &ns, NULL);
		tscal_clock_conv(&clk, &meta);
	}
	check(!tscal_clock_mock(&clk, INT64_MAX), "mock");
	tscal_clock_interval(&clk, &iv);
	tscal_clock_conv(&clk, &meta);
	tscal_clock_fini(&clk);
}

int main(void)
{
	calibrate();
	convert();
	keep(CLOCK_REALTIME);
	keep(CLOCK_MONOTONIC_RAW);
	return 0;
}
