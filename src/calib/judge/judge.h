/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Comparison of the estimates and the verdicts from it.  Pure: nothing in this
 * folder accesses the machine. */
#ifndef TSCAL_JUDGE_H
#define TSCAL_JUDGE_H

#include "calib/estimate.h"
#include "calib/facts/clock_pages.h"
#include "calib/facts/kernel_rate.h"
#include "calib/facts/vmclock.h"
#include "calib/measure/cpus.h"
#include "calib/measure/window.h"

/* stale.c: marks as STALE the estimates from before a move or a restore. */
void find_stale(
	struct estimate *est, size_t n, const struct kernel_rate *kernel);

/* support.c: the estimates that may be used, the one with the most support
 * first; returns their number. */
size_t support_rank(const struct estimate *est, size_t n,
	const struct kernel_rate *kernel, size_t *order);

/* compare.c: which estimates agree with the first of them.  Sets the status of
 * each credible number to USED, AGREES, DISAGREES, COARSE, HINT or STALE, and
 * fills in the rate part of info. */
void compare(struct estimate *est, size_t n, const struct kernel_rate *kernel,
	struct tscal_info *info);

/* The estimate that is used; NULL if there is none. */
const struct estimate *compare_used(const struct estimate *est, size_t n);

/*
 * Two numbers that agree with the used one and are independent of each other,
 * whatever the used one derives from; the pair that agrees most closely.
 * Returns within how many ppm all three agree, -1 if there is no such pair.
 */
double compare_pair(
	const struct estimate *est, size_t n, const struct estimate *pair[2]);

/* Input of the verdict on the rate, after the comparison. */
struct rate_view {
	const struct estimate *est;
	size_t n;
	const struct facts *facts;
	const struct hypervisor *hv;
	const struct kernel_rate *kernel;
};

/* verdict_rate.c: the sentence about the rate. */
void verdict_rate(const struct rate_view *v, struct tscal_info *info);

/* Input of the words about the CPUs. */
struct cpus_view {
	const struct facts *facts;
	const struct cpus *cpus;
	bool replay;
};

/* cpus_sentence.c: whether the CPUs' TSCs show the same time. */
void cpus_sentence(const struct cpus_view *v, struct tscal_info *info);

/* Input of the verdict on the use. */
struct use_view {
	const struct facts *facts;
	const struct hypervisor *hv;
	uint32_t watch; /* TSCAL_WATCH_* of the hypervisor */
	const struct kernel_rate *kernel;
	const struct measured *raw;
	const struct pvclock *pvclock;
	const struct vmclock *vmclock;
	const struct cpus *cpus;
	bool trust;    /* TSCAL_OPT_TRUST_OVER_KERNEL */
	bool measured; /* a source has counted the TSC, with any result */
	bool replay;
};

/* RDTSC takes 10 to 40 ns in hardware; a trap costs half a microsecond and
 * more. */
#define USE_SLOW_NS 400.0

/* Why the kernel does not list tsc, where that can be told: "" or " (...)". */
const char *use_why_unlisted(
	const struct facts *facts, const struct hypervisor *hv);

/* verdict_use.c: may the TSC be used as a clock, and until when.  The rate part
 * of info is filled in. */
void verdict_use(const struct use_view *v, struct tscal_info *info);

/* Input of the advice. */
struct advice_view {
	const struct estimate *est;
	size_t n;
	const struct kernel_rate *kernel;
	const struct tscal_opts *opts;
	const struct cpus *cpus;
	bool ntp; /* keeps the kernel's clock */
	bool replay;
};

/* advice.c: what the reader of the verdicts does next.  All else in info is
 * filled in. */
void advise(const struct advice_view *v, struct tscal_info *info);

#endif /* TSCAL_JUDGE_H */
