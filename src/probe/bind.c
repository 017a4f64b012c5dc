/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Bind a thread to one CPU, by hwloc.
 *
 * hwloc_topology_load() reads sysfs for every CPU, out of the budget of the
 * run. The Linux helpers bind by CPU number and use no object, so the
 * topology is initialised and not loaded.  They also bind this system when
 * HWLOC_SYNTHETIC, HWLOC_XMLFILE or HWLOC_FSROOT replaces the topology, where
 * hwloc_set_cpubind() returns 0 and does nothing.
 */
#include <errno.h>
#include <hwloc.h>
#include <hwloc/linux.h>
#include <sched.h>

#include "probe/devices.h"

static int load(struct bind *bind)
{
	if (bind->topology)
		return 0;
	if (hwloc_get_api_version() >> 16 != HWLOC_API_VERSION >> 16)
		return -EPROTO;
	bind->before = hwloc_bitmap_alloc();
	if (!bind->before || hwloc_topology_init(&bind->topology)) {
		bind_free(bind);
		return -ENOMEM;
	}
	return 0;
}

/*
 * How many CPUs the thread may run on, 0 for more than a cpu_set_t holds, or
 * -errno.  hwloc 2.9 tries ever larger sets until one is large enough, without
 * end where a filter refuses sched_getaffinity(2): so it must not be the first
 * to call it.
 */
static int allowed_cpus(void)
{
	cpu_set_t set;

	if (!sched_getaffinity(0, sizeof(set), &set))
		return CPU_COUNT(&set);
	return errno == EINVAL ? 0 : -errno;
}

static int bind_to(struct bind *bind, unsigned cpu)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	int rc;

	if (!set || hwloc_bitmap_only(set, cpu))
		rc = -ENOMEM;
	else
		rc = hwloc_linux_set_tid_cpubind(bind->topology, 0, set)
			     ? -errno
			     : 0;
	hwloc_bitmap_free(set);
	return rc;
}

int bind_here(struct bind *bind)
{
	int cpu, rc;

	if (bind->bound)
		return 0;
	rc = allowed_cpus();
	if (rc < 0)
		return rc;
	/* On one CPU already: nothing to do, and nothing to initialise. */
	if (rc == 1)
		return 0;
	rc = load(bind);
	if (rc)
		return rc;
	if (hwloc_linux_get_tid_cpubind(bind->topology, 0, bind->before))
		return -errno;
	cpu = sched_getcpu();
	if (cpu < 0)
		return -errno;
	rc = bind_to(bind, (unsigned)cpu);
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
		hwloc_linux_set_tid_cpubind(bind->topology, 0, bind->before);
	bind->bound = false;
}

void bind_free(struct bind *bind)
{
	if (bind->topology)
		hwloc_topology_destroy(bind->topology);
	hwloc_bitmap_free(bind->before);
	*bind = (struct bind){0};
}
