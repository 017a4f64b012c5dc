/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The lock of a clock: one thread at a time changes it. */
#include <errno.h>

#include "clock/state.h"
#include "plat/self.h"

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
