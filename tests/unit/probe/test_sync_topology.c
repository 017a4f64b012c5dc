/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Packages and NUMA nodes: from topologies of hwloc's, and what is said when
 * the child that loads this machine's does not. */
#include "probe/sync.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <hwloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp.h"

#define UNKNOWN "packages and NUMA nodes are not known: "

/* Of the child that hangs. */
static volatile pid_t *hanging;

static enum ill { WELL, FAULTS, ABORTS, HANGS, FAILS, EXITS, OTHER } ill;

/* hwloc's, found before this one. */
int hwloc_topology_load(hwloc_topology_t t)
{
	int (*load)(hwloc_topology_t);
	void *found = dlsym(RTLD_NEXT, __func__);

	/* ISO C has no cast between these. */
	memcpy(&load, &found, sizeof(load));
	switch (ill) {
	case WELL:
		break;
	case FAULTS:
		*(volatile int *)8 = 1;
		break;
	case ABORTS:
		abort();
	case HANGS:
		if (hanging)
			*hanging = getpid();
		for (;;)
			pause();
	case FAILS:
		errno = ENOMEM;
		return -1;
	case EXITS:
		_exit(0);
	case OTHER:
		hwloc_topology_set_synthetic(t, "pack:4 pu:4");
		break;
	}
	return load(t);
}

static struct sync_cpus make(size_t n)
{
	struct sync_cpus cpus = {.cpu = calloc(n, sizeof(*cpus.cpu)), .n = n};

	for (size_t i = 0; i < n; i++)
		cpus.cpu[i] = (struct sync_cpu){
			.cpu = {.cpu = (int32_t)i, .package = -1, .node = -1},
			.allowed = true};
	return cpus;
}

static hwloc_topology_t load(const char *description)
{
	hwloc_topology_t t;

	cr_assert(zero(int, hwloc_topology_init(&t)));
	cr_assert(zero(int, hwloc_topology_set_synthetic(t, description)));
	cr_assert(zero(int, hwloc_topology_load(t)));
	return t;
}

/* A node of memory alone, which all packages share and which comes first, is
 * not the CPUs' node. */
Test(sync_topology, nodes)
{
	hwloc_topology_t t = load("[numa(indexes=1,2,0)] pack:2 [numa] core:2 "
				  "pu:1");
	struct sync_cpus cpus = make(4);
	hwloc_obj_t memory = NULL, shared = NULL;

	while ((memory = hwloc_get_next_obj_by_type(
			t, HWLOC_OBJ_NUMANODE, memory)) != NULL)
		if (hwloc_bitmap_weight(memory->cpuset) == 4)
			shared = memory;
	cr_assert(ne(ptr, shared, NULL));
	/* First in the nodeset of each CPU. */
	cr_assert(zero(u32, shared->os_index));
	sync_topology_read(t, &cpus);
	for (size_t i = 0; i < cpus.n; i++) {
		cr_assert(eq(int, cpus.cpu[i].cpu.package, (int)i / 2));
		cr_assert(eq(int, cpus.cpu[i].cpu.node, 1 + (int)i / 2));
	}
	hwloc_topology_destroy(t);
	free(cpus.cpu);
}

/* A CPU that came online meanwhile: not known. */
Test(sync_topology, absent)
{
	struct sync_cpus cpus = make(6);
	hwloc_topology_t t = load("pack:2 [numa] core:2 pu:1");

	sync_topology_read(t, &cpus);
	cr_assert(eq(int, cpus.cpu[3].cpu.package, 1));
	cr_assert(eq(int, cpus.cpu[4].cpu.package, -1));
	cr_assert(eq(int, cpus.cpu[5].cpu.node, -1));
	hwloc_topology_destroy(t);
	free(cpus.cpu);
}

