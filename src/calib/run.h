/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * One run through the house, as a struct.  Each stage fills in its part and
 * reads only parts to its left:
 *
 *	facts, hv -> kernel -> raw, est[] -> (compare) -> est[].status -> info
 */
#ifndef TSCAL_RUN_H
#define TSCAL_RUN_H

#include "calib/facts.h"
#include "calib/measure.h"
#include "hv/vendor.h"

struct source;

/* The kernel's own rate: where it comes from, and how good it can be. */
struct kernel_rate {
	uint32_t roots; /* behind CLOCK_MONOTONIC_RAW */
	/* How far its calibration may be off its own roots, in ppm: 0 where it
	 * took a declared rate (but for a kHz of truncation). */
	double slack_ppm;
	bool tsc; /* its clocksource is the TSC: mult/shift is the TSC's */
	bool provisional; /* still refining */
	bool measured;	  /* it measured the TSC itself; else it was told */
	const char *how;  /* "measured it against the HPET" */
};

/* An estimate: a line of the report, and what judging it needs. */
struct estimate {
	struct tscal_line line;
	const struct source *source;
	/* Derived from the kernel's calibration: shares its slack, and grows
	 * old with it. */
	bool by_kernel;
	/* Rests on an assumption: preferred only after the kernel's rate. */
	bool assumed;
};

struct run {
	struct tscal_platform *plat;
	struct tscal_opts opts; /* defaults filled in */
	uint64_t deadline_ns;

	struct facts facts;
	struct tscal_hv hv;
	const struct hv_vendor *vendor; /* of hv.main; NULL without one */
	struct hv_answer hv_answer;	/* of its timing leaf */
	bool pvclock_stable_known, pvclock_stable;
	struct kernel_rate kernel;

	/* CLOCK_MONOTONIC_RAW against the TSC; a glance without measuring. */
	struct measured raw;
	bool raw_glance;
	/* Ticks per second of CLOCK_MONOTONIC_RAW exactly, from the kernel's
	 * mult and shift; 0: not known. */
	double raw_exact_hz;
	double rdtsc_ticks; /* < 0: not measured */

	size_t n;
	struct estimate est[TSCAL_SOURCE_COUNT];
	struct tscal_info info;
};

/* Go through all stages; opts as given by the caller (may be NULL).  Returns 0
 * or -EINVAL.  space: one for each counter that can be opened. */
int run_all(struct run *run, const struct tscal_opts *opts,
	struct measure_space *space);

/* How many spaces a run on this platform may need. */
size_t run_spaces(const struct tscal_opts *opts);

#endif /* TSCAL_RUN_H */
