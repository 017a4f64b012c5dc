/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The generation of a clock: of its page and of its own readings. */
#include "clock/state.h"

/*
 * Both parts only grow.  The second is loaded first: a sum that is the same
 * before and after readings was the same all the while between.
 */
uint32_t tscal_clock_generation(const struct tscal_clock *clk)
{
	const struct tscal_clock_page *page;
	struct clock_state *st;
	uint32_t steps;

	if (!clk)
		return 0;
	st = clock_state(clk);
	page = clock_page(st);
	if (page && !clock_writes(clk, page))
		return attached_generation(st, page);
	steps = __atomic_load_n(&st->system.steps, __ATOMIC_SEQ_CST);
	return (page ? page_generation(page_latch(page)) : 0) + steps;
}
