/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Stamps of before: by the segment that was valid when they were taken. */
#include <errno.h>
#include <string.h>

#include "clock/state.h"

#define TRIES 3

static const struct tscal_clock_page *page_of(const struct tscal_clock *clk)
{
	const struct clock_state *st = clock_state(clk);

	return st->page ? st->page : st->attached;
}

/* The segment of a stamp: from the newest back, the first that begins before
 * it.  0, -ERANGE, or -EAGAIN if it is being written again. */
static int find(const struct tscal_clock_page *page, uint64_t tsc,
	struct tscal_segment *out)
{
	uint64_t latch = __atomic_load_n(&page->latch, __ATOMIC_ACQUIRE);
	uint32_t number = page_newest(latch);

	for (int back = 0; back < PAGE_READABLE; back++) {
		if (!page_segment(page, number, out))
			return out->seal == PAGE_WRITING ? -EAGAIN : -ERANGE;
		if ((int64_t)(tsc - out->tsc_from) >= 0) {
			if (out->flags & SEGMENT_GAP)
				return -ERANGE;
			/* It goes on to the next, which was looked at. */
			if (out->flags & SEGMENT_BRIDGE)
				return back ? 0 : -ERANGE;
			return tsc - out->tsc_from < out->span ? 0 : -ERANGE;
		}
		number -= TSCAL_SEGMENT_STEP;
	}
	return -ERANGE;
}

int tscal_clock_stamp(const struct tscal_clock *clk, uint64_t tsc, int64_t *ns,
	int64_t *err_ns)
{
	const struct tscal_clock_page *page = page_of(clk);
	struct tscal_segment seg;
	int rc = -EAGAIN;

	if (!page || clock_mode(clk) < CLOCK_MODE_TSC)
		return -ENODATA;
	for (int i = 0; i < TRIES && rc == -EAGAIN; i++)
		rc = find(page, tsc, &seg);
	if (rc)
		return rc;
	*ns = segment_ns(&seg, tsc);
	if (err_ns)
		*err_ns = segment_err_ns(&seg, tsc);
	return 0;
}

int tscal_clock_conv(
	const struct tscal_clock *clk, struct tscal_conv_meta *meta)
{
	const struct tscal_clock_page *page = page_of(clk);
	struct tscal_conv_meta m = {.clock_id = clk->clock_id};
	struct tscal_segment seg;
	uint64_t tsc;

	if (!page || clock_mode(clk) < CLOCK_MODE_TSC)
		return -ENODATA;
	tsc = tscal_rdtsc_ordered();
	if (!page_valid(page, tsc, &seg) || seg.mult <= 0 ||
		tscal_conv_init(&m.conv, 1e9 * 0x1p61 / (double)seg.mult, tsc,
			segment_ns(&seg, tsc)))
		return -ENODATA;
	m.generation = tscal_clock_generation(clk);
	m.anchor_err_ns = segment_err_ns(&seg, tsc);
	m.rate_err_ppb = seg.err_ppb;
	memcpy(m.boot_id, page->boot_id, sizeof(m.boot_id) - 1);
	*meta = m;
	return 0;
}
