/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Packages and NUMA nodes, by hwloc in a child process: hwloc 2.9 uses memory
 * that it did not get (hwloc_topology_init() and its discovery check few of
 * their allocations), so that it may fault.
 *
 * The child of a program with threads allocates memory.  If another thread held
 * a lock of malloc or of hwloc at the moment of the clone(2), it stays held in
 * the child, which then waits for ever: the time limit ends it.
 */
#include <errno.h>
#include <hwloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/child.h"
#include "probe/sync.h"

/* Loading takes 1 ms on 2 CPUs, 17 to 26 ms the first time (measured in a KVM
 * guest).  hwloc reads files of each CPU; how long many CPUs take is not
 * measured. */
#define LIMIT_MS 1000
#define LIMIT_MS_PER_CPU 1
/* How often the answer is looked for where waiting is refused. */
#define LOOK_NS 100000

/* Memory of both processes. */
struct answer {
	int done; /* the last that is written: rc and place are valid */
	int rc;
	struct place {
		int32_t package, node;
	} place[];
};

/* The node of a CPU: of those local to it the one with the fewest CPUs, as some
 * are memory alone that several packages share. */
static int32_t node_of(hwloc_topology_t topology, hwloc_obj_t pu)
{
	int32_t node = -1;
	int fewest = 0, i = -1;

	while (pu->nodeset && (i = hwloc_bitmap_next(pu->nodeset, i)) >= 0) {
		hwloc_obj_t obj = hwloc_get_numanode_obj_by_os_index(
			topology, (unsigned)i);
		int n = obj && obj->cpuset ? hwloc_bitmap_weight(obj->cpuset)
					   : 0;

		if (n <= 0 || (node >= 0 && n >= fewest))
			continue;
		node = i;
		fewest = n;
	}
	return node;
}

static struct sync_cpu *find(const struct sync_cpus *cpus, unsigned number)
{
	size_t lo = 0, hi = cpus->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (cpus->cpu[mid].cpu.cpu < (int32_t)number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < cpus->n && cpus->cpu[lo].cpu.cpu == (int32_t)number
		       ? &cpus->cpu[lo]
		       : NULL;
}

void sync_topology_read(hwloc_topology_t topology, struct sync_cpus *cpus)
{
	hwloc_obj_t pu = NULL;

	while ((pu = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, pu)) !=
		NULL) {
		struct sync_cpu *c = find(cpus, pu->os_index);
		hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(
			topology, HWLOC_OBJ_PACKAGE, pu);

		if (!c)
			continue;
		if (package && package->os_index != HWLOC_UNKNOWN_INDEX)
			c->cpu.package = (int32_t)package->os_index;
		c->cpu.node = node_of(topology, pu);
	}
}

/* In the child. */

