/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * An epoch is a time in which answers by clock_gettime() do not step back.  It
 * is of one latch: answered_latch.  One thread at a time changes epochs, which
 * is several stores, under the clock's lock; while it does, or if it died in a
 * fork, each answer is a step of its own.  Whoever answers looks at the end
 * whether the epoch is still the one that he began in:
 *
 *     he sees neither lock nor step: his answer is of the old epoch, and the
 *         step is to come, after it;
 *     else he answers again.
 *
 * tests/model/page.pml, ATTACHED, is the same as a model.
 */
#include "clock/attached_answer.h"

#include "plat/self.h"

/* Which segments there are: readers of its owner's process close a page. */
static uint64_t segments_of(uint64_t latch)
{
	return latch & ~(PAGE_CLOSED | PAGE_RESUMING);
}

/* What an answer depends on, beside the page. */
struct epoch {
	uint64_t latch; /* 0: nobody has answered */
	uint32_t steps;
	uint32_t lock;
	bool stepped; /* answers need not be above what segments said */
};

static struct epoch look(const struct clock_state *st)
{
	struct epoch e;

	e.steps = __atomic_load_n(&st->system.steps, __ATOMIC_SEQ_CST);
	e.latch = __atomic_load_n(&st->answered_latch, __ATOMIC_SEQ_CST);
	e.stepped = __atomic_load_n(&st->answers_stepped, __ATOMIC_SEQ_CST);
	e.lock = __atomic_load_n(&st->lock, __ATOMIC_SEQ_CST);
	return e;
}

static bool still(const struct clock_state *st, const struct epoch *e)
{
	return __atomic_load_n(&st->lock, __ATOMIC_SEQ_CST) == e->lock &&
	       __atomic_load_n(&st->system.steps, __ATOMIC_SEQ_CST) == e->steps;
}

/* Another epoch.  If another thread is about to begin one, a step all the
 * same. */
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

enum page_answer attached_answer(struct clock_state *st,
	const struct tscal_clock_page *page, uint64_t latch, uint64_t tsc,
	int64_t *ns, struct tscal_segment *seg)
{
	uint64_t segments = segments_of(latch), none = 0;
	struct epoch e = look(st);
	int64_t most = INT64_MAX;
	bool stepped = false, ended = false;

	switch (page_find(page, latch, tsc, seg)) {
	case PAGE_WITHIN:
		return PAGE_BY_SEGMENT;
	case PAGE_TORN:
		return PAGE_AGAIN;
	case PAGE_JUMPED:
		stepped = true;
		break;
	case PAGE_EARLY:
		most = seg->ns_from;
		break;
	case PAGE_ENDED:
		ended = true;
		break;
	}
	if (e.lock == self_process()) {
		page_step(&st->system);
		return PAGE_BY_SYSTEM;
	}
	/* The first answer since segments were valid begins nothing new. */
	if (!e.latch && !e.lock &&
		__atomic_compare_exchange_n(&st->answered_latch, &none,
			segments, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		e.latch = segments;
	if (e.latch != segments || e.lock || (stepped && !e.stepped)) {
		begin_epoch(st, segments, stepped);
		return PAGE_AGAIN;
	}
	if (ended && !e.stepped) {
		enum page_floor floor = page_hold_at_floor(page, latch, ns);

		if (floor == PAGE_FAR_BELOW)
			begin_epoch(st, segments, true);
		if (floor != PAGE_ABOVE)
			return PAGE_AGAIN;
	}
	if (!page_hold(&st->system, ns, most)) {
		begin_epoch(st, segments, e.stepped);
		return PAGE_AGAIN;
	}
	return still(st, &e) && segments_of(page_latch(page)) == segments
		       ? PAGE_BY_SYSTEM
		       : PAGE_AGAIN;
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
