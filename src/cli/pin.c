/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "cli/pin.h"

#include <errno.h>
#include <sched.h>

int pin_to(int cpu)
{
	cpu_set_t *set;
	size_t size;
	int rc = 0;

	if (cpu < 0)
		return EINVAL;
	/* A cpu_set_t ends at CPU 1023. */
	size = CPU_ALLOC_SIZE((size_t)cpu + 1);
	set = CPU_ALLOC((size_t)cpu + 1);
	if (!set)
		return ENOMEM;
	CPU_ZERO_S(size, set);
	CPU_SET_S((size_t)cpu, size, set);
	if (sched_setaffinity(0, size, set))
		rc = errno;
	CPU_FREE(set);
	return rc;
}
