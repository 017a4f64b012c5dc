/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A converter of one of this machine's clocks, and how burst become an anchor.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include <tscal/tscal.h>

#include "clock/convert/anchor.h"

static const int clocks[] = {CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
	CLOCK_REALTIME, CLOCK_BOOTTIME, CLOCK_TAI, CLOCK_MONOTONIC_COARSE};
#define N_CLOCKS (sizeof(clocks) / sizeof(*clocks))

static int64_t clock_ns(int clock_id)
{
	struct timespec ts;

	cr_assert(zero(int, clock_gettime(clock_id, &ts)));
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* The clock, read around the converter's answer, holds it: but for the anchor's
 * own doubt, and 1000 ppm for what NTP may steer meanwhile. */
static void expect_the_clock(
	const struct tscal_conv *conv, int clock_id, int64_t err_ns)
{
	int64_t before = clock_ns(clock_id);
	int64_t ns = tscal_tsc_to_ns(conv, tscal_rdtsc_ordered());
	int64_t after = clock_ns(clock_id);
	int64_t slack = err_ns + (after - conv->ns_epoch) / 1000 + 1;

	cr_expect(le(i64, before - slack, ns), "clock %d", clock_id);
	cr_expect(le(i64, ns, after + slack), "clock %d", clock_id);
}

Test(conv_anchor, gives_the_time_of_the_clock)
{
	struct tscal_info info;

	cr_assert(zero(int, tscal_calibrate(NULL, &info)));
	for (size_t i = 0; i < N_CLOCKS; i++) {
		struct tscal_conv conv;
		int64_t err_ns = -1;

		cr_assert(zero(int, tscal_conv_init(&conv, info.hz, 0, 0)));
		cr_assert(zero(
			int, tscal_conv_anchor(&conv, clocks[i], &err_ns)));
		cr_assert(lt(i64, 0, err_ns));
		expect_the_clock(&conv, clocks[i], err_ns);
		/* err_ns is optional. */
		cr_assert(zero(int, tscal_conv_anchor(&conv, clocks[i], NULL)));
	}
}

Test(conv_anchor, an_error_leaves_the_converter_unchanged)
{
	static const double bad[] = {0, -1, 250e6, 249e6, 1e300, NAN};
	struct tscal_conv conv, was;
	int64_t err_ns = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		was = conv = (struct tscal_conv){.mult = 3, .tsc_hz = bad[i]};
		cr_assert(eq(int,
			tscal_conv_anchor(&conv, CLOCK_MONOTONIC, &err_ns),
			-ERANGE));
		cr_assert(zero(int, memcmp(&conv, &was, sizeof(conv))));
	}
	/* No such clock; CPU time, which stops; no such descriptor of a
	 * dynamic one. */
	cr_assert(zero(int, tscal_conv_init(&conv, 2e9, 5, 6)));
	was = conv;
	cr_assert(eq(int, tscal_conv_anchor(&conv, 99, &err_ns), -EINVAL));
	cr_assert(eq(int,
		tscal_conv_anchor(&conv, CLOCK_PROCESS_CPUTIME_ID, &err_ns),
		-EINVAL));
	cr_assert(eq(int,
		tscal_conv_anchor(&conv, CLOCK_THREAD_CPUTIME_ID, &err_ns),
		-EINVAL));
	cr_assert(eq(int, tscal_conv_anchor(&conv, -6, &err_ns), -EINVAL));
	errno = 77;
	cr_assert(lt(int, tscal_conv_anchor(&conv, ~900 * 8 + 3, &err_ns), 0));
	cr_assert(eq(int, errno, 77));
	cr_assert(zero(int, memcmp(&conv, &was, sizeof(conv))));
	cr_assert(eq(i64, err_ns, 77));
}

/* A converter with all that is known of it, which a line can say. */
Test(conv_anchor, of_a_report_follows_its_clock)
{
	struct tscal_report *report;

	cr_assert(zero(int, tscal_report_new(NULL, &report)));
	for (size_t i = 0; i < N_CLOCKS; i++) {
		struct tscal_conv_meta meta = {0}, back;
		bool steered = clocks[i] != CLOCK_MONOTONIC_COARSE;
		char line[TSCAL_CONV_LINE], why[100];

		cr_assert(
			zero(int, tscal_report_conv(report, clocks[i], &meta)));
		expect_the_clock(&meta.conv, clocks[i], meta.err_ns);
		cr_assert(eq(i32, meta.clock_id, clocks[i]));
		cr_assert(ne(int, (int)tscal_source_by_name(meta.source),
			TSCAL_SOURCE_NONE));
		cr_assert(eq(int, meta.hz_lo > 0, steered), "clock %d",
			clocks[i]);
		cr_assert(lt(i64, labs(clock_ns(CLOCK_REALTIME) - meta.made_ns),
			60000000000));
		cr_assert(eq(sz, strlen(meta.boot_id), 36));
		if (!steered)
			continue;
		cr_assert(lt(
			int, 0, tscal_conv_format(&meta, line, sizeof(line))));
		cr_assert(zero(int, tscal_conv_parse(
					    line, &back, why, sizeof(why))),
			"%s", why);
		cr_assert(zero(int,
			memcmp(&meta.conv, &back.conv, sizeof(meta.conv))));
	}
	tscal_report_free(report);
}

