/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The segment of a clock that is valid now, as a converter. */
#include <errno.h>

#include "clock/convert/boot.h"
#include "clock/state.h"

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
	if (!clock_segments(clk) ||
		!__atomic_load_n(&clk->page, __ATOMIC_ACQUIRE))
		return -ENODATA;
	m.clock_id = clk->clock_id;
	m.generation = tscal_clock_generation(clk);
	tsc = tscal_rdtsc_ordered();
	if (!page_valid(clock_segments(clk), tsc, &seg) || seg.mult <= 0 ||
		tscal_conv_init(
			&m.conv, segment_hz(&seg), tsc, segment_ns(&seg, tsc)))
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
