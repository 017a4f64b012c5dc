/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock/page.h"

#include <string.h>

#define STORE(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELEASE)
#define LOAD(field) __atomic_load_n(&(field), __ATOMIC_ACQUIRE)

/* tscal_clock_read_() counts segments from the page's beginning. */
_Static_assert(
	offsetof(struct tscal_clock_page, ring) == sizeof(struct tscal_segment),
	"the header before the ring is as long as a segment");

static size_t place(uint32_t number)
{
	return number / TSCAL_SEGMENT_STEP % TSCAL_SEGMENTS;
}

int64_t segment_err_ns(const struct tscal_segment *s, uint64_t tsc)
{
	int64_t ticks = (int64_t)(tsc - s->err_tsc);
	/* In ns per 2^61 ticks; a mocked clock has none. */
	double ns = (double)(ticks < 0 ? -ticks : ticks) * (double)s->mult *
		    0x1p-61;

	ns = (double)s->err_ns + ns * s->err_ppb * 1e-9 + 1;
	return ns < 9e18 ? (int64_t)ns : INT64_MAX;
}

/* Another generation, of a page without a valid segment. */
static uint64_t next_generation(uint64_t latch)
{
	uint64_t generation = (page_generation(latch) + 1) & PAGE_GENERATION;

	return PAGE_REVOKED | generation << 32 | page_newest(latch);
}

/* The one in use, and how many follow it. */
static uint64_t make_latch(uint64_t latch, uint32_t in_use, uint32_t newest)
{
	uint64_t ahead = (uint32_t)(newest - in_use) / TSCAL_SEGMENT_STEP;

	return (uint64_t)page_generation(latch) << 32 |
	       ahead << PAGE_AHEAD_SHIFT | in_use;
}

void page_init(struct tscal_clock_page *page, int clock_id)
{
	uint64_t latch = LOAD(page->latch);

	if (LOAD(page->magic) == PAGE_MAGIC && page->version == PAGE_VERSION &&
		page->size == sizeof(*page)) {
		/* Its readers leave it before anything else changes. */
		STORE(page->latch, next_generation(latch));
	} else {
		memset(page, 0, sizeof(*page));
		STORE(page->latch, PAGE_REVOKED | UINT64_C(1) << 32);
	}
	STORE(page->floor_ns, INT64_MIN);
	STORE(page->utc_err_ns, -1);
	STORE(page->flags, 0);
	page->version = PAGE_VERSION;
	page->size = sizeof(*page);
	page->clock_id = clock_id;
	STORE(page->magic, PAGE_MAGIC);
}

static void write_segment(
	struct tscal_clock_page *page, const struct tscal_segment *seg)
{
	struct tscal_segment *to = &page->ring[place(segment_number(seg))];

	/* Whoever copies it sees by the seal that it changed meanwhile. */
	STORE(to->seal, PAGE_WRITING);
	STORE(to->span, 0);
	STORE(to->tsc_from, seg->tsc_from);
	STORE(to->ns_from, seg->ns_from);
	STORE(to->mult, seg->mult);
	STORE(to->err_ns, seg->err_ns);
	STORE(to->err_tsc, seg->err_tsc);
	STORE(to->err_ppb, seg->err_ppb);
	STORE(to->generation, seg->generation);
	STORE(to->flags, seg->flags);
	STORE(to->span, seg->span);
	STORE(to->seal, seg->seal);
}

/* After the newest.  Numbers are multiples of the step; after 2^32, which is
 * 77 days of ten segments a second, they begin again. */
static void write_after(struct tscal_clock_page *page, uint64_t latch,
	struct tscal_segment *seg, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		seg[i].seal = 0 - page_newest(latch) -
			      (i + 1) * TSCAL_SEGMENT_STEP;
		seg[i].generation = page_generation(latch);
		write_segment(page, &seg[i]);
	}
}

bool page_publish(struct tscal_clock_page *page, uint64_t latch, uint64_t tsc,
	struct tscal_segment *seg)
{
	uint32_t in_use = (uint32_t)latch, newest = page_newest(latch);

	if (latch & (PAGE_REVOKED | PAGE_CLOSED))
		return false;
	if (seg) {
		write_after(page, latch, seg, 1);
		newest += TSCAL_SEGMENT_STEP;
	}
	while (in_use != newest &&
		(int64_t)(tsc - segment_end(&page->ring[place(in_use)])) >= 0)
		in_use += TSCAL_SEGMENT_STEP;
	return __atomic_compare_exchange_n(&page->latch, &latch,
		make_latch(latch, in_use, newest), false, __ATOMIC_SEQ_CST,
		__ATOMIC_RELAXED);
}

void page_resume(struct tscal_clock_page *page,
	struct tscal_segment seg[PAGE_ANEW], int64_t floor_ns, bool below)
{
	uint64_t latch = LOAD(page->latch);

	if (below)
		latch = next_generation(latch);
	STORE(page->floor_ns, floor_ns);
	write_after(page, latch, seg, PAGE_ANEW);
	STORE(page->latch, make_latch(latch, segment_number(&seg[1]),
				   segment_number(&seg[PAGE_ANEW - 1])));
}

bool page_close(struct tscal_clock_page *page, uint64_t latch)
{
	if (latch & (PAGE_REVOKED | PAGE_CLOSED))
		return LOAD(page->latch) == latch;
	return __atomic_compare_exchange_n(&page->latch, &latch,
		latch | PAGE_CLOSED, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

void page_revoke(struct tscal_clock_page *page, uint64_t from, int64_t floor_ns)
{
	struct tscal_segment gap = {.tsc_from = from, .flags = SEGMENT_GAP};
	uint64_t latch = next_generation(LOAD(page->latch));

	STORE(page->floor_ns, floor_ns);
	write_after(page, latch, &gap, 1);
	STORE(page->latch, latch + TSCAL_SEGMENT_STEP);
}

bool page_segment(const struct tscal_clock_page *page, uint32_t number,
	struct tscal_segment *out)
{
	const struct tscal_segment *s = &page->ring[place(number)];

	/* One after the other: the seal first, and again at the end. */
	out->seal = LOAD(s->seal);
	out->tsc_from = LOAD(s->tsc_from);
	out->span = LOAD(s->span);
	out->ns_from = LOAD(s->ns_from);
	out->mult = LOAD(s->mult);
	out->err_ns = LOAD(s->err_ns);
	out->err_tsc = LOAD(s->err_tsc);
	out->err_ppb = LOAD(s->err_ppb);
	out->generation = LOAD(s->generation);
	out->flags = LOAD(s->flags);
	return segment_number(out) == number && LOAD(s->seal) == out->seal;
}

bool page_valid(const struct tscal_clock_page *page, uint64_t tsc,
	struct tscal_segment *out)
{
	uint64_t latch = LOAD(page->latch);
	uint32_t number = (uint32_t)latch;

	for (uint32_t n = page_ahead(latch) + 1; n; n--) {
		if (page_segment(page, number, out) &&
			tsc - out->tsc_from < out->span)
			return true;
		number += TSCAL_SEGMENT_STEP;
	}
	return false;
}

bool page_read(const struct tscal_clock_page *page, uint64_t tsc, int64_t *ns)
{
	uint64_t latch = LOAD(page->latch);
	uint32_t number = (uint32_t)latch;

	for (uint32_t n = page_ahead(latch) + 1; n; n--) {
		if (tscal_clock_at_(
			    &page->ring[place(number)], number, tsc, ns))
			return true;
		number += TSCAL_SEGMENT_STEP;
	}
	return false;
}