/* What is said, with nothing else changed. */
static void says(const char *want)
{
	struct sync_cpus cpus = make(2);

	sync_topology_find(&cpus);
	cr_assert(eq(str, cpus.topology, (char *)want));
	for (size_t i = 0; i < cpus.n; i++) {
		cr_assert(eq(int, cpus.cpu[i].cpu.package, -1));
		cr_assert(eq(int, cpus.cpu[i].cpu.node, -1));
	}
	/* No child is left. */
	cr_assert(eq(int, waitpid(-1, NULL, __WALL | WNOHANG), -1));
	free(cpus.cpu);
}

Test(sync_topology, ills)
{
	ill = FAULTS;
	says(UNKNOWN "hwloc was ended by signal 11");
	ill = ABORTS;
	says(UNKNOWN "hwloc was ended by signal 6");
	ill = HANGS;
	says(UNKNOWN "hwloc took longer than 1002 ms");
	ill = FAILS;
	says(UNKNOWN "hwloc failed (Cannot allocate memory)");
	ill = EXITS;
	says(UNKNOWN "hwloc ended without an answer");
	ill = OTHER;
	says(UNKNOWN "hwloc found another machine");
}

/* A child that waits for ever ends with the program, also if that is killed. */
Test(sync_topology, program_is_killed)
{
	const struct timespec nap = {.tv_nsec = 1000000};
	pid_t program, ended = 0;
	int status = 0;

	hanging = mmap(NULL, sizeof(*hanging), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_assert(hanging != MAP_FAILED);
	/* Its child becomes one of this process. */
	cr_assert(zero(int, prctl(PR_SET_CHILD_SUBREAPER, 1)));
	ill = HANGS;
	program = fork();
	if (!program) {
		struct sync_cpus cpus = make(2);

		sync_topology_find(&cpus);
		_exit(0);
	}
	for (int i = 0; i < 900 && !*hanging; i++)
		nanosleep(&nap, NULL);
	cr_assert(ne(int, *hanging, 0));
	kill(program, SIGKILL);
	cr_assert(eq(int, waitpid(program, NULL, 0), program));
	for (int i = 0; i < 5000 && !ended; i++) {
		ended = waitpid(*hanging, &status, __WALL | WNOHANG);
		nanosleep(&nap, NULL);
	}
	if (!ended)
		kill(*hanging, SIGKILL);
	cr_assert(eq(int, ended, *hanging));
	cr_assert(eq(int, WIFSIGNALED(status) ? WTERMSIG(status) : 0, SIGKILL));
}

Test(sync_topology, refused)
{
	cr_assert(zero(int, refuse_call(SYS_clone, EAGAIN)));
	says(UNKNOWN "no process could be started (Resource temporarily "
		     "unavailable)");
}

static int number_of(const char *path)
{
	FILE *f = fopen(path, "r");
	int n = -1;

	if (f && fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static void is_this_machine(void)
{
	struct sync_cpus cpus = make(1);
	int package = number_of("/sys/devices/system/cpu/cpu0/topology/"
				"physical_package_id");

	sync_topology_find(&cpus);
	cr_assert(eq(int, cpus.cpu[0].cpu.package, package));
	cr_assert(eq(int, !*cpus.topology, package >= 0), "%s", cpus.topology);
	free(cpus.cpu);
}

/* Variables that make hwloc take another machine for this one. */
Test(sync_topology, environment)
{
	static const char *const other[][2] = {
		{"HWLOC_SYNTHETIC", "pack:2(indexes=7,8) pu:2"},
		{"HWLOC_XMLFILE", "/dev/null"},
		{"HWLOC_FSROOT", "/proc"},
		{"HWLOC_COMPONENTS", "-linux,stop"},
	};

	setenv("HWLOC_THISSYSTEM", "1", 1);
	is_this_machine();
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		setenv(other[i][0], other[i][1], 1);
		is_this_machine();
		cr_assert(eq(str, getenv(other[i][0]), (char *)other[i][1]));
		unsetenv(other[i][0]);
	}
}

/* Where waiting for the child is refused, its answer tells. */
Test(sync_topology, wait_refused)
{
	cr_assert(zero(int, refuse_call(SYS_wait4, EPERM)));
	is_this_machine();
}
