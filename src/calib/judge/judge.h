/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The stages of a run, in order.  None of the last two touches the machine. */
#ifndef TSCAL_STAGES_H
#define TSCAL_STAGES_H

#include "calib/run.h"

/* roots.c: where the kernel's rate comes from.  sign: what says that this is a
 * guest where CPUID does not, which assume_metal overrules; "": nothing. */
void roots_of_kernel(const struct facts *facts, const struct tscal_hv *hv,
	const struct hv_vendor *vendor, const char *sign, bool assume_metal,
	struct kernel_rate *kernel);

/* stale.c: marks as STALE what is from before a move or a restore.  Pure. */
void find_stale(
	struct estimate *est, size_t n, const struct kernel_rate *kernel);

/* support.c: those that may be used, the one with the most support first;
 * returns how many.  Pure. */
size_t support_rank(const struct estimate *est, size_t n,
	const struct kernel_rate *kernel, size_t *order);

/* compare.c: which estimates agree with that one.  Sets each status to
 * USED, AGREES, DISAGREES, COARSE, HINT or STALE where it holds a credible
 * number, and fills in the rate part of info.  Pure. */
void compare(struct estimate *est, size_t n, const struct kernel_rate *kernel,
	struct tscal_info *info);

/* The estimate that is used, NULL when there is none. */
const struct estimate *compare_used(const struct estimate *est, size_t n);

/* Independent oscillators: a good crystal holds 100 ppm.  What lies further
 * off, but does not contradict, agrees only loosely. */
#define COMPARE_AGREE_PPM 100.0

/* Whether two numbers have no root in common, and all their roots are known. */
bool compare_independent(const struct estimate *a, const struct estimate *b);

/* The largest distance between a value inside the interval of e and one inside
 * that of u, in ppm of u's rate. */
double compare_agreement_ppm(
	const struct estimate *e, const struct estimate *u);

/* verdict_rate.c, verdict_use.c: what it means, in sentences.  Pure. */
void verdict_rate(const struct run *run, struct tscal_info *info);
void verdict_use(const struct run *run, struct tscal_info *info);

#endif /* TSCAL_STAGES_H */
