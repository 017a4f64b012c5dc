/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A kernel that still runs on the rate it had before it was moved or restored:
 * which numbers are older than what the hypervisor reports now. */
#include "calib/judge/relation.h"
#include "calib/judge/judge.h"

/* A guest restored or moved without TSC scaling: hosts tolerate 250 ppm.  A
 * leaf that is further off is wrong, not moved. */
#define MOVED_LEAF_PPM 500.0
/* The pvclock record is versioned and live, so it may tell of larger moves. */
#define MOVED_PVCLOCK_PPM 1e4

static bool live(const struct estimate *e)
{
	return e->line.id == TSCAL_SOURCE_KVMCLOCK;
}

/* Whether the interval of w holds the value of e, within the allowance. */
static bool holds(const struct estimate *w, const struct estimate *e,
	const struct kernel_rate *kernel)
{
	return covered(e, w, allowed_ppm(w, e, kernel));
}

/*
 * Whether w supports the kernel's number k against the report r: another report
 * that agrees with k, or a number that agrees with k and contradicts r, if it
 * is independent or was counted here and now without the kernel.  A leaf is
 * written when the guest is made, so within what hosts tolerate it may be as
 * old as k, and is no help against pvclock.
 */
static bool backs(const struct estimate *w, const struct estimate *k,
	const struct estimate *r, const struct kernel_rate *kernel)
{
	if (w == r || distance_ppm(w, k) > allowed_ppm(w, k, kernel))
		return false;
	if (w->line.kind == TSCAL_KIND_REPORTED)
		return !live(r) || distance_ppm(k, r) > MOVED_LEAF_PPM;
	return !holds(w, r, kernel) &&
	       (compare_independent(w, k) ||
		       (w->line.kind == TSCAL_KIND_MEASURED && !w->by_kernel));
}

/* Whether the value of the kernel's number k lies outside of the hypervisor's
 * report r, which is the newer of the two. */
static bool outdates(const struct estimate *r, const struct estimate *k,
	const struct estimate *est, size_t n, const struct kernel_rate *kernel)
{
	double limit = live(r) ? MOVED_PVCLOCK_PPM : MOVED_LEAF_PPM;

	if (!est_credible(r) || r->line.kind != TSCAL_KIND_REPORTED ||
		!share_known_root(r, k) || holds(r, k, kernel) ||
		distance_ppm(r, k) > limit)
		return false;
	for (size_t w = 0; w < n; w++)
		if (est_credible(&est[w]) && backs(&est[w], k, r, kernel))
			return false;
	return true;
}

/*
 * What repeats the stale number k is as old: a report whose interval holds it,
 * and whose own value is not what r says.
 */
static void find_repeated(struct estimate *est, size_t n, size_t k, size_t r,
	const struct kernel_rate *kernel, bool *stale)
{
	for (size_t w = 0; w < n; w++)
		stale[w] |= est_credible(&est[w]) &&
			    est[w].line.kind == TSCAL_KIND_REPORTED &&
			    !holds(&est[r], &est[w], kernel) &&
			    holds(&est[w], &est[k], kernel);
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
			/* By its value alone it contradicts nothing, but is not
			 * used instead of the newer one either. */
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
