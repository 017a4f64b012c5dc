/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What tscal compare's references prove. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/compare.h"

/* A generator of its own: the same ends on every machine. */
static uint64_t next(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) +
		 UINT64_C(1442695040888963407);
	return *state >> 33;
}

/* An end at a time, of a clock that counts hz and was read somewhere between
 * the two readings of the TSC; the clock shows whole nanoseconds. */
static struct raw_end end_at(double s, double hz, uint64_t *seed)
{
	double ticks = s * hz;

	return (struct raw_end){(uint64_t)ticks - next(seed) % 1000,
		(uint64_t)ticks + 1 + next(seed) % 1000, (int64_t)(s * 1e9)};
}

Test(compare_reference, the_interval_holds_the_truth)
{
	uint64_t seed = 20261128;

	for (int i = 0; i < 10000; i++) {
		double hz = 1e9 + (double)next(&seed);
		double start_s = 1 + (double)(next(&seed) % 1000000) / 7e3;
		double span_s = 1e-4 + (double)(next(&seed) % 1000000) / 7e5;
		struct raw_end first = end_at(start_s, hz, &seed);
		struct raw_end last = end_at(start_s + span_s, hz, &seed);
		struct reference r;

		reference_raw(&first, &last, "tsc", &r);
		cr_assert(lt(dbl, 0, r.hz));
		cr_assert(le(dbl, r.lo, hz), "%d", i);
		cr_assert(le(dbl, hz, r.hi), "%d", i);
		/* No wider than both ends and 2 ns; 1 ppm for products. */
		cr_assert(le(dbl, r.hi - r.lo,
			(4002 / span_s + 2 * hz / (span_s * 1e9)) * 1.001));
	}
}

static struct reference between(struct raw_end first, struct raw_end last)
{
	struct reference r;

	reference_raw(&first, &last, "tsc", &r);
	return r;
}

Test(compare_reference, what_went_back_proves_nothing)
{
	const struct raw_end first = {1000, 1100, 5000};

	cr_assert(zero(
		dbl, between(first, (struct raw_end){5000, 5100, 5000}).hz));
	cr_assert(zero(
		dbl, between(first, (struct raw_end){5000, 5100, 4000}).hz));
	cr_assert(
		zero(dbl, between(first, (struct raw_end){900, 950, 9000}).hz));
	cr_assert(zero(
		dbl, between(first, (struct raw_end){1100, 1200, 9000}).hz));
	cr_assert(zero(dbl, between(first, first).hz));
	cr_assert(strstr(between(first, first).sentence, "went back") != NULL);
}

Test(compare_reference, another_clocksource_is_named)
{
	const struct raw_end first = {1000, 1100, 0},
			     last = {2000001000, 2000001100, 1000000000};
	struct reference r;

	reference_raw(&first, &last, "hpet", &r);
	cr_assert(strstr(r.sentence, "run by clocksource hpet") != NULL);
	reference_raw(&first, &last, "tsc", &r);
	cr_assert(strstr(r.sentence, "clocksource") == NULL);
	reference_raw(&first, &last, "", &r);
	cr_assert(strstr(r.sentence, "clocksource") == NULL);
}

Test(compare_reference, lines_of_the_log)
{
	cr_assert(eq(u64,
		khz_of_log_line("tsc: Detected 2445.430 MHz "
				"processor"),
		2445430));
	cr_assert(eq(u64,
		khz_of_log_line("<6>[    0.000013] tsc: Detected "
				"999.001 MHz processor"),
		999001));
	cr_assert(eq(u64,
		khz_of_log_line("<6>[    1.4] tsc: Refined TSC "
				"clocksource calibration: 2445.429 "
				"MHz"),
		2445429));
}

Test(compare_reference, lines_that_say_no_rate)
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
		"tsc: Detected 2445.430",
		"tsc: Detected 99999999999999.000 MHz processor",
		"tsc: Detected 99999999999999999999999999.000 MHz processor",
		"tsc: Detected 0x95.430 MHz processor",
		"tsc: Unable to calibrate against PIT",
		"tsc: Fast TSC calibration using PIT"};
	char endless[4096];

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		cr_assert(zero(u64, khz_of_log_line(lines[i])), "%s", lines[i]);
	memset(endless, '9', sizeof(endless) - 1);
	memcpy(endless, "tsc: Detected ", strlen("tsc: Detected "));
	endless[sizeof(endless) - 1] = '\0';
	cr_assert(zero(u64, khz_of_log_line(endless)));
}

/* After a move the kernel's log is of where it came from. */
Test(compare_reference, khz_of_another_machine_are_taken_back)
{
	struct reference raw = {.hz = 2.5e9, .lo = 2.5e9 - 1, .hi = 2.5e9 + 1};
	struct reference near = {.hz = 2.5024e9}, far = {.hz = 2.503e9};
	struct reference none = {0}, alone = {.hz = 1e9};

	reference_compare(&raw, &near);
	cr_assert(eq(dbl, near.hz, 2.5024e9));
	reference_compare(&raw, &far);
	cr_assert(eq(dbl, far.hz, 0));
	cr_assert(
		ne(ptr, strstr(far.sentence, "2503000 kHz, +1200 ppm"), NULL));
	reference_compare(&none, &alone);
	cr_assert(eq(dbl, alone.hz, 1e9));
}
