/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which CPUs there are, and on which of them the calling thread may run. */
#include <errno.h>
#include <hwloc.h>
#include <stdlib.h>
#include <string.h>

#include "plat/plat.h"
#include "probe/devices.h"
#include "probe/sync.h"

/* Linux, Documentation/admin-guide/cputopology.rst.  8192 CPUs with each second
 * one online take 40 KB. */
#define ONLINE "/sys/devices/system/cpu/online"
#define ONLINE_BYTES 65536

static int read_online(hwloc_bitmap_t set)
{
	struct tscal_platform *plat = tscal_platform_passive();
	char *text = malloc(ONLINE_BYTES);
	int len, rc = -ENOMEM;

	if (!text)
		return rc;
	len = plat->ops->read_file(plat, ONLINE, text, ONLINE_BYTES - 1);
	rc = len < 0 ? len : 0;
	if (!rc) {
		text[len] = '\0';
		text[strcspn(text, "\n")] = '\0';
		/* "0-" is a set without end. */
		rc = hwloc_bitmap_list_sscanf(set, text) ||
				     hwloc_bitmap_weight(set) <= 0
			     ? -EBADMSG
			     : 0;
	}
	free(text);
	return rc;
}

static int list(struct sync_cpus *cpus, hwloc_const_bitmap_t online,
	hwloc_const_bitmap_t allowed)
{
	int n = hwloc_bitmap_weight(online), cpu = -1;

	cpus->cpu = calloc((size_t)n + 1, sizeof(*cpus->cpu));
	if (!cpus->cpu)
		return -ENOMEM;
	while ((cpu = hwloc_bitmap_next(online, cpu)) >= 0)
		cpus->cpu[cpus->n++] = (struct sync_cpu){
			.cpu = {.cpu = cpu, .package = -1, .node = -1},
			.allowed = hwloc_bitmap_isset(allowed, (unsigned)cpu)};
	return 0;
}

int sync_cpus_find(struct sync_cpus *cpus)
{
	hwloc_bitmap_t online = hwloc_bitmap_alloc(),
		       allowed = hwloc_bitmap_alloc();
	int rc = online && allowed ? 0 : -ENOMEM;

	*cpus = (struct sync_cpus){0};
	if (!rc)
		cpus->allowed_rc = bind_allowed(allowed);
	if (cpus->allowed_rc == -ENOMEM)
		rc = -ENOMEM;
	/* Where it is not visible: those are online that can be used. */
	if (!rc && read_online(online) && hwloc_bitmap_copy(online, allowed))
		rc = -ENOMEM;
	if (!rc)
		rc = list(cpus, online, allowed);
	if (!rc)
		sync_topology_find(cpus);
	hwloc_bitmap_free(online);
	hwloc_bitmap_free(allowed);
	return rc;
}
