/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock/state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plat/self.h"
#include "plat/shared_memory.h"

int clock_lock(struct clock_state *st)
{
	uint32_t self = self_process(), holder = 0;

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
	switch (clock_mode(clk)) {
	case CLOCK_MODE_NONE:
		return -ENODATA;
	case CLOCK_MODE_ATTACHED:
		return -EPERM;
	default:
		return 0;
	}
}

void clock_clear(struct tscal_clock *clk, int clock_id, enum clock_mode mode)
{
	uint32_t generation = 0;

	/* Not one that readings of before had; memory that was never a clock's
	 * may hold anything. */
	if (clock_state(clk)->magic == CLOCK_MAGIC)
		generation = tscal_clock_generation(clk) + 1;
	__atomic_store_n(&clk->page, NULL, __ATOMIC_SEQ_CST);
	if (clock_state(clk)->magic == CLOCK_MAGIC && clock_state(clk)->mapped)
		shared_memory_unmap(clock_state(clk)->mapped, sizeof(clk->own));
	memset(clk->private_, 0, sizeof(clk->private_));
	clock_state(clk)->system.steps = generation;
	clk->clock_id = clock_id;
	clock_set_mode(clk, mode);
	clock_state(clk)->system.highest_ns = INT64_MIN;
	clock_state(clk)->magic = CLOCK_MAGIC;
	clock_state(clk)->process = self_process();
}

void clock_leave(struct tscal_clock *clk, enum clock_mode mode, const char *why)
{
	struct clock_state *st = clock_state(clk);
	bool writes = st->page && clock_writes(clk, st->page);

	if (why)
		snprintf(st->why, sizeof(st->why), "%s", why);
	/* First: the generation says that what follows may be less. */
	if (writes)
		page_off(st->page);
	__atomic_store_n(&clk->page, NULL, __ATOMIC_SEQ_CST);
	clock_set_mode(clk, mode);
	/* Under the lock each look at it is another generation. */
	if (st->page && !writes)
		page_step(&st->system);
}
