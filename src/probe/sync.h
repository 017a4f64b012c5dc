/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The parts of tscal_sync(): which CPUs there are, which pairs of them to
 * compare, and what these show. */
#ifndef TSCAL_PROBE_SYNC_H
#define TSCAL_PROBE_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tscal/sync.h>

#include "plat/pair.h"
#include "plat/plat.h"

/* sync_cpus.c: the CPUs that are online, or that the calling thread may run on,
 * in order of their numbers. */
struct sync_cpus {
	struct sync_cpu {
		struct tscal_sync_cpu cpu;
		bool allowed; /* the calling thread may run on it */
		bool lost;    /* but no thread could be kept on it */
	} * cpu;
	size_t n;
	int allowed_rc; /* why it is not known which are allowed */
	char topology[TSCAL_SENTENCE]; /* why package and node are not known */
};

/* 0 or -errno.  To be freed by free(cpus->cpu). */
int sync_cpus_find(struct sync_cpus *cpus);

/*
 * sync_topology.c: fills in package and node, or topology.  hwloc runs in a
 * child process, for about a second at most.
 */
void sync_topology_find(struct sync_cpus *cpus);
/* The same from a loaded topology; CPUs that it does not have stay as they are.
 */
struct hwloc_topology;
void sync_topology_read(
	struct hwloc_topology *topology, struct sync_cpus *cpus);

/* Two indexes of sync_cpus.cpu. */
struct sync_todo {
	uint32_t a, b;
};

/*
 * sync_plan.c: the pairs to compare, of the CPUs that are allowed and not lost.
 * Returns how many; writes the first max of them.  SYNC_NO_MEMORY: no plan.
 */
#define SYNC_NO_MEMORY SIZE_MAX
size_t sync_plan(const struct sync_cpus *cpus, bool all, struct sync_todo *out,
	size_t max);

struct measured_pair {
	struct sync_todo todo;
	struct plat_pair found;
};

struct tscal_sync_result {
	struct sync_cpus cpus;
	struct tscal_sync_info info;
	size_t n;
	struct measured_pair *raw;
	struct tscal_sync_pair *pair;
};

/* One run. */
struct sync_run {
	const struct tscal_sync_opts *opts;
	struct tscal_sync_result *r;
	struct tscal_platform *plat;
	bool rdtscp;
	uint64_t begun_ns, deadline_ns; /* 0: none */
	size_t at, n_todo;
	struct sync_todo *todo;
	int thread_rc; /* why no thread could be started */
	bool no_tsc;   /* RDTSC is disabled */
	bool ended;    /* before all were compared: by any reason */
};

/* sync_judge.c: fills in what the result says of the pairs. */
void sync_judge(struct sync_run *s);

#endif /* TSCAL_PROBE_SYNC_H */
