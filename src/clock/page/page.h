/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * clock/page/: the page of a clock, its owner, and processes that attach it.
 *
 * The page that readers share: its writer's side, and what a reading does if no
 * segment is valid.  tscal/clock.h has the part that must be inline.
 *
 * There is one writer at a time.  The latch is one word, and all that readers
 * and the writer must agree on is in it: it is changed by compare and
 * exchange alone, from the value that was loaded.
 *
 *     open                a segment is in use, others follow
 *      -> open            the writer published one more
 *      -> closed          a reader found the newest ended, and answers from
 *                         clock_gettime(): nothing may go on from it
 *      -> closed, stepped a reader found that readings must step back (the TSC
 *                         jumped, the clock was set): the next generation
 *      -> closed          the writer revoked it: the next generation
 *     closed -> unheld    the writer is about to forget what was answered:
 *      -> closed          between two generations
 *     closed -> resuming  the writer wants to begin anew, above all that was
 *                         answered; an answer now undoes that
 *     resuming -> open    no reader did
 *
 * tests/model/page.pml is the same as a model, which SPIN checks.
 */
#ifndef TSCAL_PAGE_H
#define TSCAL_PAGE_H

#include <stdbool.h>

#include <tscal/clock.h>

/* Of the layout: any change of struct tscal_clock_page or of what its bits mean
 * increases it. */
#define PAGE_VERSION 1

/* tscal_clock_page.latch.  An odd number is the number of no segment, so that
 * readers need not check the other bits. */
#define PAGE_CLOSED UINT64_C(1)	  /* no segment is valid */
#define PAGE_NUMBER 0xffffffc0u	  /* bits 31..6: the segment in use */
#define PAGE_GENERATION 0xffffffu /* bits 55..32 */
#define PAGE_AHEAD_SHIFT 56	  /* bits 59..56: how many follow it */
#define PAGE_AHEAD 15u
#define PAGE_UNHELD (UINT64_C(1) << 60)	  /* each answer is a step */
#define PAGE_OFF (UINT64_C(1) << 61)	  /* clock_gettime() for good */
#define PAGE_STEPPED (UINT64_C(1) << 62)  /* no reading must be held */
#define PAGE_RESUMING (UINT64_C(1) << 63) /* closed, but not for long */

/* tscal_segment.flags: of segments without a span, which no reading uses. */
#define SEGMENT_BRIDGE 1u /* leads to where the next begins: for stamps */
#define SEGMENT_GAP 2u	  /* nothing is known from here to the next */

/* tscal_clock_page.flags */
#define PAGE_DOUBTED 1u /* the last update found the clock out of its bound */

/* tscal_segment.seq: of no segment, for numbers are multiples of the step. */
#define PAGE_WRITING 1u

/* How many of the newest may be loaded: the others may be being written. */
#define PAGE_READABLE (TSCAL_SEGMENTS - 4)

/* How long a reading may stay at an earlier value. */
#define PAGE_HOLD_NS 10000000
/* A segment may begin that much later than now: it was just resumed. */
#define PAGE_EARLY_NS 1000000

/* The answers of clock_gettime() that readings of this process were. */
struct page_system {
	/* Atomic; INT64_MIN: none.  Readers raise it, and the writer alone
	 * lowers it: page_forget(). */
	int64_t highest_ns;
	uint32_t steps; /* atomic: how often they stepped back without the
			 * page's doing: a part of the generation */
};

/* The time at tsc by a segment's line, whether or not it is valid there. */
static inline int64_t segment_ns(const struct tscal_segment *s, uint64_t tsc)
{
	int64_t ticks8 = (int64_t)((tsc - s->tsc_from) << 3);

	return (int64_t)((uint64_t)s->ns_from +
			 (uint64_t)(((tscal_i128)ticks8 * s->mult) >> 64));
}

static inline uint32_t segment_number(const struct tscal_segment *s)
{
	return 0 - s->seq;
}

static inline uint64_t segment_end(const struct tscal_segment *s)
{
	return s->tsc_from + s->span;
}

/* Ticks per second of the clock that is followed, by a segment that rises. */
static inline double segment_hz(const struct tscal_segment *s)
{
	return 1e9 * 0x1p61 / (double)s->mult;
}

/* How far off that may be, in ns. */
int64_t segment_err_ns(const struct tscal_segment *s, uint64_t tsc);

/* Where a segment is, of those of the same number modulo TSCAL_SEGMENTS. */
static inline const struct tscal_segment *page_slot(
	const struct tscal_clock_page *page, uint32_t number)
{
	return &page->ring[number / TSCAL_SEGMENT_STEP % TSCAL_SEGMENTS];
}

/* The number of the segment in use, of the newest, and how many lie between. */
static inline uint32_t page_in_use(uint64_t latch)
{
	return (uint32_t)latch & PAGE_NUMBER;
}

static inline uint32_t page_ahead(uint64_t latch)
{
	return (uint32_t)(latch >> PAGE_AHEAD_SHIFT) & PAGE_AHEAD;
}

