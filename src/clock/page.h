/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The page that readers share: the writer's side of it, and looking at a whole
 * segment.  tscal/clock.h has the reader's side that must be inline.
 *
 * One writer at a time.  Entries are written before the latch names them, and
 * an entry that readers may hold (the one in use and the next) is not written
 * again until TSCAL_SEGMENTS - 2 others were: an updater that is held up
 * anywhere leaves all readers what they had.  In a revoked page neither of the
 * two has a span.
 */
#ifndef TSCAL_PAGE_H
#define TSCAL_PAGE_H

#include <stdbool.h>

#include <tscal/clock.h>

/* tscal_clock_page.latch */
#define PAGE_REVOKED (UINT64_C(1) << 63)
#define PAGE_CLOSED (UINT64_C(1) << 62)
#define PAGE_GENERATION 0xffffffu /* bits 55..32 */
#define PAGE_AHEAD_SHIFT 56	  /* bits 61..56 */
#define PAGE_AHEAD 63u

#define PAGE_MAGIC UINT64_C(0x6b636f6c63736374) /* "tscclock" */
#define PAGE_VERSION 1

/* tscal_segment.flags: of segments without a span, which no reading uses. */
#define SEGMENT_BRIDGE 1u /* leads to where the next begins: for stamps */
#define SEGMENT_GAP 2u	  /* nothing is known from here to the next */

/* tscal_clock_page.flags */
#define PAGE_DOUBTED 1u /* the last update found the clock out of its bound */

/* tscal_segment.seal: of no segment, for numbers are multiples of the step. */
#define PAGE_WRITING 1u

/* How many of the newest may be looked at: the others may be being written. */
#define PAGE_READABLE (TSCAL_SEGMENTS - 4)

/* The time at tsc by a segment's line, whether or not it is valid there. */
static inline int64_t segment_ns(const struct tscal_segment *s, uint64_t tsc)
{
	int64_t ticks8 = (int64_t)((tsc - s->tsc_from) << 3);

	return (int64_t)((uint64_t)s->ns_from +
			 (uint64_t)(((tscal_i128)ticks8 * s->mult) >> 64));
}

static inline uint32_t segment_number(const struct tscal_segment *s)
{
	return 0 - s->seal;
}

static inline uint64_t segment_end(const struct tscal_segment *s)
{
	return s->tsc_from + s->span;
}

/* How far off that may be, in ns. */
int64_t segment_err_ns(const struct tscal_segment *s, uint64_t tsc);

/* An empty page of this clock; a page of ours that is in use already goes on
 * with other numbers and another generation. */
void page_init(struct tscal_clock_page *page, int clock_id);

/* How many segments follow the one in use, and the number of the newest. */
static inline uint32_t page_ahead(uint64_t latch)
{
	return (uint32_t)(latch >> PAGE_AHEAD_SHIFT) & PAGE_AHEAD;
}

static inline uint32_t page_newest(uint64_t latch)
{
	return (uint32_t)latch + page_ahead(latch) * TSCAL_SEGMENT_STEP;
}

static inline uint32_t page_generation(uint64_t latch)
{
	return (uint32_t)(latch >> 32) & PAGE_GENERATION;
}

/*
 * Write a segment that goes on from the newest; NULL: only see that the one in
 * use is that of tsc.  latch: the page's, from before it was decided.  False if
 * the newest had ended meanwhile, and somebody read clock_gettime(), perhaps
 * more than this segment would say.  Fills in its seal and generation.
 */
bool page_publish(struct tscal_clock_page *page, uint64_t latch, uint64_t tsc,
	struct tscal_segment *seg);

/* What a clock begins with, or goes on with after a lapse or a break: what was
 * before, for stamps, and three segments for readings. */
#define PAGE_ANEW 4

/*
 * Write segments that begin anew, above all that clock_gettime() can have said,
 * or else, below, with another generation.  floor_ns: no reading by a segment
 * was above it.
 */
void page_resume(struct tscal_clock_page *page,
	struct tscal_segment seg[PAGE_ANEW], int64_t floor_ns, bool below);

/* Somebody reads clock_gettime() because the newest had ended.  False: look
 * again, the page is another meanwhile. */
bool page_close(struct tscal_clock_page *page, uint64_t latch);

/*
 * No segment is valid any more: another generation begins.
 * from: the last TSC value that is known to have been converted well; stamps
 * after it are refused.  floor_ns: no reading so far is above it.
 */
void page_revoke(
	struct tscal_clock_page *page, uint64_t from, int64_t floor_ns);

/* A whole segment by its number: false if it is not there any more. */
bool page_segment(const struct tscal_clock_page *page, uint32_t number,
	struct tscal_segment *out);

/* The segment valid at tsc, of the one in use and those that follow, as a
 * reading takes it; false: none. */
bool page_valid(const struct tscal_clock_page *page, uint64_t tsc,
	struct tscal_segment *out);

/* The same, of the time alone: quick. */
bool page_read(const struct tscal_clock_page *page, uint64_t tsc, int64_t *ns);

#endif /* TSCAL_PAGE_H */
