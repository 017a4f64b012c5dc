/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Stamps of before, by the segment that was valid when they were taken; and
 * that of now as a converter. */
#include <errno.h>

#include "clock/convert/boot.h"
#include "clock/state.h"

#define TRIES 3

static const struct tscal_clock_page *page_of(const struct tscal_clock *clk)
{
	return clock_mode(clk) < CLOCK_MODE_TSC ? NULL
						: clock_page(clock_state(clk));
}

/*
 * The number of the last segment that begins at tsc or before, of those that
 * may be looked at; false: tsc is before all of them.  From the newest back:
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
 * meanwhile: only then can those that were looked at have been written again.
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
	page = page_of(clk);
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

double clock_rate_hz(const struct tscal_segment *seg)
{
	return 1e9 * 0x1p61 / (double)seg->mult;
}

/* The bounds of a rate that a line of text takes. */
static void set_bounds(struct tscal_conv_meta *m, uint32_t err_ppb)
{
	double part = err_ppb * 1e-9;

	m->hz_lo = m->conv.tsc_hz * (1 - part);
	m->hz_hi = m->conv.tsc_hz * (1 + part);
	if (m->hz_lo < 0x1p27 || m->hz_hi > 0x1p35)
		m->hz_lo = m->hz_hi = 0;
}

int tscal_clock_conv(
	const struct tscal_clock *clk, struct tscal_conv_meta *meta)
{
	struct tscal_conv_meta m = {0};
	struct tscal_platform *plat;
	struct tscal_segment seg;
	uint64_t tsc;

	if (!clk || !meta)
		return -EINVAL;
	/* Of a clock that is read by RDTSC. */
	if (!page_of(clk) || !__atomic_load_n(&clk->page, __ATOMIC_ACQUIRE))
		return -ENODATA;
	m.clock_id = clk->clock_id;
	m.generation = tscal_clock_generation(clk);
	tsc = tscal_rdtsc_ordered();
	if (!page_valid(page_of(clk), tsc, &seg) || seg.mult <= 0 ||
		tscal_conv_init(&m.conv, clock_rate_hz(&seg), tsc,
			segment_ns(&seg, tsc)))
		return -ENODATA;
	m.err_ns = segment_err_ns(&seg, tsc);
	set_bounds(&m, seg.err_ppb);
	plat = clock_platform(clock_state(clk));
	if (plat->ops->clock_ns(plat, CLOCK_REALTIME, false, &m.made_ns))
		m.made_ns = 0;
	boot_id_read(plat, m.boot_id);
	*meta = m;
	return 0;
}
