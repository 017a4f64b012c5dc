/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Memory order.  A segment is written seq first (PAGE_WRITING, of no segment),
 * then its fields, then its own seq; all are release stores.  A reader loads
 * the fields and then the seq, all acquire loads or, in tscal_clock_at_(),
 * plain ones, which the processor does not reorder either (Intel SDM vol.
 * 3A, 8.2.2; AMD64 APM vol. 2, 7.2).  If any field was of a later segment, then
 * that segment's PAGE_WRITING, stored before it, is visible to the load of the
 * seq, which then is PAGE_WRITING or that segment's: the reader sees that it is
 * not the one that the latch named.  So a reading is of one segment or none.
 *
 * The latch is changed by sequentially consistent exchanges alone.  An answer
 * of clock_gettime() is first recorded (highest_ns) and then the latch is
 * looked at again; the writer first sets PAGE_RESUMING in the latch and then
 * loads highest_ns: one of the two sees the other.
 */
#include "clock/page/page.h"

#include <string.h>

#define STORE(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELEASE)
#define LOAD(field) __atomic_load_n(&(field), __ATOMIC_ACQUIRE)

/* Readers that answer take a resumption back: try again that often. */
#define RESUME_TRIES 8
/* The highest answer is raised by others, or our own is not above it. */
#define RAISE_TRIES 8

/* tscal_clock_read_() counts segments from the page's beginning. */
_Static_assert(
	offsetof(struct tscal_clock_page, ring) == sizeof(struct tscal_segment),
	"the header before the ring is as long as a segment");

int64_t segment_err_ns(const struct tscal_segment *s, uint64_t tsc)
{
	double ticks = (double)(int64_t)(tsc - s->err_tsc);
	/* In ns per 2^61 ticks; a mocked clock has none. */
	double ns = (ticks < 0 ? -ticks : ticks) * (double)s->mult * 0x1p-61;

	ns = (double)s->err_ns + ns * s->err_ppb * 1e-9 + 1;
	/* A page that another process writes may hold anything. */
	return ns >= 0 && ns < 9e18 ? (int64_t)ns : INT64_MAX;
}

