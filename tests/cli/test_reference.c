/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What a reference proves, and the rate in the kernel's log. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/reference.h"

/* A generator of its own: the same ends on every machine. */
static uint64_t next(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) +
		 UINT64_C(1442695040888963407);
	return *state >> 33;
}

/* A point at a time, of a clock that counts hz and was read somewhere between
 * the two readings of the TSC; the clock shows whole steps of step_ns. */
static struct raw_point point_at(double s, double hz, const char *clocksource,
	double step_ns, uint64_t *seed)
{
	double ticks = s * hz;
	struct raw_point p = {
		.before_ticks = (uint64_t)ticks - next(seed) % 1000,
		.after_ticks = (uint64_t)ticks + 1 + next(seed) % 1000,
		.ns = (int64_t)(floor(s * 1e9 / step_ns) * step_ns)};

	strcpy(p.clocksource, clocksource);
	return p;
}

static void expect_the_truth(
	const char *clocksource, double step_ns, double least_s)
{
	uint64_t seed = 20261128;

	for (int i = 0; i < 10000; i++) {
		double hz = 1e9 + (double)next(&seed);
		double start_s = 1 + (double)(next(&seed) % 1000000) / 7e3;
		double span_s = least_s + (double)(next(&seed) % 1000000) / 7e5;
		struct raw_point p[3];
		struct reference r;

		for (int k = 0; k < 3; k++)
			p[k] = point_at(start_s + span_s * k / 2, hz,
				clocksource, step_ns, &seed);
		reference_raw(p, &r);
		cr_assert(lt(dbl, 0, r.hz), "%s", r.sentence);
		cr_assert(le(dbl, r.lo, hz), "%d", i);
		cr_assert(le(dbl, hz, r.hi), "%d", i);
		if (step_ns > 1)
			continue;
		/* No wider than both ends and 2 ns; 0.1 % for products. */
		cr_assert(le(dbl, r.hi - r.lo,
			(4002 / span_s + 2 * hz / (span_s * 1e9)) * 1.001));
	}
}

Test(reference, the_interval_holds_the_truth)
{
	expect_the_truth("tsc", 1, 1e-4);
	expect_the_truth("kvm-clock", 1, 1e-4);
	expect_the_truth("hyperv_clocksource_tsc_page", 100, 1e-3);
	expect_the_truth("hpet", 70, 1e-3);
	expect_the_truth("acpi_pm", 1e9 / 3579545, 1e-3);
	expect_the_truth("pit", 1e9 / 1193182, 1e-3);
}

/* A second apart, at 2 GHz, on CPU 1. */
static void three(struct raw_point p[3])
{
	for (int i = 0; i < 3; i++) {
		uint64_t ticks = UINT64_C(2000000000) * (uint64_t)(i + 1);

		p[i] = (struct raw_point){.before_ticks = ticks,
			.after_ticks = ticks + 100,
			.ns = INT64_C(1000000000) * (i + 1),
			.cpu = 1,
			.clocksource = "tsc"};
	}
}

static struct reference r;

static const char *sentence_of(const struct raw_point p[3])
{
	reference_raw(p, &r);
	return r.sentence;
}

#define READS(p, words)                                                        \
	cr_assert(ne(ptr, strstr(sentence_of(p), words), NULL), "%s",          \
		r.sentence)
#define REFUSED(p, words)                                                      \
	do {                                                                   \
		READS(p, words);                                               \
		cr_assert(zero(dbl, r.hz));                                    \
	} while (0)

Test(reference, what_went_back_proves_nothing)
{
	struct raw_point p[3];

	three(p);
	p[2].ns = p[1].ns;
	REFUSED(p, "went back");
	three(p);
	p[1].ns = p[0].ns - 1;
	REFUSED(p, "went back");
	three(p);
	p[2].before_ticks = p[1].after_ticks;
	REFUSED(p, "went back");
	three(p);
	p[2] = p[1] = p[0];
	REFUSED(p, "went back");
}

