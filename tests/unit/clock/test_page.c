/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The page that readers load, and what it may hold. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "clock/page/page.h"

#define SPAN 1000000

static struct tscal_clock_page page;
static struct page_system system_;

static bool resume(uint64_t from, int64_t ns_from)
{
	struct tscal_segment seg[PAGE_ANEW] = {{.flags = SEGMENT_GAP}};

	for (int i = 1; i < PAGE_ANEW; i++)
		seg[i] = (struct tscal_segment){
			.tsc_from = from + (uint64_t)(i - 1) * SPAN,
			.span = SPAN,
			.ns_from = ns_from + (i - 1) * SPAN,
			.mult = INT64_C(1) << 61};
	return page_resume(&page, &system_, page.latch, seg);
}

/* A page of this clock with three segments, from TSC value from on, 1 ns a
 * tick. */
static void begin(uint64_t from)
{
	page_init(&page);
	system_ = (struct page_system){.highest_ns = INT64_MIN};
	cr_assert(resume(from, 0));
}

/* One more at the end of the newest. */
static bool next(uint64_t tsc)
{
	struct tscal_segment newest,
		seg = {.span = SPAN, .mult = INT64_C(1) << 61};

	cr_assert(page_segment(&page, page_newest(page.latch), &newest));
	seg.tsc_from = segment_end(&newest);
	seg.ns_from = newest.ns_from + SPAN;
	return page_publish(&page, page.latch, tsc, &seg);
}

/* The answer of a reader at tsc, if the clock is at ns. */
static enum page_answer answer(uint64_t tsc, int64_t *ns)
{
	struct tscal_segment seg;

	return page_answer(&page, &system_, page.latch, tsc, ns, &seg);
}

static void expect_answer(uint64_t tsc, int64_t clock_ns, int64_t said_ns)
{
	int64_t ns = clock_ns;

	cr_assert(eq(int, answer(tsc, &ns), PAGE_BY_SYSTEM));
	cr_assert(eq(i64, ns, said_ns));
}

static void expect_reads(uint64_t from, uint64_t tsc)
{
	int64_t ns = -1;

	cr_assert(page_read(&page, tsc, &ns), "%lu", tsc - from);
	cr_assert(eq(u64, (uint64_t)ns, tsc - from));
}

Test(page, readings_are_of_the_segment_that_holds_them)
{
	/* Also where the TSC wraps meanwhile. */
	const uint64_t froms[] = {5, UINT64_MAX - SPAN * 3 / 2, 1ull << 63};

	for (int i = 0; i < 3; i++) {
		uint64_t from = froms[i];
		int64_t ns;

		memset(&page, 0, sizeof(page));
		begin(from);
		for (uint64_t t = 0; t < 3 * SPAN; t += 777)
			expect_reads(from, from + t);
		cr_assert(not(page_read(&page, from - 1, &ns)));
		cr_assert(not(page_read(&page, from + 3 * SPAN, &ns)));
		cr_assert(not(page_read(&page, from + (1ull << 62), &ns)));
	}
}

Test(page, numbers_wrap)
{
	begin(0);
	page.latch = PAGE_CLOSED | PAGE_STEPPED | UINT64_C(1) << 32 |
		     (uint32_t)(0 - 40 * TSCAL_SEGMENT_STEP);
	cr_assert(resume(0, 0));
	for (uint64_t k = 0; k < 200; k++) {
		expect_reads(0, k * SPAN + 1);
		expect_reads(0, (k + 1) * SPAN + 1);
		expect_reads(0, (k + 2) * SPAN + 1);
		cr_assert(next((k + 1) * SPAN));
	}
}

Test(page, an_old_latch_finds_its_segment_until_it_is_written_again)
{
	struct tscal_segment seg;
	uint32_t number;

	begin(0);
	number = page_in_use(page.latch);
	for (uint64_t k = 0; k < PAGE_READABLE - 3; k++) {
		cr_assert(page_segment(&page, number, &seg));
		cr_assert(next((k + 1) * SPAN));
	}
	for (uint64_t k = PAGE_READABLE - 3; k < PAGE_READABLE + 3; k++)
		cr_assert(next((k + 1) * SPAN));
	cr_assert(not(page_segment(&page, number, &seg)));
}

Test(page, a_revocation_ends_all_segments_and_changes_the_generation)
{
	int64_t ns;
	uint32_t before;

	begin(0);
	before = page_generation(page.latch);
	expect_reads(0, 5);
	page_revoke(&page, 3, 77);
	cr_assert(not(page_read(&page, 5, &ns)));
	cr_assert(eq(u32, page_generation(page.latch), before + 1));
	/* What was decided before goes nowhere. */
	cr_assert(not(page_publish(&page, page.latch, 5, NULL)));
	/* Held at an earlier answer, which is soon passed. */
	expect_answer(6, 70, 77);
	expect_answer(9, 80, 80);
	cr_assert(eq(u32, page_generation(page.latch), before + 1));
}

