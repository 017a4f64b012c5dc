/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What tscal compare makes of its samples. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/redirect.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/compare/compare.h"

#define HZ 2e9
#define N_MAX 20

/* A machine with a reference, and one row. */
static struct compare machine(struct compare_row *row)
{
	return (struct compare){.rows = row,
		.n_rows = 1,
		.raw = {.hz = HZ, .lo = HZ - 100, .hi = HZ + 100}};
}

static struct compare_row row_of(const char *source, uint32_t window_ms,
	struct compare_sample *samples, size_t n)
{
	struct compare_row row = {
		.window_ms = window_ms, .asked = n, .n = n, .samples = samples};

	strcpy(row.source, source);
	return row;
}

static struct compare_sample sample(double hz, double lo, double hi)
{
	return (struct compare_sample){
		.hz = hz, .lo = lo, .hi = hi, .source_ms = 1, .process_ms = 2};
}

/* Judges one row of one sample against raw: whether it held. */
static bool held(const char *source, double lo, double hi)
{
	struct compare_sample s = sample((lo + hi) / 2, lo, hi);
	struct compare_row row = row_of(source, 10, &s, 1);
	struct compare c = machine(&row);

	cr_assert(zero(int, compare_judge(&c)));
	cr_assert(eq(sz, row.judged, 1));
	free(row.errors_ppm);
	return row.held;
}

/* Errors of 1 to n ppm, out of order and of both signs. */
static struct compare_sizes sizes(size_t n)
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
	struct compare_sizes one = sizes(1), two = sizes(2), many = sizes(20);

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
	cr_assert(held("clock-raw", HZ - 1, HZ + 1));
	cr_assert(held("clock-raw", HZ - 1000, HZ + 1000));
	cr_assert(held("clock-raw", HZ + 100, HZ + 200));
	cr_assert(held("clock-raw", HZ - 200, HZ - 100));
	cr_assert(not(held("clock-raw", HZ + 101, HZ + 200)));
	cr_assert(not(held("clock-raw", HZ - 200, HZ - 101)));
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

/* Another oscillator, or a declared rate, has an error, and no interval
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

/* Errors need a reference; spread, width and times do not. */
Test(compare_judge, no_reference)
{
	struct compare_sample s[2] = {sample(HZ, HZ - 1000, HZ + 1000),
		sample(HZ + 2000, HZ + 1000, HZ + 3000)};
	struct compare_row row = row_of("clock-raw", 10, s, 2);
	struct compare c = {.rows = &row, .n_rows = 1};
	char text[24];

	cr_assert(zero(int, compare_judge(&c)));
	cr_assert(zero(ptr, row.errors_ppm));
	cr_assert(lt(dbl, row.error.worst, 0));
	cr_assert(zero(sz, row.judged));
	cr_assert(epsilon_eq(dbl, row.spread_ppm, 1, 1e-6));
	cr_assert(epsilon_eq(dbl, row.width_ppm, 1, 1e-3));
	cr_assert(eq(dbl, row.process_ms, 2));
	format_error(text, sizeof(text), &c, row.error.median);
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
	cr_assert(lt(dbl, row.spread_ppm, 0));
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

Test(compare_judge, some_runs_without_a_number_are_printed,
	.init = cr_redirect_stdout)
{
	struct compare_sample s = sample(HZ, HZ, HZ);
	struct compare_row row = row_of("clock-raw", 10, &s, 1);
	struct compare c = machine(&row);
	char out[8192];
	FILE *f = cr_get_redirected_stdout();
	size_t n;

	row.asked = 3;
	strcpy(row.why, "error: it went away");
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

/* The truth may be at the other end of the reference, +-0.05 ppm wide. */
Test(compare_judge, errors_below_the_reference)
{
	struct compare_row row = {0};
	struct compare c = machine(&row);
	char text[24];

	format_error(text, sizeof(text), &c, 0.01);
	cr_assert(eq(str, text, "<0.0600"));
	format_error(text, sizeof(text), &c, 0.01001);
	cr_assert(eq(str, text, "<0.0601"));
	format_error(text, sizeof(text), &c, 0.06);
	cr_assert(eq(str, text, "0.0600"));
}

static const char *rounds(size_t asked, size_t done, bool interrupted)
{
	static char text[256];
	struct compare c = {.rounds = asked,
		.rounds_done = done,
		.interrupted = interrupted,
		.span_s = 1.5};

	format_rounds(text, sizeof(text), &c);
	return text;
}

Test(compare_judge, what_was_interrupted_is_printed)
{
	cr_assert(
		ne(ptr, strstr(rounds(1, 1, false), "1 round in 1.5 s"), NULL));
	cr_assert(ne(ptr, strstr(rounds(20, 20, false), "20 rounds in"), NULL));
	cr_assert(
		ne(ptr, strstr(rounds(20, 0, true), "of round 1 of 20"), NULL));
	cr_assert(ne(ptr,
		strstr(rounds(20, 20, true), "the reference spans 1.5 s only"),
		NULL));
}

/* After a move the kernel's log is of where it came from. */
Test(compare_judge, the_log_of_another_machine)
{
	struct compare_row row = {0};
	struct compare c = machine(&row);
	char text[256];

	c.log.khz = 2001000;
	format_log(text, sizeof(text), &c);
	cr_assert(ne(ptr, strstr(text, "; +500.000 ppm from raw"), NULL));
	c.log.khz = 2002400;
	format_log(text, sizeof(text), &c);
	cr_assert(ne(ptr,
		strstr(text,
			"+1200 ppm from raw: it belongs to another machine"),
		NULL));
	c.raw.hz = 0;
	cr_assert(isnan(compare_log_ppm(&c)));
}