/* A recording is of another machine, or of another time. */
Test(conv_anchor, of_a_recording_is_refused)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_conv_meta meta = {.generation = 5}, was = meta;
	struct tscal_report *report;

	cr_assert(zero(
		int, tscal_platform_replay(TSCAL_MACHINES "/row-03-epyc-metal-"
							  "unprivileged.rec",
			     &opts.platform, NULL, 0)));
	cr_assert(zero(int, tscal_report_new(&opts, &report)));
	cr_assert(eq(int, tscal_report_conv(report, CLOCK_MONOTONIC, &meta),
		-EINVAL));
	cr_assert(zero(int, memcmp(&meta, &was, sizeof(meta))));
	tscal_report_free(report);
	tscal_platform_free(opts.platform);
}

/* Bursts ------------------------------------------------------------------ */

/* A clock of 1 ns beside a TSC of 2 GHz: at tick 1000 it is 500.25 ns. */
#define Q 0.5
#define TRUE_NS(tsc) (((double)(tsc)-1000) * Q + 500.25)

static struct plat_sample sample(uint64_t before, uint64_t at, uint64_t after)
{
	return (struct plat_sample){
		before, (uint64_t)floor(TRUE_NS(at)), after};
}

Test(anchor, holds_the_truth_by_all_samples_together)
{
	for (unsigned seed = 1; seed < 2000; seed++) {
		struct plat_sample s[ANCHOR_READS];
		uint64_t tsc = 5000, tightest = UINT64_MAX, x = seed;
		size_t n = 1 + seed % ANCHOR_READS;
		struct anchor a;
		double truth;

		for (size_t i = 0; i < n; i++) {
			uint64_t to, on;

			x = x * 6364136223846793005u + 1442695040888963407u;
			to = x >> 33 & 127;
			on = 1 + (x >> 40 & 127);
			s[i] = sample(tsc, tsc + to, tsc + to + on);
			if (to + on < tightest)
				tightest = to + on;
			tsc += to + on + 20;
		}
		a = anchor_of(s, n, Q);
		truth = TRUE_NS(a.tsc) - (double)a.ns;
		cr_assert(le(dbl, a.lo, truth + 1e-9), "%u", seed);
		cr_assert(le(dbl, truth, a.hi + 1e-9), "%u", seed);
		/* No wider than the best of them alone. */
		cr_assert(le(dbl, a.hi - a.lo,
				  (double)tightest * Q * 1.001 + 1 + 1e-9),
			"%u", seed);
	}
}

/* Interrupted for 10 ms before, in or after a read, with a rate that is up to
 * 500 ppm off: the answer holds the clock all the same. */
Test(anchor, holds_the_truth_with_a_wrong_rate_and_an_interruption)
{
	for (size_t where = 0; where < 4; where++)
		for (size_t i = 0; i < 5; i++)
			for (int sign = -1; sign <= 1; sign++) {
				struct plat_sample s[5];
				uint64_t tsc = 5000;
				struct anchor a;
				double truth;

				for (size_t k = 0; k < 5; k++) {
					uint64_t stop = k == i ? 20000000 : 0;
					uint64_t to = 40 + k * 7, on = 50;

					tsc += where == 0 ? stop : 0;
					to += where == 1 ? stop : 0;
					on += where == 2 ? stop : 0;
					s[k] = sample(
						tsc, tsc + to, tsc + to + on);
					tsc += to + on + 20;
					tsc += where == 3 ? stop : 0;
				}
				a = anchor_of(s, 5, Q * (1 + sign * 500e-6));
				truth = TRUE_NS(a.tsc) - (double)a.ns;
				cr_assert(le(dbl, a.lo, truth), "%zu %zu %d",
					where, i, sign);
				cr_assert(le(dbl, truth, a.hi), "%zu %zu %d",
					where, i, sign);
				cr_assert(lt(dbl, a.hi - a.lo, 120));
			}
}

/* Set between two reads: nothing fits all of them, so the tightest speaks. */
Test(anchor, of_a_clock_that_jumps_is_by_the_tightest_bracket)
{
	struct plat_sample s[] = {sample(1000, 1010, 1040),
		sample(1100, 1105, 1110), sample(1200, 1210, 1260)};
	struct anchor a;

	s[2].ref += 1000000;
	a = anchor_of(s, 3, Q);
	cr_assert(eq(u64, a.tsc, 1110));
	cr_assert(le(dbl, a.lo, TRUE_NS(a.tsc) - (double)a.ns));
	cr_assert(le(dbl, TRUE_NS(a.tsc) - (double)a.ns, a.hi));
}
