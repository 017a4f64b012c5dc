/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which page a clock writes: its own, or one in shared memory whose owner it
 * is, until this process is another or another clock is. */
#include "clock/state.h"
#include "plat/self.h"

bool clock_writes(
	const struct tscal_clock *clk, const struct tscal_clock_page *page)
{
	const struct clock_state *st = clock_state(clk);

	if (page == &clk->own)
		return true;
	/* Not 0: of an attached page, or of one that was left.  Another number
	 * in the page: another clock took it over. */
	return __atomic_load_n(&st->owner, __ATOMIC_ACQUIRE) &&
	       __atomic_load_n(&st->process, __ATOMIC_ACQUIRE) ==
		       self_process() &&
	       __atomic_load_n(&page->owner, __ATOMIC_ACQUIRE) ==
		       __atomic_load_n(&st->owner, __ATOMIC_ACQUIRE);
}

void clock_part(struct tscal_clock *clk)
{
	struct clock_state *st = clock_state(clk);
	const struct tscal_clock_page *read;
	uint64_t generation;

	if (!st->page || clock_writes(clk, st->page))
		return;
	generation = page_generation(page_latch(st->page)) + 1;
	page_init(&clk->own);
	clk->own.latch += generation << 32;
	/* First: segments of the other page must not be of the next generation.
	 */
	read = __atomic_exchange_n(&clk->page, NULL, __ATOMIC_SEQ_CST);
	__atomic_store_n(&st->owner, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&st->page, &clk->own, __ATOMIC_SEQ_CST);
	if (read)
		__atomic_store_n(&clk->page, &clk->own, __ATOMIC_SEQ_CST);
}