Test(reference, one_rate_and_one_clock)
{
	struct raw_point p[3];

	three(p);
	READS(p, "2.0 s apart, on one CPU.");
	cr_assert(epsilon_eq(dbl, r.hz, 2e9, 2));
	/* 1 ppm faster in the second half. */
	p[2].before_ticks += 2000;
	p[2].after_ticks += 2000;
	REFUSED(p, "the rate changed meanwhile");
	three(p);
	strcpy(p[2].clocksource, "hpet");
	REFUSED(p, "the clocksource changed");
	three(p);
	p[2].suspended_ns = 1000000000;
	REFUSED(p, "suspended");
	three(p);
	for (int i = 0; i < 3; i++)
		strcpy(p[i].clocksource, "refined-jiffies");
	REFUSED(p, "by milliseconds");
	three(p);
	p[2].cpu = -1;
	READS(p, "on whichever CPU");
}

Test(reference, whose_second_it_is)
{
	struct raw_point p[3];

	three(p);
	READS(p, "Clocksource tsc: it counts this TSC by the rate that the "
		 "kernel uses");
	for (int i = 0; i < 3; i++)
		strcpy(p[i].clocksource, "kvm-clock");
	READS(p, "by the rate that the host states");
	for (int i = 0; i < 3; i++)
		strcpy(p[i].clocksource, "hpet");
	READS(p, "Clocksource hpet: it runs on another oscillator");
	for (int i = 0; i < 3; i++)
		p[i].clocksource[0] = '\0';
	READS(p, "Clocksource unknown");
}

/* Here, and now. */
Test(reference, points_of_this_machine)
{
	struct raw_point first, second;

	raw_point_take(&first, NULL);
	raw_point_take(&second, &first);
	cr_assert(lt(u64, first.before_ticks, first.after_ticks));
	cr_assert(lt(i64, first.ns, second.ns));
	if (first.cpu >= 0 && second.cpu >= 0)
		cr_assert(eq(int, first.cpu, second.cpu));
}

static uint64_t khz_of(const char *text)
{
	static struct kernel_log log;

	kernel_log_find(text, &log);
	cr_assert(ne(chr, log.line[0], 0));
	return log.khz;
}

Test(reference, lines_of_the_log)
{
	cr_assert(eq(u64,
		khz_of("tsc: Detected 2445.430 MHz "
		       "processor"),
		2445430));
	cr_assert(eq(u64,
		khz_of("<6>[    0.000013] tsc: Detected "
		       "999.001 MHz processor"),
		999001));
	cr_assert(eq(u64,
		khz_of("<6>[    1.4] tsc: Refined TSC "
		       "clocksource calibration: 2445.429 "
		       "MHz"),
		2445429));
}

Test(reference, lines_without_a_rate)
{
	static const char *const lines[] = {"", "tsc: ", "tsc: Detected ",
		"tsc: Detected 2445.42 MHz", "tsc: Detected 2445.4200 MHz",
		"tsc: Detected 2445 MHz processor", "tsc: Detected MHz",
		"tsc: Detected .430 MHz processor",
		"tsc: Detected -2445.430 MHz processor",
		"tsc: Detected +2445.430 MHz processor",
		"tsc: Detected  2445.430 MHz processor",
		"tsc: Detected 2445.-43 MHz processor",
		"tsc: Detected 2445.+43 MHz processor",
		"tsc: Detected 2445. 43 MHz processor",
		"tsc: Detected 2445.430 kHz processor",
		"tsc: Detected 2445.430", "tsc: Detected 2445.430 MHz",
		"tsc: Detected 99999999999999.000 MHz processor",
		"tsc: Detected 99999999999999999999999999.000 MHz processor",
		"tsc: Detected 0x95.430 MHz processor",
		"tsc: Unable to calibrate against PIT",
		"tsc: Fast TSC calibration using PIT"};
	char endless[4096];

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		cr_assert(zero(u64, khz_of(lines[i])), "%s", lines[i]);
	memset(endless, '9', sizeof(endless) - 1);
	memcpy(endless, "tsc: Detected ", strlen("tsc: Detected "));
	endless[sizeof(endless) - 1] = '\0';
	cr_assert(zero(u64, khz_of(endless)));
}

/* Whatever the order, the refined rate is the one that is used; then that of
 * the TSC, which the kernel names where it is not the processor's. */
Test(reference, the_rate_that_counts)
{
	cr_assert(eq(u64,
		khz_of("tsc: Detected 3600.000 MHz processor\n"
		       "tsc: Detected 3609.600 MHz TSC\n"),
		3609600));
	cr_assert(eq(u64,
		khz_of("tsc: Refined TSC clocksource calibration: 3600.001 "
		       "MHz\ntsc: Detected 3609.600 MHz TSC\n"),
		3600001));
}
