/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Each CPU's TSC against that of the first, where the time allows. */
#ifndef TSCAL_CPUS_H
#define TSCAL_CPUS_H

#include "plat/plat.h"

/* More of them do not fit any budget that a report has by default. */
#define CPUS_MAX 1024

struct cpus {
	/*
	 * Why nothing was compared, or not all: 0; -EOPNOTSUPP: not asked to;
	 * -ETIME: that does not fit the time; -E2BIG: there are more than
	 * CPUS_MAX; another -errno of the platform.
	 */
	int rc;
	/* That this thread may run on: at most CPUS_MAX. */
	size_t n;
	uint32_t cpu[CPUS_MAX];
	bool visited[CPUS_MAX]; /* compared */
	size_t n_visited;
	size_t n_skewed; /* that differ from the first */
	/* Of the pairs that were compared: skewed if one is, else unknown if
	 * one is, or if there is none. */
	enum pair_verdict verdict;
	/* The one with the largest offset, of those that are skewed if there
	 * are any; worst_ns < 0: none whose offset is known. */
	struct plat_pair worst;
	uint32_t a, b;
	double worst_hz, worst_ns;
	int8_t aux; /* TSC_AUX held the number of each: 1, 0; -1: not known */
};

/* Nothing compared, because of rc. */
void cpus_skip(struct cpus *c, int rc);

/* Compare them.  deadline_ns: of now_ns(). */
void cpus_compare(
	struct tscal_platform *plat, uint64_t deadline_ns, struct cpus *c);

/* Whether no difference was found, and each was compared that this thread may
 * run on. */
static inline bool cpus_passed(const struct cpus *c)
{
	return !c->rc && c->n_visited == c->n &&
	       c->verdict == PAIR_SYNCHRONISED;
}

#endif /* TSCAL_CPUS_H */
