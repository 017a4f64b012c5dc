/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock/state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plat/self.h"

int clock_lock(struct clock_state *st)
{
	uint32_t self = self_pid(), holder = 0;

	while (!__atomic_compare_exchange_n(&st->lock, &holder, self, false,
		__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		if (holder == self)
			return -EBUSY;
	return 0;
}

void clock_unlock(struct clock_state *st)
{
	__atomic_store_n(&st->lock, 0, __ATOMIC_RELEASE);
}

bool clock_tsc_disabled(struct tscal_platform *plat)
{
	enum plat_tsc_access access;

	return !plat->ops->tsc_access(plat, &access) &&
	       access != PLAT_TSC_ENABLED;
}

int clock_updatable(const struct tscal_clock *clk)
{
	if (!clk)
		return -EINVAL;
	return clock_mode(clk) == CLOCK_MODE_NONE ? -ENODATA : 0;
}

void clock_clear(struct tscal_clock *clk, int clock_id, enum clock_mode mode)
{
	uint32_t generation = 0;

	/* Not one that readings of before had; memory that was never a clock's
	 * may hold anything. */
	if (clock_state(clk)->magic == CLOCK_MAGIC)
		generation = tscal_clock_generation(clk) + 1;
	__atomic_store_n(&clk->page, NULL, __ATOMIC_SEQ_CST);
	memset(clk->private_, 0, sizeof(clk->private_));
	clock_state(clk)->system.steps = generation;
	clk->clock_id = clock_id;
	clock_set_mode(clk, mode);
	clock_state(clk)->system.highest_ns = INT64_MIN;
	clock_state(clk)->magic = CLOCK_MAGIC;
	clock_state(clk)->pid = self_pid();
}

void clock_leave(struct tscal_clock *clk, enum clock_mode mode, const char *why)
{
	struct clock_state *st = clock_state(clk);

	if (why)
		snprintf(st->why, sizeof(st->why), "%s", why);
	/* First: the generation says that what follows may be less. */
	if (st->page)
		page_off(st->page);
	clock_set_mode(clk, mode);
	__atomic_store_n(&clk->page, NULL, __ATOMIC_SEQ_CST);
}