/* From *latch to another; *latch is what it is then. */
static bool move(struct tscal_clock_page *page, uint64_t *latch, uint64_t to)
{
	if (!__atomic_compare_exchange_n(&page->latch, latch, to, false,
		    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return false;
	*latch = to;
	return true;
}

/* The one in use, and the newest. */
static uint64_t open_latch(uint64_t latch, uint32_t in_use, uint32_t newest)
{
	uint64_t ahead = (uint32_t)(newest - in_use) / TSCAL_SEGMENT_STEP;

	return (uint64_t)page_generation(latch) << 32 |
	       ahead << PAGE_AHEAD_SHIFT | in_use;
}

/* The next generation, with no segment valid. */
static uint64_t next_generation(uint64_t latch, uint32_t newest)
{
	uint64_t generation = (page_generation(latch) + 1) & PAGE_GENERATION;

	return PAGE_CLOSED | generation << 32 | newest;
}

static uint64_t stepped(uint64_t latch)
{
	return next_generation(latch, page_newest(latch)) | PAGE_STEPPED;
}

void page_init(struct tscal_clock_page *page)
{
	memset(page, 0, sizeof(*page));
	STORE(page->utc_err_ns, -1);
	STORE(page->latch, stepped(0));
}

static void write_segment(
	struct tscal_clock_page *page, const struct tscal_segment *seg)
{
	struct tscal_segment *to = (struct tscal_segment *)(uintptr_t)page_slot(
		page, segment_number(seg));

	STORE(to->seq, PAGE_WRITING);
	STORE(to->span, 0);
	STORE(to->tsc_from, seg->tsc_from);
	STORE(to->ns_from, seg->ns_from);
	STORE(to->mult, seg->mult);
	STORE(to->err_ns, seg->err_ns);
	STORE(to->err_tsc, seg->err_tsc);
	STORE(to->err_ppb, seg->err_ppb);
	STORE(to->flags, seg->flags);
	STORE(to->span, seg->span);
	STORE(to->seq, seg->seq);
}

/* After the newest.  Numbers are multiples of the step; after 2^32, which is
 * 65 days of twelve segments a second, they begin again. */
static void write_after(struct tscal_clock_page *page, uint32_t newest,
	struct tscal_segment *seg, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		seg[i].seq = 0 - newest - (i + 1) * TSCAL_SEGMENT_STEP;
		write_segment(page, &seg[i]);
	}
}

bool page_publish(struct tscal_clock_page *page, uint64_t latch, uint64_t tsc,
	struct tscal_segment *seg)
{
	uint32_t in_use = page_in_use(latch), newest = page_newest(latch);

	if (latch & PAGE_CLOSED || page_ahead(latch) == PAGE_AHEAD)
		return false;
	if (seg) {
		write_after(page, newest, seg, 1);
		newest += TSCAL_SEGMENT_STEP;
	}
	while (in_use != newest &&
		(int64_t)(tsc - segment_end(page_slot(page, in_use))) >= 0)
		in_use += TSCAL_SEGMENT_STEP;
	return move(page, &latch, open_latch(latch, in_use, newest));
}

bool page_resume(struct tscal_clock_page *page,
	const struct page_system *system, uint64_t latch,
	struct tscal_segment seg[PAGE_ANEW])
{
	uint32_t newest = page_newest(latch);
	uint64_t closed, resuming, to;

	if (latch & PAGE_OFF)
		return false;
	write_after(page, newest, seg, PAGE_ANEW);
	to = open_latch(latch, segment_number(&seg[1]),
		segment_number(&seg[PAGE_ANEW - 1]));
	/* An updater that was killed may have left PAGE_RESUMING. */
	closed = (latch | PAGE_CLOSED) & ~PAGE_RESUMING;
	resuming = closed | PAGE_RESUMING;
	for (int i = 0; i < RESUME_TRIES; i++) {
		if (!move(page, &latch, resuming)) {
			/* A reader closed it; else it is another page. */
			if (latch != closed)
				return false;
			continue;
		}
		if (__atomic_load_n(&system->highest_ns, __ATOMIC_SEQ_CST) >
			seg[1].ns_from) {
			move(page, &latch, closed);
			return false;
		}
		if (move(page, &latch, to))
			return true;
		if (latch != closed)
			return false;
	}
	return false;
}

/* Readers change a closed latch twice at most, and a resuming one once: few
 * tries.  What they change is never the number. */
static void revoke(
	struct tscal_clock_page *page, uint32_t newest, uint64_t flags)
{
	uint64_t latch = page_latch(page);

	while (!move(page, &latch,
		next_generation(latch, newest) | flags | (latch & PAGE_OFF)))
		;
}

void page_revoke(struct tscal_clock_page *page, uint64_t from, int64_t floor_ns)
{
	struct tscal_segment gap = {
		.tsc_from = from, .ns_from = floor_ns, .flags = SEGMENT_GAP};

	write_after(page, page_newest(page_latch(page)), &gap, 1);
	revoke(page, segment_number(&gap),
		floor_ns == INT64_MIN ? PAGE_STEPPED : 0);
}

/*
 * No answer is recorded between the two exchanges, and none must be.  A reader
 * that computed one before the first may still record it: that only makes
 * highest_ns larger, which holds or flags answers that need not be, and the
 * reader then sees another latch and answers again.
 */
void page_forget(struct tscal_clock_page *page, struct page_system *system)
{
	uint32_t newest = page_newest(page_latch(page));

	revoke(page, newest, PAGE_STEPPED | PAGE_UNHELD);
	__atomic_store_n(&system->highest_ns, INT64_MIN, __ATOMIC_SEQ_CST);
	revoke(page, newest, PAGE_STEPPED);
}

void page_replace(
	struct tscal_clock_page *page, struct tscal_segment seg[PAGE_ANEW])
{
	uint64_t latch = page_latch(page), to;

	write_after(page, page_newest(latch), seg, PAGE_ANEW);
	do
		to = open_latch(next_generation(latch, 0),
			segment_number(&seg[1]),
			segment_number(&seg[PAGE_ANEW - 1]));
	while (!move(page, &latch, to));
}

void page_restart(struct tscal_clock_page *page, uint64_t tsc)
{
	uint64_t latch = page_latch(page);
	struct tscal_segment gap = {
		.tsc_from = tsc, .ns_from = INT64_MIN, .flags = SEGMENT_GAP};

	write_after(page, page_newest(latch), &gap, 1);
	/* Not PAGE_OFF any more. */
	while (!move(page, &latch,
		next_generation(latch, segment_number(&gap)) | PAGE_STEPPED))
		;
}

void page_off(struct tscal_clock_page *page)
{
	revoke(page, page_newest(page_latch(page)), PAGE_STEPPED | PAGE_OFF);
}

bool page_segment(const struct tscal_clock_page *page, uint32_t number,
	struct tscal_segment *out)
{
	const struct tscal_segment *s = page_slot(page, number);

	/* One after the other: the seq first, and again at the end. */
	out->seq = LOAD(s->seq);
	out->tsc_from = LOAD(s->tsc_from);
	out->span = LOAD(s->span);
	out->ns_from = LOAD(s->ns_from);
	out->mult = LOAD(s->mult);
	out->err_ns = LOAD(s->err_ns);
	out->err_tsc = LOAD(s->err_tsc);
	out->err_ppb = LOAD(s->err_ppb);
	out->flags = LOAD(s->flags);
	return segment_number(out) == number && LOAD(s->seq) == out->seq;
}

/* a - b, where a is above b. */
static uint64_t above(int64_t a, int64_t b)
{
	return (uint64_t)a - (uint64_t)b;
}

enum page_where page_find(const struct tscal_clock_page *page, uint64_t latch,
	uint64_t tsc, struct tscal_segment *seg)
{
	uint32_t number = page_newest(latch);

	if (latch & PAGE_CLOSED)
		return PAGE_ENDED;
	/* From the newest back to the one in use. */
	for (uint32_t n = page_ahead(latch) + 1; n; n--) {
		if (!page_segment(page, number, seg))
			return PAGE_TORN;
		if (tsc - seg->tsc_from < seg->span)
			return PAGE_WITHIN;
		if ((int64_t)(tsc - segment_end(seg)) >= 0)
			return PAGE_ENDED;
		number -= TSCAL_SEGMENT_STEP;
	}
	return above(seg->ns_from, segment_ns(seg, tsc)) <= PAGE_EARLY_NS
		       ? PAGE_EARLY
		       : PAGE_JUMPED;
}

bool page_valid(const struct tscal_clock_page *page, uint64_t tsc,
	struct tscal_segment *out)
{
	uint64_t latch = page_latch(page);

	return page_find(page, latch, tsc, out) == PAGE_WITHIN;
}

bool page_read(const struct tscal_clock_page *page, uint64_t tsc, int64_t *ns)
{
	uint64_t latch = page_latch(page);
	uint32_t number = page_in_use(latch);

	if (latch & PAGE_CLOSED)
		return false;
	for (uint32_t n = page_ahead(latch) + 1; n; n--) {
		if (tscal_clock_at_(page_slot(page, number), number, tsc, ns))
			return true;
		number += TSCAL_SEGMENT_STEP;
	}
	return false;
}

bool page_hold(struct page_system *system, int64_t *ns, int64_t most)
{
	int64_t highest = __atomic_load_n(
		&system->highest_ns, __ATOMIC_SEQ_CST);

	for (int i = 0; i < RAISE_TRIES; i++) {
		int64_t held = *ns;

		if (*ns < highest) {
			if (above(highest, *ns) > PAGE_HOLD_NS)
				return false;
			held = highest;
		}
		if (held > most)
			held = most;
		if (held <= highest ||
			__atomic_compare_exchange_n(&system->highest_ns,
				&highest, held, false, __ATOMIC_SEQ_CST,
				__ATOMIC_SEQ_CST)) {
			*ns = held;
			return true;
		}
	}
	return false;
}

enum page_floor page_hold_at_floor(
	const struct tscal_clock_page *page, uint64_t latch, int64_t *ns)
{
	struct tscal_segment newest;
	int64_t floor_ns;

	if (latch & PAGE_STEPPED)
		return PAGE_ABOVE;
	if (!page_segment(page, page_newest(latch), &newest))
		return PAGE_UNKNOWN;
	floor_ns = segment_ns(&newest, segment_end(&newest));
	if (floor_ns <= *ns)
		return PAGE_ABOVE;
	/* A frozen clock would be worse than one that steps back. */
	if (above(floor_ns, *ns) > PAGE_HOLD_NS)
		return PAGE_FAR_BELOW;
	*ns = floor_ns;
	return PAGE_ABOVE;
}

/* The same, for a reader that can record in the latch that readings step back.
 */
static bool hold_at_floor(
	struct tscal_clock_page *page, uint64_t *latch, int64_t *ns)
{
	switch (page_hold_at_floor(page, *latch, ns)) {
	case PAGE_ABOVE:
		return true;
	case PAGE_FAR_BELOW:
		return move(page, latch, stepped(*latch));
	case PAGE_UNKNOWN:
		break;
	}
	return false;
}

enum page_answer page_answer(struct tscal_clock_page *page,
	struct page_system *system, uint64_t latch, uint64_t tsc, int64_t *ns,
	struct tscal_segment *seg)
{
	int64_t most = INT64_MAX;
	uint64_t closed = (latch | PAGE_CLOSED) & ~PAGE_RESUMING;

	if (latch & PAGE_OFF)
		return PAGE_BY_SYSTEM;
	switch (page_find(page, latch, tsc, seg)) {
	case PAGE_WITHIN:
		return PAGE_BY_SEGMENT;
	case PAGE_TORN:
		return PAGE_AGAIN;
	case PAGE_JUMPED:
		/* The clock will have another value when the TSC is there
		 * again. */
		move(page, &latch, stepped(latch));
		return PAGE_AGAIN;
	case PAGE_EARLY:
		/* Not above the readings that follow in a moment. */
		most = seg->ns_from;
		break;
	case PAGE_ENDED:
		/* Nothing goes on from it, nor begins anew below this. */
		if (latch != closed && !move(page, &latch, closed))
			return PAGE_AGAIN;
		if (!hold_at_floor(page, &latch, ns))
			return PAGE_AGAIN;
		break;
	}
	if (latch & PAGE_UNHELD) {
		page_step(system);
	} else if (!page_hold(system, ns, most)) {
		/* It is not recorded, and may be above what is resumed. */
		page_step(system);
		if (*ns > most)
			*ns = most;
	}
	/* Segments resumed meanwhile do not take it into account. */
	return page_latch(page) == latch ? PAGE_BY_SYSTEM : PAGE_AGAIN;
}
