/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plat/self.h"
#include "plat/shared_memory.h"

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

	/* Not one that earlier readings had; memory that was never a clock's
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
	/* First: the generation changes, since what follows may be less. */
	if (writes)
		page_off(st->page);
	__atomic_store_n(&clk->page, NULL, __ATOMIC_SEQ_CST);
	clock_set_mode(clk, mode);
	/* Under the lock each query of it changes the generation. */
	if (st->page && !writes)
		page_step(&st->system);
}

void clock_forget_page(struct tscal_clock *clk)
{
	struct clock_state *st = clock_state(clk);
	uint32_t generation = tscal_clock_generation(clk) + 1;

	__atomic_store_n(&st->system.steps, generation, __ATOMIC_SEQ_CST);
	__atomic_store_n(&st->owner, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&st->page, NULL, __ATOMIC_SEQ_CST);
	st->answered_latch = 0;
}

bool clock_unwanted(struct tscal_clock *clk, uint32_t flags)
{
	const char *env = getenv("TSCAL_CLOCK");

	if (flags & TSCAL_CLOCK_SYSTEM)
		clock_leave(clk, CLOCK_MODE_SYSTEM,
			"the program asked for the system's clock");
	else if (env && strcmp(env, "system") == 0)
		clock_leave(clk, CLOCK_MODE_SYSTEM,
			"TSCAL_CLOCK=system is in the environment");
	else
		return false;
	return true;
}

bool clock_can_be_followed(int clock_id)
{
	if (clock_id < 0)
		return (clock_id & 7) == 3;
	return clock_id == CLOCK_REALTIME || clock_id == CLOCK_MONOTONIC ||
	       clock_id == CLOCK_MONOTONIC_RAW || clock_id == CLOCK_BOOTTIME ||
	       clock_id == CLOCK_TAI;
}
