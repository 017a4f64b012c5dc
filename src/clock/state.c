/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock/state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clock/page_identity.h"
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

bool clock_writes(const struct tscal_clock *clk)
{
	const struct clock_state *st = clock_state(clk);

	if (clock_mode(clk) == CLOCK_MODE_ATTACHED)
		return false;
	return !st->owner || (st->process == self_process() &&
				     page_owned(st->page, st->owner));
}

void clock_part(struct tscal_clock *clk)
{
	struct clock_state *st = clock_state(clk);
	uint64_t generation;

	if (!st->page || clock_writes(clk))
		return;
	generation = page_generation(page_latch(st->page)) + 1;
	page_init(&clk->own);
	clk->own.latch += generation << 32;
	/* Who is answering by the other one answers again. */
	page_step(&st->system);
	__atomic_store_n(&st->page, &clk->own, __ATOMIC_SEQ_CST);
	st->owner = 0;
	if (__atomic_load_n(&clk->page, __ATOMIC_RELAXED))
		__atomic_store_n(&clk->page, &clk->own, __ATOMIC_SEQ_CST);
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

	if (why)
		snprintf(st->why, sizeof(st->why), "%s", why);
	/* First: the generation says that what follows may be less. */
	if (st->page && clock_writes(clk))
		page_off(st->page);
	else if (st->page)
		page_step(&st->system);
	clock_set_mode(clk, mode);
	__atomic_store_n(&clk->page, NULL, __ATOMIC_SEQ_CST);
}
