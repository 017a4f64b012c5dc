/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/**
 * @file clock_page.h
 * What readings of a clock load (tscal/clock.h): a page of segments.
 */
#ifndef TSCAL_CLOCK_PAGE_H
#define TSCAL_CLOCK_PAGE_H

#include <stdint.h>

#include <tscal/conv.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * One straight line: ns_from + (tsc - tsc_from) * mult / 2^61 for span ticks
 * from tsc_from.  A reading loads the first four fields, and seq.
 */
struct tscal_segment {
	uint64_t tsc_from, span;
	int64_t ns_from, mult;
	/* The bound at tsc: err_ns + |tsc - err_tsc| ticks * err_ppb + 1. */
	int64_t err_ns;
	uint64_t err_tsc;
	uint32_t err_ppb, flags;
	uint32_t seq; /* minus its number; 1: it is being written */
	uint32_t reserved;
};

/** From the number of one segment to that of the next: its size, so that a
 * number is an offset. */
#define TSCAL_SEGMENT_STEP ((uint32_t)sizeof(struct tscal_segment))

/** Segments that a page has room for, so that old stamps are converted by what
 * was valid then.  The newest 60 may be used; others may be being written. */
#define TSCAL_SEGMENTS 64

/**
 * What readings load: the segments, and a latch that names the one in use.
 * In a clock, or in memory that processes share (tscal_clock_opts.page).  Its
 * fields are the library's.
 */
struct tscal_clock_page {
	/* Bits 31..6: number of the segment in use; bit 0: none is valid. */
	uint64_t latch;
	int64_t utc_err_ns; /* of the clock from UTC; negative: not known */
	uint64_t utc_tsc;   /* ... at this TSC value */
	uint32_t flags;
	uint32_t owner;	     /* the clock that writes it */
	uint64_t magic;	     /* what it is, and of which version */
	uint64_t boot_id[2]; /* where TSC values mean the same */
	uint32_t time_namespace;
	int32_t clock_id;
	struct tscal_segment ring[TSCAL_SEGMENTS];
} __attribute__((__aligned__(64)));

/* No part of the API: of a number, where the segment is. */
#define TSCAL_SEGMENT_MASK_ ((TSCAL_SEGMENTS - 1) * TSCAL_SEGMENT_STEP)

/*
 * No part of the API: the TSC value by a segment; 0: it is not valid.
 *
 * The seq is loaded last, and the writer changes it first: what was loaded is
 * the segment of that number, or the seq shows that it is not
 * (src/clock/page/page.c has the argument).  The other loads are plain ones,
 * which x86 keeps in order and the fence in their place, so that they may be
 * operands of the arithmetic: a cycle.  They race with the writer only where
 * the seq shows it.
 */
#if defined(__SANITIZE_THREAD__)
#define TSCAL_LOAD_(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TSCAL_LOAD_(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#endif
#endif
#ifndef TSCAL_LOAD_
#define TSCAL_LOAD_(x) (x)
#endif
TSCAL_INLINE int tscal_clock_at_(const struct tscal_segment *s, uint32_t number,
	uint64_t tsc, int64_t *ns)
{
	uint64_t ticks = tsc - TSCAL_LOAD_(s->tsc_from);

	if (__builtin_expect(ticks >= TSCAL_LOAD_(s->span), 0))
		return 0;
	*ns = (int64_t)((uint64_t)TSCAL_LOAD_(s->ns_from) +
			(uint64_t)(((tscal_i128)(int64_t)(ticks << 3) *
					   TSCAL_LOAD_(s->mult)) >>
				   64));
	__atomic_signal_fence(__ATOMIC_ACQ_REL);
	return (uint32_t)(TSCAL_LOAD_(s->seq) + number) == 0;
}

#ifdef __cplusplus
}
#endif
#endif /* TSCAL_CLOCK_PAGE_H */
