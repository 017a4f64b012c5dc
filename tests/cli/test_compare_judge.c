/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What tscal compare makes of its samples, and what its references prove. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/redirect.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/compare.h"

#define HZ 2e9
#define N_MAX 20

/* A machine with both references, and one row. */
static struct compare machine(struct compare_row *row)
{
	struct compare c = {.rows = row, .n_rows = 1};

	c.references[REFERENCE_RAW] = (struct reference){
		.hz = HZ, .lo = HZ - 100, .hi = HZ + 100};
	c.references[REFERENCE_KHZ] = (struct reference){
		.hz = HZ, .lo = HZ - 500, .hi = HZ + 500};
	return c;
}

static struct compare_row row_of(const char *source, uint32_t window_ms,
	struct compare_sample *samples, size_t n)
{
	struct compare_row row = {.tolerance_ppm = -1,
		.window_ms = window_ms,
		.asked = n,
		.n = n,
		.samples = samples};

	strcpy(row.source, source);
	return row;
}

static struct compare_sample sample(double hz, double lo, double hi)
{
	return (struct compare_sample){
		.hz = hz, .lo = lo, .hi = hi, .source_ms = 1, .process_ms = 2};
}

/* Judges one row of one sample against raw, and says whether it held. */
static bool held(const char *source, double tolerance_ppm, double lo, double hi)
{
	struct compare_sample s = sample((lo + hi) / 2, lo, hi);
	struct compare_row row = row_of(source, 10, &s, 1);
	struct compare c = machine(&row);

	row.tolerance_ppm = tolerance_ppm;
	cr_assert(zero(int, compare_judge(&c)));
	cr_assert(eq(sz, row.judged, 1));
	free(row.errors_ppm);
	return row.held;
}

/* Errors of 1 to n ppm, out of order and of both signs. */
static struct compare_spread spread(size_t n)
{
	struct compare_sample s[N_MAX];
	struct compare_row row = row_of("clock-raw", 10, s, n);
	struct compare c = machine(&row);

	for (size_t i = 0; i < n; i++) {
		double ppm = (double)((i * 7 + 3) % n + 1);

		s[i] = sample(HZ * (1 + (i % 2 ? -ppm : ppm) / 1e6), HZ, HZ);
	}
	cr_assert(zero(int, compare_judge(&c)));
	for (size_t i = 0; i < n; i++)
		cr_assert(eq(int, row.errors_ppm[i] < 0, i % 2));
	free(row.errors_ppm);
	return row.error;
}

Test(compare_judge, by_nearest_rank)
{
	struct compare_spread one = spread(1), two = spread(2),
			      many = spread(20);

	cr_assert(epsilon_eq(dbl, one.median, 1, 1e-6));
	cr_assert(epsilon_eq(dbl, one.p95, 1, 1e-6));
	cr_assert(epsilon_eq(dbl, one.worst, 1, 1e-6));
	cr_assert(epsilon_eq(dbl, two.median, 1, 1e-6));
	cr_assert(epsilon_eq(dbl, two.p95, 2, 1e-6));
	cr_assert(epsilon_eq(dbl, many.median, 10, 1e-6));
	cr_assert(epsilon_eq(dbl, many.p95, 19, 1e-6));
	cr_assert(epsilon_eq(dbl, many.worst, 20, 1e-6));
}

/* The reference is [HZ - 100, HZ + 100]. */
Test(compare_judge, intervals_hold_where_they_overlap)
{
	cr_assert(held("clock-raw", -1, HZ - 1, HZ + 1));
	cr_assert(held("clock-raw", -1, HZ - 1000, HZ + 1000));
	cr_assert(held("clock-raw", -1, HZ + 100, HZ + 200));
	cr_assert(held("clock-raw", -1, HZ - 200, HZ - 100));
	cr_assert(not(held("clock-raw", -1, HZ + 101, HZ + 200)));
	cr_assert(not(held("clock-raw", -1, HZ - 200, HZ - 101)));
}

Test(compare_judge, a_tolerance_widens)
{
	/* 1 ppm is 2000 Hz. */
	cr_assert(not(held("hpet", 0, HZ + 2050, HZ + 3000)));
	cr_assert(held("hpet", 1, HZ + 2050, HZ + 3000));
	cr_assert(held("hpet", 1, HZ - 3000, HZ - 2050));
	cr_assert(not(held("hpet", 1, HZ + 2150, HZ + 3000)));
	cr_assert(not(held("hpet", 1, HZ - 3000, HZ - 2150)));
}

Test(compare_judge, an_unbounded_interval_holds)
{
	struct compare_sample s = sample(HZ, 0, HUGE_VAL);
	struct compare_row row = row_of("clock-raw", 10, &s, 1);
	struct compare c = machine(&row);

	cr_assert(zero(int, compare_judge(&c)));
	cr_assert(eq(sz, row.held, 1));
	cr_assert(isinf(row.width_ppm));
	cr_assert(zero(dbl, row.error.worst));
	free(row.errors_ppm);
}

/* Another oscillator that states no tolerance has an error, and no interval
 * that would have to hold. */
Test(compare_judge, other_seconds_are_not_judged)
{
	struct compare_sample s = sample(HZ + 2000, HZ + 1999, HZ + 2001);
	struct compare_row row = row_of("hpet", 10, &s, 1);
	struct compare c = machine(&row);

	cr_assert(zero(int, compare_judge(&c)));
	cr_assert(zero(sz, row.judged));
	cr_assert(epsilon_eq(dbl, row.errors_ppm[0], 1, 1e-6));
	free(row.errors_ppm);
}

