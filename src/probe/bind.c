/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Bind a thread to one CPU.
 *
 * Binding to a CPU by its number needs no topology, so the kernel is asked
 * directly, and of hwloc only the bitmaps are used, as sets of CPUs: they hold
 * any number of them, and report a failed allocation.  hwloc_topology_init()
 * of hwloc 2.9 does not report it: it aborts, or writes to where nothing was
 * allocated.  Nor does HWLOC_SYNTHETIC, HWLOC_XMLFILE or HWLOC_FSROOT, which
 * replace the topology, change what is bound here.
 */
#include <errno.h>
#include <hwloc.h>
#include <pthread.h>
#include <sched.h>

#include "probe/devices.h"

/* Room for 65536 CPUs; Linux has at most 8192 (NR_CPUS, x86-64). */
#define WORDS (65536 / 8 / sizeof(unsigned long))

/* The CPUs that the thread may run on: 0 or -errno. */
int bind_allowed(struct hwloc_bitmap_s *set)
{
	unsigned long words[WORDS] = {0};

	if (sched_getaffinity(0, sizeof(words), (cpu_set_t *)words))
		return -errno;
	return hwloc_bitmap_from_ulongs(set, WORDS, words) ? -ENOMEM : 0;
}

static int allow(hwloc_const_bitmap_t set)
{
	unsigned long words[WORDS];

	if (hwloc_bitmap_to_ulongs(set, WORDS, words))
		return -EINVAL;
	return sched_setaffinity(0, sizeof(words), (cpu_set_t *)words) ? -errno
								       : 0;
}

void bind_thread(pthread_t thread, hwloc_const_bitmap_t set)
{
	unsigned long words[WORDS];

	if (!hwloc_bitmap_to_ulongs(set, WORDS, words))
		pthread_setaffinity_np(
			thread, sizeof(words), (cpu_set_t *)words);
}

int bind_to(unsigned cpu)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	int rc;

	if (!set || hwloc_bitmap_only(set, cpu))
		rc = -ENOMEM;
	else
		rc = allow(set);
	hwloc_bitmap_free(set);
	return rc;
}

int bind_here(struct bind *bind)
{
	int cpu, rc;

	if (bind->bound)
		return 0;
	if (!bind->before)
		bind->before = hwloc_bitmap_alloc();
	if (!bind->before)
		return -ENOMEM;
	rc = bind_allowed(bind->before);
	if (rc)
		return rc;
	/* On one CPU already: nothing to do. */
	if (hwloc_bitmap_weight(bind->before) == 1)
		return 0;
	cpu = sched_getcpu();
	if (cpu < 0)
		return -errno;
	rc = bind_to((unsigned)cpu);
	if (rc)
		return rc;
	bind->bound = true;
	if (sched_getcpu() != cpu) {
		bind_restore(bind);
		return -EIO;
	}
	return 0;
}

void bind_restore(struct bind *bind)
{
	if (bind->bound)
		allow(bind->before);
	bind->bound = false;
}

int bind_cpus(const struct bind *bind, uint32_t *cpu, size_t max)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	int rc = set ? 0 : -ENOMEM, id = -1, n = 0;

	if (!rc && !bind->bound)
		rc = bind_allowed(set);
	else if (!rc && hwloc_bitmap_copy(set, bind->before))
		rc = -ENOMEM;
	for (; !rc && (id = hwloc_bitmap_next(set, id)) >= 0; n++)
		if ((size_t)n < max)
			cpu[n] = (uint32_t)id;
	hwloc_bitmap_free(set);
	return rc ? rc : n;
}

void bind_free(struct bind *bind)
{
	hwloc_bitmap_free(bind->before);
	*bind = (struct bind){0};
}
