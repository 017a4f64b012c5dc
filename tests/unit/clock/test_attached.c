/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Answers of a reader that cannot write the page. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

#include "clock/state.h"
#include "plat/self.h"

#define SPAN 1000000
#define MS 1000000

static struct tscal_clock_page page;
static struct clock_state st;
static struct page_system owners;

/* The owner begins at a TSC value, 1 ns a tick, after a lapse. */
static void resume(uint64_t from, int64_t ns_from)
{
	struct tscal_segment seg[PAGE_ANEW] = {{.flags = SEGMENT_GAP}};

	for (int i = 1; i < PAGE_ANEW; i++)
		seg[i] = (struct tscal_segment){
			.tsc_from = from + (uint64_t)(i - 1) * SPAN,
			.span = SPAN,
			.ns_from = ns_from + (i - 1) * SPAN,
			.mult = INT64_C(1) << 61};
	if (from > 0)
		seg[0] = (struct tscal_segment){.tsc_from = from - SPAN,
			.ns_from = ns_from - SPAN / 2,
			.mult = INT64_C(1) << 60,
			.flags = SEGMENT_BRIDGE};
	cr_assert(page_resume(&page, &owners, page.latch, seg));
}

static void begin(void)
{
	page_init(&page);
	owners = (struct page_system){.highest_ns = INT64_MIN};
	st = (struct clock_state){.system = {.highest_ns = INT64_MIN}};
	resume(0, 0);
}

/* Tried as often as a reading tries. */
static int64_t answer(uint64_t tsc, int64_t clock_ns)
{
	for (int i = 0; i < 8; i++) {
		int64_t ns = clock_ns;
		struct tscal_segment seg;

		switch (attached_answer(
			&st, &page, page_latch(&page), tsc, &ns, &seg)) {
		case PAGE_BY_SEGMENT:
			return segment_ns(&seg, tsc);
		case PAGE_BY_SYSTEM:
			return ns;
		case PAGE_AGAIN:
			break;
		}
	}
	cr_assert(false, "no answer");
	return 0;
}

static uint32_t generation(void)
{
	return attached_generation(&st, &page);
}

Test(attached, valid_segments_answer)
{
	uint32_t first;

	begin();
	first = generation();
	for (uint64_t tsc = 0; tsc < 3 * SPAN; tsc += SPAN / 7)
		cr_assert(eq(i64, answer(tsc, 5), (int64_t)tsc));
	cr_assert(eq(u32, generation(), first));
}

Test(attached, after_a_lease_answers_are_held_and_the_page_is_not_written)
{
	struct tscal_clock_page before;
	uint32_t first;

	begin();
	first = generation();
	before = page;
	/* At the end of the last segment, and at earlier answers. */
	cr_assert(eq(i64, answer(3 * SPAN, 3 * SPAN - 9), 3 * SPAN));
	cr_assert(eq(i64, answer(3 * SPAN, 3 * SPAN + 50), 3 * SPAN + 50));
	cr_assert(eq(i64, answer(3 * SPAN, 3 * SPAN + 20), 3 * SPAN + 50));
	cr_assert(eq(u32, generation(), first));
	cr_assert(eq(int, memcmp(&page, &before, sizeof(page)), 0));
}

Test(attached, segments_after_an_answer_are_of_another_generation)
{
	uint32_t first;

	begin();
	first = generation();
	cr_assert(eq(i64, answer(4 * SPAN, 4 * SPAN), 4 * SPAN));
	cr_assert(eq(u32, generation(), first));
	/* Below earlier answers, which its owner does not know. */
	resume(5 * SPAN, 3 * SPAN);
	cr_assert(eq(i64, answer(5 * SPAN, 0), 3 * SPAN));
	cr_assert(eq(u32, generation(), first + 1));
	cr_assert(eq(u32, generation(), first + 1));
	/* And so is an answer after them, though there was no reading in
	 * between. */
	cr_assert(eq(i64, answer(9 * SPAN, 9 * SPAN), 9 * SPAN));
	resume(10 * SPAN, 10 * SPAN);
	cr_assert(eq(i64, answer(14 * SPAN, 14 * SPAN), 14 * SPAN));
	cr_assert(eq(u32, generation(), first + 2));
	/* That the owner's own readers close it changes no segment. */
	page.latch |= PAGE_CLOSED;
	cr_assert(eq(u32, generation(), first + 2));
}

Test(attached, a_clock_set_back_far_changes_the_generation_once)
{
	uint32_t first;

	begin();
	first = generation();
	answer(3 * SPAN, 40 * MS);
	/* Below the answer, not below the segments. */
	cr_assert(eq(i64, answer(3 * SPAN, 20 * MS), 20 * MS));
	cr_assert(eq(u32, generation(), first + 1));
	cr_assert(eq(i64, answer(3 * SPAN, 19 * MS), 20 * MS));
	cr_assert(eq(u32, generation(), first + 1));
	/* Below those too. */
	cr_assert(eq(i64, answer(3 * SPAN, -20 * MS), -20 * MS));
	cr_assert(eq(i64, answer(3 * SPAN, -21 * MS), -20 * MS));
	cr_assert(lt(u32, first + 1, generation()));
	first = generation();
	cr_assert(eq(i64, answer(3 * SPAN, -19 * MS), -19 * MS));
	cr_assert(eq(u32, generation(), first));
}

Test(attached, before_a_segment_begins_the_bridge_answers)
{
	begin();
	page.latch |= PAGE_CLOSED;
	resume(8 * SPAN, 8 * SPAN);
	/* By half a nanosecond a tick, from where it was. */
	cr_assert(eq(i64, answer(8 * SPAN - 100, 0), 8 * SPAN - 50));
	cr_assert(eq(i64, answer(8 * SPAN - 1, 99 * MS), 8 * SPAN - 1));
	cr_assert(eq(i64, answer(8 * SPAN, 0), 8 * SPAN));
}

Test(attached, a_tsc_that_jumped_back_changes_the_generation)
{
	uint32_t first;

	begin();
	resume(UINT64_C(1) << 40, 50 * MS);
	first = generation();
	cr_assert(eq(i64, answer(5 * SPAN, 7), 7));
	cr_assert(eq(i64, answer(5 * SPAN, 9), 9));
	cr_assert(eq(u32, generation(), first + 1));
}

Test(attached, an_epoch_interrupted_by_a_fork_is_begun_again)
{
	uint32_t first;

	begin();
	answer(3 * SPAN, 40 * MS);
	first = generation();
	/* The parent was just beginning one. */
	st.lock = self_process() + 1;
	st.answered_latch = 0;
	cr_assert(lt(u32, first, generation()));
	cr_assert(eq(u32, st.lock, 0));
	first = generation();
	cr_assert(eq(i64, answer(3 * SPAN, 3 * SPAN + 5), 3 * SPAN + 5));
	cr_assert(eq(u32, generation(), first));
}

Test(attached, while_an_epoch_begins_each_query_changes_the_generation)
{
	uint32_t first;

	begin();
	answer(3 * SPAN, 40 * MS);
	st.lock = self_process();
	first = generation();
	cr_assert(eq(u32, generation(), first + 1));
	st.lock = 0;
	cr_assert(eq(u32, generation(), first + 1));
}
