/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A calibration from beginning to end: facts and the hypervisor, measurements,
 * the kernel's rate, estimates, comparison, verdicts.  Each stage takes what it
 * needs of the stages before it; run.c shows them on one page.
 */
#ifndef TSCAL_RUN_H
#define TSCAL_RUN_H

#include "calib/source/source.h"

struct run {
	struct tscal_platform *plat;
	struct tscal_opts opts;	  /* defaults filled in */
	uint64_t wanted;	  /* sources that are asked, a bit for each */
	uint32_t wanted_counters; /* that they need, PLAT_COUNTER_BIT() */
	uint64_t deadline_ns;

	struct facts facts;
	struct hypervisor hv;
	struct measurements measured;
	struct kernel_rate kernel;
	/* Read also where no source asks for them: what to watch depends on
	 * them. */
	struct pvclock pvclock;
	struct vmclock vmclock;
	struct raw_rate raw_rate;
	uint32_t watch; /* TSCAL_WATCH_*, as far as the hypervisor goes */

	size_t n;
	struct estimate est[TSCAL_SOURCE_COUNT];
	struct tscal_info info;
};

/* What the sources may look at. */
struct source_view run_source_view(struct run *run);

/* How many counters a run with these options (may be NULL) may measure. */
size_t run_counters(const struct tscal_opts *opts);

/* Go through all stages; opts as given by the caller (may be NULL).  Returns 0
 * or -EINVAL.  space: room for the samples of run_counters() counters. */
int run_all(struct run *run, const struct tscal_opts *opts,
	struct measure_space *space);

#endif /* TSCAL_RUN_H */