/* 0 or an errno. */
static int load(struct sync_cpus *cpus)
{
	/* No variable of the program's may name another machine, or a plugin.
	 * hwloc's messages would be the program's. */
	static char hide[] = "HWLOC_HIDE_ERRORS=2";
	static char *variables[] = {hide, NULL};
	hwloc_topology_t t;

	environ = variables;
	if (hwloc_get_api_version() >> 16 != HWLOC_API_VERSION >> 16)
		return EPROTO;
	if (hwloc_topology_init(&t))
		return errno ? errno : ENOMEM;
	/* This component executes CPUID on each CPU in turn, which a hypervisor
	 * intercepts: 3 ms instead of 1 ms on 2 CPUs.  sysfs has the same. */
	if (hwloc_topology_set_components(
		    t, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86") ||
		/* Objects of other types are not used.  CPUs and nodes cannot
		 * be left out. */
		hwloc_topology_set_all_types_filter(
			t, HWLOC_TYPE_FILTER_KEEP_NONE) ||
		hwloc_topology_set_type_filter(
			t, HWLOC_OBJ_PACKAGE, HWLOC_TYPE_FILTER_KEEP_ALL) ||
		/* CPUs outside of the cgroup are in the answer too. */
		hwloc_topology_set_flags(
			t, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) ||
		hwloc_topology_load(t))
		return errno ? errno : EIO;
	if (!hwloc_topology_is_thissystem(t))
		return EXDEV;
	sync_topology_read(t, cpus);
	return 0;
}

static _Noreturn void answer(
	struct sync_cpus *cpus, struct answer *a, pid_t program)
{
	child_end_with(program);
	child_quiet("tscal-topology", -1);
	errno = 0;
	a->rc = load(cpus);
	for (size_t i = 0; i < cpus->n; i++)
		a->place[i] = (struct place){
			cpus->cpu[i].cpu.package, cpus->cpu[i].cpu.node};
	__atomic_store_n(&a->done, 1, __ATOMIC_RELEASE);
	child_leave();
}

/* In the program. */

__attribute__((format(printf, 2, 3))) static void unknown(
	struct sync_cpus *cpus, const char *fmt, ...)
{
	char why[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	snprintf(cpus->topology, sizeof(cpus->topology),
		"packages and NUMA nodes are not known: %s", why);
}

static bool is_done(const struct answer *a)
{
	return __atomic_load_n(&a->done, __ATOMIC_ACQUIRE);
}

/* Its status, or one of child.h's. */
static int wait_for(pid_t pid, const struct answer *a, unsigned ms)
{
	const struct timespec nap = {.tv_nsec = LOOK_NS};
	uint64_t end = child_clock_ms(CLOCK_MONOTONIC) + ms;
	int status = child_wait(pid, ms);

	while (status == CHILD_NOT_TOLD && !is_done(a) &&
		child_clock_ms(CLOCK_MONOTONIC) < end)
		nanosleep(&nap, NULL);
	if (status < 0)
		child_kill(pid);
	return status;
}

/* hwloc may leave out what it had no memory for, and the kernel may not tell
 * all of it. */
static void take(struct sync_cpus *cpus, const struct answer *a)
{
	size_t packages = 0, nodes = 0;

	for (size_t i = 0; i < cpus->n; i++) {
		cpus->cpu[i].cpu.package = a->place[i].package;
		cpus->cpu[i].cpu.node = a->place[i].node;
		packages += a->place[i].package < 0;
		nodes += a->place[i].node < 0;
	}
	if (packages || nodes)
		snprintf(cpus->topology, sizeof(cpus->topology),
			"hwloc does not know the package of %zu CPUs and the "
			"NUMA node of %zu",
			packages, nodes);
}

static void ask(struct sync_cpus *cpus, struct answer *a)
{
	unsigned ms = LIMIT_MS + LIMIT_MS_PER_CPU * (unsigned)cpus->n;
	pid_t program = getpid(), pid = child_start();
	int status;

	if (!pid)
		answer(cpus, a, program);
	if (pid < 0) {
		unknown(cpus, "no process could be started (%s)",
			strerror(-pid));
		return;
	}
	status = wait_for(pid, a, ms);
	if (is_done(a) && !a->rc)
		take(cpus, a);
	else if (is_done(a) && a->rc == EXDEV)
		unknown(cpus, "hwloc found another machine");
	else if (is_done(a))
		unknown(cpus, "hwloc failed (%s)", strerror(a->rc));
	else if (status < 0)
		unknown(cpus, "hwloc took longer than %u ms", ms);
	else if (WIFSIGNALED(status))
		unknown(cpus, "hwloc was ended by signal %d", WTERMSIG(status));
	else
		unknown(cpus, "hwloc ended without an answer");
}

void sync_topology_find(struct sync_cpus *cpus)
{
	size_t bytes = sizeof(struct answer) + cpus->n * sizeof(struct place);
	struct answer *a = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int before;

	if (a == MAP_FAILED) {
		unknown(cpus, "no memory");
		return;
	}
	before = child_uncancelled();
	ask(cpus, a);
	pthread_setcancelstate(before, NULL);
	munmap(a, bytes);
}
