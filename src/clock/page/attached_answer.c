/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Readings where no segment is valid, of an attached clock, and of a clock
 * whose page is that of this process's parent.
 *
 * A reader of its own page closes it before it answers by clock_gettime(), so
 * that no segment goes on below the answer.  A reader that cannot write
 * remembers the latch of its answer.  If another segment is published since,
 * readings may step back: the generation, of which each process adds its own
 * part, changes before anybody can ask for it again.
 *
 * An epoch is a time in which answers by clock_gettime() do not step back.  It
 * is of one latch: answered_latch.  One thread at a time changes epochs, under
 * the clock's lock: several stores, then a step.  A thread that asks for the
 * generation meanwhile makes a step of its own, and begins another epoch if the
 * page has other segments by then.  So where the generation is the same before
 * and after two readings, no epoch began in between, and none of them was by a
 * segment that came after an answer.  Threads that answer need not load the
 * lock, or the latch again.
 *
 * tests/model/page.pml, ATTACHED, is the same as a model.
 */
#include "clock/state.h"

/* Which segments there are: readers of its owner's process close a page. */
static uint64_t segments_of(uint64_t latch)
{
	return latch & ~(PAGE_CLOSED | PAGE_RESUMING);
}

/* stepped: its answers need not be above those of segments.  Where another
 * thread is about to begin one, a step alone. */
static void begin_epoch(struct clock_state *st, uint64_t latch, bool stepped)
{
	bool alone = !clock_lock(st);

	if (alone) {
		__atomic_store_n(&st->answered_latch, latch, __ATOMIC_SEQ_CST);
		__atomic_store_n(
			&st->answers_stepped, stepped, __ATOMIC_SEQ_CST);
		__atomic_store_n(
			&st->system.highest_ns, INT64_MIN, __ATOMIC_SEQ_CST);
	}
	page_step(&st->system);
	if (alone)
		clock_unlock(st);
}

/* Whether the epoch is of these segments.  The first answer since segments were
 * valid begins nothing new. */
static bool answered_under(struct clock_state *st, uint64_t segments)
{
	uint64_t answered = 0;

	return __atomic_compare_exchange_n(&st->answered_latch, &answered,
		       segments, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) ||
	       answered == segments;
}

/* Above all earlier segments, and not above seg, which is about to begin.
 * The clock may be below them. */
static int64_t before_it_begins(const struct tscal_clock_page *page,
	const struct tscal_segment *seg, uint64_t tsc)
{
	struct tscal_segment bridge;
	int64_t ns = seg->ns_from;

	if (page_segment(
		    page, segment_number(seg) - TSCAL_SEGMENT_STEP, &bridge) &&
		bridge.flags & SEGMENT_BRIDGE)
		ns = segment_ns(&bridge, tsc);
	return ns < seg->ns_from ? ns : seg->ns_from;
}

enum page_answer attached_answer(struct clock_state *st,
	const struct tscal_clock_page *page, uint64_t latch, uint64_t tsc,
	int64_t *ns, struct tscal_segment *seg)
{
	uint64_t segments = segments_of(latch);
	bool stepped = __atomic_load_n(&st->answers_stepped, __ATOMIC_SEQ_CST);
	enum page_where where = page_find(page, latch, tsc, seg);
	enum page_floor floor = PAGE_ABOVE;

	if (where == PAGE_WITHIN)
		return PAGE_BY_SEGMENT;
	if (where == PAGE_TORN)
		return PAGE_AGAIN;
	if (where == PAGE_EARLY) {
		*ns = before_it_begins(page, seg, tsc);
		return PAGE_BY_SYSTEM;
	}
	if (!answered_under(st, segments) ||
		(where == PAGE_JUMPED && !stepped)) {
		begin_epoch(st, segments, where == PAGE_JUMPED);
		return PAGE_AGAIN;
	}
	if (where == PAGE_ENDED && !stepped)
		floor = page_hold_at_floor(page, latch, ns);
	if (floor == PAGE_UNKNOWN)
		return PAGE_AGAIN;
	if (floor == PAGE_FAR_BELOW || !page_hold(&st->system, ns, INT64_MAX)) {
		begin_epoch(st, segments, stepped || floor == PAGE_FAR_BELOW);
		return PAGE_AGAIN;
	}
	return PAGE_BY_SYSTEM;
}

uint32_t attached_generation(
	struct clock_state *st, const struct tscal_clock_page *page)
{
	uint64_t answered = __atomic_load_n(
		&st->answered_latch, __ATOMIC_SEQ_CST);
	uint32_t lock = __atomic_load_n(&st->lock, __ATOMIC_SEQ_CST), steps;

	/* Under the lock an epoch may have begun without its step. */
	if (lock || (answered && answered != segments_of(page_latch(page))))
		begin_epoch(st, 0, false);
	/* Steps first: tscal_clock_generation(). */
	steps = __atomic_load_n(&st->system.steps, __ATOMIC_SEQ_CST);
	return page_generation(page_latch(page)) + steps;
}
