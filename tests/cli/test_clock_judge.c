/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What tscal clock makes of readings that no healthy machine gives. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "cli/clock/clock.h"

static struct judge judge;
static const struct clock_run on_tsc = {.on = TSCAL_CLOCK_ON_TSC};
static const struct clock_run on_system = {.on = TSCAL_CLOCK_ON_SYSTEM};
/* What clock_gettime() returns. */
static const struct bracket bracket = {1000, 1040};

static void interval(enum tscal_reading reading, int64_t earliest_ns)
{
	struct tscal_interval iv = {.earliest_ns = earliest_ns,
		.latest_ns = earliest_ns + 20,
		.reading = reading,
		.generation = 1};

	judge_interval(&judge, &bracket, &iv, 10);
}

static void end(void)
{
	static const struct tally nothing;

	judge_end_second(&judge, &nothing);
	memset(&judge.second, 0, sizeof(judge.second));
}

static enum clock_verdict verdict(void)
{
	end();
	return clock_verdict(&on_tsc, &judge.all);
}

Test(clock_judge, a_step_back_within_a_generation_is_bad)
{
	judge_step(&judge, 100, 1);
	judge_step(&judge, 100, 1);
	cr_assert(eq(u64, judge.second.back, 0));
	/* Over the end of a second too. */
	end();
	judge_step(&judge, 99, 1);
	cr_assert(eq(u64, judge.second.back, 1));
	cr_assert(eq(int, verdict(), CLOCK_BAD));
	cr_assert(eq(int, clock_verdict(&on_system, &judge.all), CLOCK_SYSTEM));
}

Test(clock_judge, a_step_back_with_a_new_generation_is_none)
{
	judge_step(&judge, 100, 1);
	judge_step(&judge, 50, 2);
	judge_step(&judge, 51, 2);
	cr_assert(eq(u64, judge.second.back, 0));
	cr_assert(eq(int, verdict(), CLOCK_GOOD));
}

Test(clock_judge, an_interval_that_touches_its_bracket_holds_the_clock)
{
	interval(TSCAL_READING_TSC, 980);
	interval(TSCAL_READING_TSC, 1040);
	cr_assert(eq(u64, judge.open.n, 0));
	cr_assert(eq(u64, judge.second.bound.n, 2));
	cr_assert(eq(i64, judge.second.bound.max_ns, 10));
	cr_assert(eq(int, verdict(), CLOCK_GOOD));
}

Test(clock_judge, beyond_the_bound_is_bad_after_two_updates_without_a_break)
{
	interval(TSCAL_READING_TSC, 979);
	interval(TSCAL_READING_TSC, 1041);
	judge_open(&judge, 1, 11, false);
	cr_assert(eq(u64, judge.open.n, 2));
	cr_assert(eq(u64, judge.second.outside, 0));
	judge_open(&judge, 1, 12, false);
	cr_assert(eq(u64, judge.open.n, 0));
	cr_assert(eq(u64, judge.second.outside, 2));
	cr_assert(eq(int, verdict(), CLOCK_BAD));
}

Test(clock_judge, beyond_the_bound_is_bad_at_the_end)
{
	interval(TSCAL_READING_TSC, 979);
	judge_open(&judge, 1, 10, true);
	cr_assert(eq(u64, judge.second.outside, 1));
	cr_assert(eq(int, verdict(), CLOCK_BAD));
}

Test(clock_judge, beyond_the_bound_before_a_break_is_excused)
{
	interval(TSCAL_READING_TSC, 979);
	interval(TSCAL_READING_TSC, 5000);
	judge_open(&judge, 1, 11, false);
	judge_open(&judge, 2, 12, false);
	cr_assert(eq(u64, judge.open.n, 0));
	cr_assert(eq(u64, judge.second.excused, 2));
	cr_assert(eq(u64, judge.second.outside, 0));
	cr_assert(eq(int, verdict(), CLOCK_GOOD));
}

Test(clock_judge, a_doubted_interval_is_counted_and_no_more)
{
	interval(TSCAL_READING_DOUBTED, 5000);
	cr_assert(eq(u64, judge.second.doubted, 1));
	cr_assert(eq(u64, judge.open.n, 0));
	cr_assert(eq(u64, judge.second.bound.n, 1));
	cr_assert(eq(int, verdict(), CLOCK_GOOD));
}

Test(clock_judge, an_interval_of_clock_gettime_is_not_judged)
{
	interval(TSCAL_READING_SYSTEM, 5000);
	cr_assert(eq(u64, judge.open.n, 0));
	cr_assert(eq(u64, judge.second.bound.n, 0));
}

Test(clock_judge, the_tightest_bracket_gives_the_error)
{
	judge_reading(&judge, &(struct bracket){0, 100}, 10);
	judge_reading(&judge, &(struct bracket){1000, 1020}, 1013);
	judge_reading(&judge, &(struct bracket){2000, 2040}, 2060);
	/* Set back in between: a reading, and no bracket. */
	judge_reading(&judge, &(struct bracket){3000, 2000}, 9000);
	judge_tightest(&judge);
	judge_tightest(&judge);
	cr_assert(eq(u64, judge.second.readings, 4));
	cr_assert(eq(u64, judge.second.error.n, 1));
	cr_assert(eq(i64, judge.second.error.min_ns, 3));
	cr_assert(eq(i64, judge.second.bracket.min_ns, 10));
	cr_assert(eq(i64, judge.second.beyond_ns, 20));
}

Test(clock_judge, seconds_have_what_the_clock_counted_meanwhile)
{
	struct tally t = {.seconds = 1, .generation = 3};

	t.stats.lapses = 2;
	t.events[6] = 1;
	judge_end_second(&judge, &t);
	t = (struct tally){.seconds = 2, .generation = 4};
	t.stats.lapses = 5;
	t.events[6] = 1;
	t.events[7] = 4;
	judge_end_second(&judge, &t);
	cr_assert(eq(u64, judge.second.tally.stats.lapses, 3));
	cr_assert(eq(u64, judge.second.tally.events[6], 0));
	cr_assert(eq(u64, judge.second.tally.events[7], 4));
	cr_assert(eq(u64, judge.all.tally.stats.lapses, 5));
	cr_assert(eq(u64, judge.all.tally.events[6], 1));
	cr_assert(eq(u32, judge.all.tally.generation, 4));
}

Test(clock_judge, a_median_is_within_its_bin)
{
	static struct spread s;

	for (int64_t ns = 1; ns <= 999; ns++)
		spread_add(&s, ns);
	cr_assert(eq(i64, spread_median_ns(&s), 500));
	for (int i = 0; i < 2000; i++)
		spread_add(&s, 1000000007);
	cr_assert(le(i64, spread_median_ns(&s), 1000000007));
	cr_assert(ge(i64, spread_median_ns(&s), 998000000));
	cr_assert(eq(i64, s.max_ns, 1000000007));
}