Test(page, no_segment_is_published_on_a_closed_page)
{
	uint64_t latch;

	begin(0);
	latch = page.latch;
	expect_answer(3 * SPAN, 3 * SPAN + 10, 3 * SPAN + 10);
	cr_assert(ne(u64, page.latch & PAGE_CLOSED, 0));
	cr_assert(not(next(4 * SPAN)));
	cr_assert(not(page_publish(&page, latch, 4 * SPAN, NULL)));
	/* Not below an earlier answer. */
	cr_assert(not(resume(3 * SPAN + 5, 3 * SPAN + 9)));
	cr_assert(zero(u64, page.latch & PAGE_RESUMING));
	cr_assert(resume(3 * SPAN + 5, 3 * SPAN + 10));
	{
		int64_t ns;

		cr_assert(page_read(&page, 4 * SPAN, &ns));
		cr_assert(eq(i64, ns, 4 * SPAN + 5));
	}
}

Test(page, a_segment_about_to_begin_is_not_overtaken)
{
	begin(0);
	expect_answer(3 * SPAN, 3 * SPAN, 3 * SPAN);
	cr_assert(resume(3 * SPAN + 100, 3 * SPAN + 200));
	/* The clock was set forward meanwhile. */
	expect_answer(3 * SPAN + 50, 100 * SPAN, 3 * SPAN + 200);
	expect_answer(3 * SPAN + 60, 3 * SPAN + 60, 3 * SPAN + 200);
	cr_assert(eq(u32, page_generation(page.latch), 1));
}

Test(page, a_tsc_that_jumped_back_ends_it)
{
	int64_t ns = 5;

	begin(UINT64_C(1) << 40);
	cr_assert(eq(int, answer(1000, &ns), PAGE_AGAIN));
	cr_assert(eq(u32, page_generation(page.latch), 2));
	expect_answer(1000, 5, 5);
	/* Also when it comes there again. */
	cr_assert(not(page_read(&page, (UINT64_C(1) << 40) + 5, &ns)));
}

Test(page, a_step_back_of_more_than_10_ms_changes_the_generation)
{
	int64_t ns = 0;

	begin(0);
	page_revoke(&page, 0, PAGE_HOLD_NS + 1);
	cr_assert(eq(int, answer(0, &ns), PAGE_BY_SYSTEM));
	cr_assert(zero(i64, ns));
	cr_assert(eq(u32, page_generation(page.latch), 3));
	/* Of the clock itself, which no latch shows. */
	expect_answer(1, 1000 * SPAN, 1000 * SPAN);
	expect_answer(2, 1000 * SPAN - 5, 1000 * SPAN);
	cr_assert(zero(u32, system_.steps));
	expect_answer(3, 3, 3);
	expect_answer(4, 4, 4);
	cr_assert(eq(u32, system_.steps, 2));
	/* Until the writer forgets it. */
	page_forget(&page, &system_);
	cr_assert(eq(u32, page_generation(page.latch), 5));
	expect_answer(5, 5, 5);
	cr_assert(eq(u32, system_.steps, 2));
	cr_assert(eq(i64, system_.highest_ns, 5));
}

Test(page, an_answer_undoes_a_resumption)
{
	begin(0);
	expect_answer(3 * SPAN, 3 * SPAN, 3 * SPAN);
	/* An updater that was killed there, or waits. */
	page.latch |= PAGE_RESUMING;
	expect_answer(3 * SPAN + 9, 3 * SPAN + 9, 3 * SPAN + 9);
	cr_assert(zero(u64, page.latch & PAGE_RESUMING));
	page.latch |= PAGE_RESUMING;
	cr_assert(resume(3 * SPAN + 20, 3 * SPAN + 20));
}

Test(page, between_two_generations_each_answer_is_a_step)
{
	begin(0);
	expect_answer(3 * SPAN, 3 * SPAN, 3 * SPAN);
	page.latch |= PAGE_UNHELD;
	expect_answer(3 * SPAN + 5, 5, 3 * SPAN);
	page.latch |= PAGE_STEPPED;
	expect_answer(3 * SPAN + 5, 5, 5);
	cr_assert(eq(u32, system_.steps, 2));
	cr_assert(eq(i64, system_.highest_ns, 3 * SPAN));
}

Test(page, off_is_final)
{
	int64_t ns = 1;

	begin(0);
	page_off(&page);
	cr_assert(not(page_read(&page, 5, &ns)));
	expect_answer(6, -5, -5);
	cr_assert(not(resume(10, 10)));
	cr_assert(eq(u32, page_generation(page.latch), 2));
	/* Also where an update was about to revoke it. */
	page_revoke(&page, 10, 10);
	cr_assert(not(resume(20, 20)));
}

Test(page, generations_and_their_flags_keep_apart)
{
	begin(0);
	page.latch |= (uint64_t)PAGE_GENERATION << 32;
	page_revoke(&page, 0, 0);
	cr_assert(eq(u32, page_generation(page.latch), 0));
	cr_assert(ne(u64, page.latch & PAGE_CLOSED, 0));
	cr_assert(zero(u64, page.latch & (PAGE_STEPPED | PAGE_RESUMING)));
	cr_assert(zero(u32, page_ahead(page.latch)));
}

/* The same word everywhere, as in a cleared page. */
Test(page, no_byte_pattern_is_a_time)
{
	for (int byte = 0; byte < 256; byte++)
		for (int shift = 0; shift < 64; shift += 3) {
			int64_t ns;

			memset(&page, byte, sizeof(page));
			cr_assert(not(page_read(
					  &page, UINT64_C(1) << shift, &ns)),
				"%x", byte);
		}
}
