/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * One calibration, from start to end: facts and the hypervisor, measurements,
 * the kernel's rate, estimates, comparison, verdicts.  Each stage uses results
 * of earlier stages; run.c calls them in order.
 */
#ifndef TSCAL_RUN_H
#define TSCAL_RUN_H

#include "calib/measure/cpus.h"
#include "calib/source/source.h"

struct run {
	struct tscal_platform *plat;
	struct tscal_opts opts;	  /* defaults filled in */
	uint64_t wanted;	  /* sources to read, a bit for each */
	uint32_t wanted_counters; /* they need, PLAT_COUNTER_BIT() of each */
	uint64_t deadline_ns;

	struct facts facts;
	struct hypervisor hv;
	struct measurements measured;
	struct cpus cpus;
	struct kernel_rate kernel;
	/* Read even if no source uses them: what to watch depends on them. */
	struct pvclock pvclock;
	struct vmclock vmclock;
	struct outcome secure_tsc;
	struct raw_rate raw_rate;
	uint32_t watch; /* TSCAL_WATCH_* of the hypervisor */

	size_t n;
	struct estimate est[TSCAL_SOURCE_COUNT];
	struct tscal_info info;
};

/* What the sources may read. */
struct source_view run_source_view(struct run *run);

/* The most counters that a run with these options (may be NULL) measures. */
size_t run_counters(const struct tscal_opts *opts);

/* Run all stages; opts as given by the caller (may be NULL).  Returns 0 or
 * -EINVAL. space: room for the samples of run_counters() counters. */
int run_all(struct run *run, const struct tscal_opts *opts,
	struct measure_space *space);

#endif /* TSCAL_RUN_H */
