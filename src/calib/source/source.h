/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The sources: one file each in this folder, one row each in calib/sources.c.
 */
#ifndef TSCAL_SOURCE_H
#define TSCAL_SOURCE_H

#include "calib/estimate.h"
#include "calib/facts/clock_pages.h"
#include "calib/facts/kernel_rate.h"
#include "calib/facts/secure_tsc.h"
#include "calib/facts/vmclock.h"
#include "calib/measure/measurements.h"
#include "calib/source/raw_rate.h"

/* What a source may read. */
struct source_view {
	struct tscal_platform *plat;
	const struct tscal_opts *opts;
	struct facts *facts;
	const struct hypervisor *hv;
	const struct kernel_rate *kernel;
	const struct measurements *measured;
	const struct pvclock *pvclock;
	const struct vmclock *vmclock;
	const struct outcome *secure_tsc; /* its nominal rate */
	const struct raw_rate *raw_rate;
	uint64_t wanted; /* the sources that are asked, a bit for each */
};

struct source {
	enum tscal_source id;
	const char *name; /* stable: CLI, JSON, docs */
	enum tscal_kind kind;
	bool only_named;   /* read only if named by --only */
	uint32_t counter;  /* PLAT_COUNTER_BIT() of what it measures against */
	const char *probe; /* the --probe it needs; NULL: none */
	const char *needs; /* what it needs, for users */
	/* False if it cannot give a number here, found without trying: est is
	 * the reason. NULL: counter_check(), or it always may. */
	bool (*check)(const struct source_view *v, struct estimate *est);
	/* What reading does, for a survey.  NULL: it measures, or it has no
	 * side effects and a survey reads. */
	const char *would;
	/* Give the number, after the window has been measured. */
	void (*read)(const struct source_view *v, struct estimate *est);
};

/* All sources in order of preference. */
extern const struct source *const sources[];
extern const size_t n_sources;

/* The sources of a run with this --only, a bit for each, and the counters that
 * they need, PLAT_COUNTER_BIT() of each. */
uint64_t sources_wanted(uint64_t only, uint32_t *counters);

/* Fill in the estimate of a source with this rank; true if it was read, false
 * if skipped or surveyed. */
bool source_ask(const struct source *s, size_t rank,
	const struct source_view *v, struct estimate *est);

/* False if RDTSC cannot be executed or measured: est is the reason. */
bool source_may_measure(const struct source_view *v, struct estimate *est);

/* False on bare metal: est is the reason. */
bool source_in_guest(const struct source_view *v, struct estimate *est);

/* For a source that measures against its own timer: whether the timer was read,
 * or in a survey could be; and its number, with the root of the timer, in a
 * guest the host's. False if there is no number. */
bool counter_check(const struct source_view *v, struct estimate *est,
	enum plat_counter_id id);
bool counter_read(const struct source_view *v, struct estimate *est,
	enum plat_counter_id id, uint32_t root);

/* Whether NTP steers the kernel's clock; else est is the reason. */
bool ntp_check(const struct source_view *v, struct estimate *est);
/* The frequency that NTP had set before the window; false if it has changed
 * since: est is the reason. */
bool ntp_frequency(
	const struct source_view *v, struct estimate *est, double *ratio);
/* The root of NTP's seconds here: the network, or unknown. */
uint32_t ntp_roots(const struct source_view *v);

/* A leaf of CPUID, within the basic maximum; else est is the reason. */
bool cpuid_leaf_read(const struct source_view *v, struct estimate *est,
	uint32_t leaf, struct plat_cpuid *out);

#endif /* TSCAL_SOURCE_H */