static inline uint32_t page_newest(uint64_t latch)
{
	return page_in_use(latch) + page_ahead(latch) * TSCAL_SEGMENT_STEP;
}

static inline uint32_t page_generation(uint64_t latch)
{
	return (uint32_t)(latch >> 32) & PAGE_GENERATION;
}

static inline uint64_t page_latch(const struct tscal_clock_page *page)
{
	return __atomic_load_n(&page->latch, __ATOMIC_SEQ_CST);
}

/* An empty page, closed, of the first generation. */
void page_init(struct tscal_clock_page *page);

/*
 * Write a segment that goes on from the newest; NULL: only see that the one in
 * use is that of tsc.  latch: the page's, from before it was decided.  False if
 * the page is another by now.  Fills in the segment's seq.
 */
bool page_publish(struct tscal_clock_page *page, uint64_t latch, uint64_t tsc,
	struct tscal_segment *seg);

/* What a clock begins with, or goes on with after a lapse or a break: what was
 * before, for stamps, and three segments for readings. */
#define PAGE_ANEW 4

/*
 * Write segments that begin anew.  latch: as for page_publish().  False if the
 * page is another by now, or an answer was above where they begin: the next
 * update will do.
 */
bool page_resume(struct tscal_clock_page *page,
	const struct page_system *system, uint64_t latch,
	struct tscal_segment seg[PAGE_ANEW]);

/*
 * The clock was set back so far that answers are not held: those of before do
 * not count any more.  Of a closed page.
 */
void page_forget(struct tscal_clock_page *page, struct page_system *system);

/*
 * No segment is valid any more: the next generation begins.
 * from: the last TSC value that is known to have been converted well; stamps
 * after it are refused.  floor_ns: what answers are held at, while that is soon
 * passed; INT64_MIN: they may step back, in another generation.
 */
void page_revoke(
	struct tscal_clock_page *page, uint64_t from, int64_t floor_ns);

/* Other segments at once, of the next generation. */
void page_replace(
	struct tscal_clock_page *page, struct tscal_segment seg[PAGE_ANEW]);

/* No segment is valid any more, for good. */
void page_off(struct tscal_clock_page *page);

/* Another clock takes the page over, at tsc: the next generation, with no
 * segment valid. */
void page_restart(struct tscal_clock_page *page, uint64_t tsc);

/* A whole segment by its number: false if it is not there any more. */
bool page_segment(const struct tscal_clock_page *page, uint32_t number,
	struct tscal_segment *out);

/* Where a TSC value lies in a page. */
enum page_where {
	PAGE_WITHIN, /* the segment in seg */
	PAGE_EARLY,  /* about to begin: the one in seg */
	PAGE_ENDED,  /* all have ended, or the page is closed */
	PAGE_JUMPED, /* before all of them */
	PAGE_TORN,   /* the page is another by now */
};

enum page_where page_find(const struct tscal_clock_page *page, uint64_t latch,
	uint64_t tsc, struct tscal_segment *seg);

/* The segment valid at tsc, of the one in use and those that follow, as a
 * reading takes it; false: none. */
bool page_valid(const struct tscal_clock_page *page, uint64_t tsc,
	struct tscal_segment *out);

/* The same, but the time alone: quick. */
bool page_read(const struct tscal_clock_page *page, uint64_t tsc, int64_t *ns);

enum page_answer {
	PAGE_BY_SEGMENT, /* one is valid by now */
	PAGE_BY_SYSTEM,	 /* *ns it is */
	PAGE_AGAIN,	 /* the page is another by now */
};

/*
 * The answer of a reading that found no valid segment.
 * latch: the page's, from before the clock was read; tsc and *ns: that the
 * clock was at *ns when the TSC was tsc, or a little before.  *ns is held, or
 * seg filled in.
 */
enum page_answer page_answer(struct tscal_clock_page *page,
	struct page_system *system, uint64_t latch, uint64_t tsc, int64_t *ns,
	struct tscal_segment *seg);

/* What page_answer() is made of, for a page that cannot be written too
 * (attached_answer.c). */

enum page_floor {
	PAGE_ABOVE,	/* *ns is not below a segment's end, or held there */
	PAGE_FAR_BELOW, /* it would be held for too long */
	PAGE_UNKNOWN,	/* the page is another by now */
};

/* An answer is not below the end of the newest segment. */
enum page_floor page_hold_at_floor(
	const struct tscal_clock_page *page, uint64_t latch, int64_t *ns);

/*
 * Nor below an earlier answer, while that is soon passed, and not above most.
 * False: it is too far below, or others raised that too often; nothing is
 * recorded.  Where CLOCK_REALTIME was set back so far, each answer is a step
 * until earlier ones are forgotten.  Another thread's answer may be ahead of
 * this one by as long as this thread was descheduled, which is no step.
 */
bool page_hold(struct page_system *system, int64_t *ns, int64_t most);

/* Readings stepped back, or may have, and no latch shows it. */
static inline void page_step(struct page_system *system)
{
	__atomic_fetch_add(&system->steps, 1, __ATOMIC_SEQ_CST);
}

#endif /* TSCAL_PAGE_H */
