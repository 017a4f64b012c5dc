/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Stamps taken earlier, by the segment that was valid then. */
#include <errno.h>

#include "clock/state.h"

#define TRIES 3

/*
 * The number of the last segment that begins at tsc or before, of those that
 * may be loaded; false: tsc is before all of them.  From the newest back:
 * they do not lie in order where the TSC jumped, and 60 loads that wait for
 * nothing take no longer than a binary search.
 */
static bool find_begin(const struct tscal_clock_page *page, uint64_t tsc,
	uint32_t newest, uint32_t *number)
{
	*number = newest;
	for (int i = 0; i < PAGE_READABLE; i++) {
		const struct tscal_segment *s = page_slot(page, *number);
		uint64_t from = __atomic_load_n(&s->tsc_from, __ATOMIC_ACQUIRE);

		if ((int64_t)(tsc - from) >= 0)
			return true;
		*number -= TSCAL_SEGMENT_STEP;
	}
	return false;
}

/* The segment of a stamp.  0, -ERANGE, or -EAGAIN if others were published
 * meanwhile: only then can those that were loaded have been written again.
 */
static int find(const struct tscal_clock_page *page, uint64_t tsc,
	struct tscal_segment *out)
{
	uint32_t newest = page_newest(page_latch(page)), number;
	bool found = find_begin(page, tsc, newest, &number) &&
		     page_segment(page, number, out);

	if (page_newest(page_latch(page)) != newest)
		return -EAGAIN;
	if (!found || out->flags & SEGMENT_GAP)
		return -ERANGE;
	/* It goes on to the next, if there is one. */
	if (out->flags & SEGMENT_BRIDGE)
		return number != newest ? 0 : -ERANGE;
	return tsc - out->tsc_from < out->span ? 0 : -ERANGE;
}

int tscal_clock_stamp(const struct tscal_clock *clk, uint64_t tsc, int64_t *ns,
	int64_t *err_ns)
{
	const struct tscal_clock_page *page;
	struct tscal_segment seg;
	int rc = -EAGAIN;

	if (!clk || !ns)
		return -EINVAL;
	page = clock_segments(clk);
	if (!page)
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
