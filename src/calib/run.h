/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * One run through the house, as a struct.  Each stage fills in its part and
 * reads only parts to its left:
 *
 *	facts, hv -> raw, timer[] -> kernel -> est[] -> (compare)
 *		-> est[].status -> info
 */
#ifndef TSCAL_RUN_H
#define TSCAL_RUN_H

#include <tscal/calibrate.h>

#include "calib/facts/clock_pages.h"
#include "calib/facts/facts.h"
#include "calib/measure/window.h"
#include "calib/facts/vmclock.h"
#include "hv/vendor.h"

struct source;

/* The kernel's own rates: where they come from, and how good they can be. */
struct kernel_rate {
	uint32_t roots;	  /* behind CLOCK_MONOTONIC_RAW */
	const char *how;  /* the kernel ... "runs on the HPET" */
	bool tsc;	  /* RAW is the TSC times mult/shift */
	bool provisional; /* still refining */
	bool guest;	  /* in a virtual machine: its timers are the host's */
	/* What says so where CPUID does not, as the start of a sentence. */
	const char *sign;
	/* tsc_khz was measured against such timers, RAW is one: by the host's
	 * clock, and not by the TSC that it lends. */
	bool khz_by_host_clock, raw_by_host_clock;
	bool guess; /* tsc_khz is its first guess, not yet or never refined */
	/* Behind tsc_khz, its calibration of the TSC, which it makes whatever
	 * its clocksource is.  Where that is the TSC, the same as above. */
	uint32_t khz_roots;
	const char *khz_how; /* the kernel ... "measured it against the HPET" */
	/* How far that calibration may be off its roots, in ppm: 0 where it
	 * took a declared rate (but for its rounding). */
	double slack_ppm;
};

/* An estimate: a line of the report, and what judging it needs. */
struct estimate {
	struct tscal_line line;
	const struct source *source;
	/* Derived from the kernel's tsc_khz: shares its slack, and grows old
	 * with it. */
	bool by_kernel;
	/* Counted against a timer that the host emulates: by its clock, which
	 * NTP steers, and not by the TSC that it lends. */
	bool by_host_clock;
	/* Rests on an assumption (a crystal nobody named): comes after all that
	 * does not, and may confirm but not contradict. */
	bool assumed;
	/* Its value lies outside of a hypervisor's report, which is newer. */
	bool superseded;
	/* Where it DISAGREES: the source that it contradicts. */
	enum tscal_source against;
};

struct run {
	struct tscal_platform *plat;
	struct tscal_opts opts; /* defaults filled in */
	uint64_t deadline_ns;

	struct facts facts;
	struct tscal_hv hv;
	const struct hv_vendor *vendor; /* of hv.main; NULL without one */
	uint32_t watch; /* TSCAL_WATCH_*, as far as the hypervisor goes */
	struct hv_answer hv_answer; /* of its timing leaf */
	/* The hypervisor's pvclock record; 0 when it holds, else why not, as
	 * clock_pages_pvclock() says.  A fact that the verdict on the use needs
	 * also where no source asks for it. */
	int pvclock_rc;
	struct pvclock pvclock;
	/* The VMClock device: 0 when it holds, else why not. */
	int vmclock_rc;
	struct vmclock vmclock;
	struct kernel_rate kernel;

	/* CLOCK_MONOTONIC_RAW against the TSC; a glance without measuring. */
	struct measure_plan plan;
	bool pinned;
	struct measured raw;
	bool raw_glance;
	bool no_window; /* nothing is measured, or RDTSC cannot be executed */
	/* The other counters, by plat_counter_id. */
	struct measured timer[PLAT_COUNTER_COUNT];
	/* What the timers show of a host behind them, as the start of a
	 * sentence; "" when nothing. */
	char timer_sign[96];
	unsigned pm_port; /* of the PM timer, while it is measured */
	/* It is emulated by microcode, from the CPU's crystal. */
	bool pm_of_crystal;
	/* Ticks per second of CLOCK_MONOTONIC_RAW exactly, from the kernel's
	 * mult and shift; 0: not known. */
	double raw_exact_hz;
	double rdtsc_ticks; /* < 0: not measured */

	size_t n;
	struct estimate est[TSCAL_SOURCE_COUNT];
	struct tscal_info info;
};

/* How many counters a run with these options (may be NULL) may measure. */
size_t run_counters(const struct tscal_opts *opts);

/* Go through all stages; opts as given by the caller (may be NULL).  Returns 0
 * or -EINVAL.  space: room for the samples of run_counters() counters. */
int run_all(struct run *run, const struct tscal_opts *opts,
	struct measure_space *space);

#endif /* TSCAL_RUN_H */