static enum reference_id against(
	const char *source, uint32_t window_ms, bool raw, bool khz)
{
	struct compare_sample s = sample(HZ, HZ, HZ);
	struct compare_row row = row_of(source, window_ms, &s, 1);
	struct compare c = machine(&row);

	if (!raw)
		c.references[REFERENCE_RAW] = (struct reference){0};
	if (!khz)
		c.references[REFERENCE_KHZ] = (struct reference){0};
	cr_assert(zero(int, compare_judge(&c)));
	free(row.errors_ppm);
	return row.against;
}

Test(compare_judge, which_reference)
{
	cr_assert(eq(int, against("clock-raw", 10, true, true), REFERENCE_RAW));
	cr_assert(eq(int, against("hpet", 1, true, true), REFERENCE_RAW));
	cr_assert(eq(int, against("vdso", 0, true, true), REFERENCE_RAW));
	cr_assert(eq(int, against("hv-leaf", 0, true, true), REFERENCE_KHZ));
	cr_assert(eq(int, against("hv-leaf", 0, true, false), REFERENCE_RAW));
	cr_assert(eq(int, against("hv-leaf", 0, false, true), REFERENCE_KHZ));
	cr_assert(eq(int, against("hv-leaf", 0, false, false), REFERENCE_NONE));
	cr_assert(eq(int, against("vdso", 0, false, true), REFERENCE_NONE));
	cr_assert(eq(int, against("hpet", 1, false, true), REFERENCE_NONE));
}

/* Errors need a reference; spread, width and times do not. */
Test(compare_judge, no_reference)
{
	struct compare_sample s[2] = {sample(HZ, HZ - 1000, HZ + 1000),
		sample(HZ + 2000, HZ + 1000, HZ + 3000)};
	struct compare_row row = row_of("clock-raw", 10, s, 2);
	struct compare c = {.rows = &row, .n_rows = 1};
	char text[24];

	cr_assert(zero(int, compare_judge(&c)));
	cr_assert(eq(int, row.against, REFERENCE_NONE));
	cr_assert(zero(ptr, row.errors_ppm));
	cr_assert(lt(dbl, row.error.worst, 0));
	cr_assert(zero(sz, row.judged));
	cr_assert(epsilon_eq(dbl, row.range_ppm, 1, 1e-6));
	cr_assert(epsilon_eq(dbl, row.width_ppm, 1, 1e-3));
	cr_assert(eq(dbl, row.process_ms, 2));
	format_error(text, sizeof(text), &c, &row, row.error.median);
	cr_assert(eq(str, text, "-"));
}

/* A source that vanished between the survey and the first run. */
Test(compare_judge, no_sample)
{
	struct compare_row row = row_of("clock-raw", 10, NULL, 0);
	struct compare c = machine(&row);

	row.asked = 3;
	cr_assert(zero(int, compare_judge(&c)));
	cr_assert(zero(ptr, row.errors_ppm));
	cr_assert(lt(dbl, row.error.median, 0));
	cr_assert(lt(dbl, row.range_ppm, 0));
	cr_assert(lt(dbl, row.width_ppm, 0));
	cr_assert(lt(dbl, row.source_ms, 0));
	cr_assert(lt(dbl, row.process_ms, 0));
	cr_assert(zero(sz, row.judged));
}

/* And one that gave a number in some runs only. */
Test(compare_judge, fewer_numbers_than_runs)
{
	struct compare_sample s[3] = {sample(HZ + 2000, HZ, HZ + 4000)};
	struct compare_row row = row_of("clock-raw", 10, s, 1);
	struct compare c = machine(&row);

	row.asked = 3;
	cr_assert(zero(int, compare_judge(&c)));
	cr_assert(eq(sz, row.judged, 1));
	cr_assert(epsilon_eq(dbl, row.error.worst, 1, 1e-6));
	free(row.errors_ppm);
}

Test(compare_judge, some_runs_without_a_number_are_said,
	.init = cr_redirect_stdout)
{
	struct compare_sample s = sample(HZ, HZ, HZ);
	struct compare_row row = row_of("clock-raw", 10, &s, 1);
	struct compare c = machine(&row);
	char out[8192];
	FILE *f = cr_get_redirected_stdout();
	size_t n;

	row.asked = 3;
	strcpy(row.trouble, "error: it went away");
	cr_assert(zero(int, compare_judge(&c)));
	text_compare(&c);
	fflush(stdout);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	cr_assert(strstr(out, "Gave no number in some runs:\n"
			      "clock-raw, 10 ms: 2 of 3; error: it went "
			      "away") != NULL);
	cr_assert(strstr(out, " 1/3 ") != NULL);
	free(row.errors_ppm);
}

/* What the reference leaves open is not claimed to be known. */
Test(compare_judge, errors_below_the_reference)
{
	struct compare_row row = {.against = REFERENCE_RAW};
	struct compare c = machine(&row);
	char text[24];

	format_error(text, sizeof(text), &c, &row, 0.01);
	cr_assert(eq(str, text, "<0.0500"));
	format_error(text, sizeof(text), &c, &row, 0.06);
	cr_assert(eq(str, text, "0.0600"));
	row.against = REFERENCE_KHZ;
	format_error(text, sizeof(text), &c, &row, 0.01);
	cr_assert(eq(str, text, "<0.250"));
}
