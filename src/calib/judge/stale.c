/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Numbers that are older than the hypervisor's report: a kernel may still use
 * the rate from before a move or a restore. */
#include "calib/judge/relation.h"
#include "calib/judge/judge.h"

/* A guest restored or moved without TSC scaling: hosts tolerate 250 ppm.  A
 * leaf with a larger difference is wrong, not newer. */
#define MOVED_LEAF_PPM 500.0
/* The pvclock record is updated on a move, so larger differences are accepted.
 */
#define MOVED_PVCLOCK_PPM 1e4

static bool is_pvclock(const struct estimate *e)
{
	return e->line.id == TSCAL_SOURCE_KVMCLOCK;
}

/* Whether the interval of w contains the value of e, within the allowed
 * difference. */
static bool contains(const struct estimate *w, const struct estimate *e,
	const struct kernel_rate *kernel)
{
	return value_within(e, w, allowed_ppm(w, e, kernel));
}

/*
 * Whether w supports the kernel's number k against the report r.  It does if it
 * agrees with k and is another report, or contradicts r and is independent of k
 * or measured without the kernel.  A leaf is written when the guest is created:
 * within what hosts tolerate it may be as old as k, so it does not count
 * against pvclock.
 */
static bool supports(const struct estimate *w, const struct estimate *k,
	const struct estimate *r, const struct kernel_rate *kernel)
{
	if (w == r || distance_ppm(w, k) > allowed_ppm(w, k, kernel))
		return false;
	if (w->line.kind == TSCAL_KIND_REPORTED)
		return !is_pvclock(r) || distance_ppm(k, r) > MOVED_LEAF_PPM;
	return !contains(w, r, kernel) &&
	       (compare_independent(w, k) ||
		       (w->line.kind == TSCAL_KIND_MEASURED && !w->by_kernel));
}

/* Whether the hypervisor's report r is newer than the kernel's number k and
 * excludes its value. */
static bool outdates(const struct estimate *r, const struct estimate *k,
	const struct estimate *est, size_t n, const struct kernel_rate *kernel)
{
	double limit = is_pvclock(r) ? MOVED_PVCLOCK_PPM : MOVED_LEAF_PPM;

	if (!est_credible(r) || r->line.kind != TSCAL_KIND_REPORTED ||
		!share_known_root(r, k) || contains(r, k, kernel) ||
		distance_ppm(r, k) > limit)
		return false;
	for (size_t w = 0; w < n; w++)
		if (est_credible(&est[w]) && supports(&est[w], k, r, kernel))
			return false;
	return true;
}

/*
 * A report that repeats the stale number k is stale too: its interval contains
 * k, and r excludes its value.
 */
static void find_repeated(struct estimate *est, size_t n, size_t k, size_t r,
	const struct kernel_rate *kernel, bool *stale)
{
	for (size_t w = 0; w < n; w++)
		stale[w] |= est_credible(&est[w]) &&
			    est[w].line.kind == TSCAL_KIND_REPORTED &&
			    !contains(&est[r], &est[w], kernel) &&
			    contains(&est[w], &est[k], kernel);
}

void find_stale(
	struct estimate *est, size_t n, const struct kernel_rate *kernel)
{
	bool stale[TSCAL_SOURCE_COUNT] = {0};

	for (size_t k = 0; k < n; k++)
		for (size_t r = 0; r < n; r++) {
			if (!est_credible(&est[k]) || !est[k].by_kernel ||
				!outdates(&est[r], &est[k], est, n, kernel))
				continue;
			/* If the two are not apart it contradicts nothing, but
			 * the newer one is preferred. */
			est[k].superseded = true;
			if (!apart(&est[k], &est[r], kernel))
				continue;
			stale[k] = true;
			find_repeated(est, n, k, r, kernel, stale);
		}
	for (size_t i = 0; i < n; i++)
		if (stale[i])
			est[i].line.status = TSCAL_STATUS_STALE;
}
