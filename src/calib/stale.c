/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A kernel that still runs on the rate it had before it was moved or restored:
 * which numbers are older than what the hypervisor reports now. */
#include "calib/relation.h"
#include "calib/source.h"
#include "calib/stages.h"

/* A guest restored or moved without TSC scaling: hosts tolerate 250 ppm.  A
 * leaf that is further off is wrong, not moved. */
#define MOVED_LEAF_PPM 500.0
/* The pvclock record is versioned and live, so it may tell of larger moves. */
#define MOVED_PVCLOCK_PPM 1e4

static bool live(const struct estimate *e)
{
	return e->line.id == TSCAL_SOURCE_KVMCLOCK;
}

/* Whether the interval of w confirms the value of e. */
static bool confirms(const struct estimate *w, const struct estimate *e,
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
	if (w == r || !confirms(w, k, kernel))
		return false;
	if (w->line.kind == TSCAL_KIND_REPORTED)
		return !live(r) || distance_ppm(k, r) > MOVED_LEAF_PPM;
	return !confirms(w, r, kernel) &&
	       (compare_independent(w, k) ||
		       (w->line.kind == TSCAL_KIND_MEASURED && !w->by_kernel));
}

/* Whether the hypervisor's report r excludes the kernel's number k, and is the
 * newer of the two. */
static bool outdates(const struct estimate *r, const struct estimate *k,
	const struct estimate *est, size_t n, const struct kernel_rate *kernel)
{
	double limit = live(r) ? MOVED_PVCLOCK_PPM : MOVED_LEAF_PPM;

	if (!est_credible(r) || r->line.kind != TSCAL_KIND_REPORTED ||
		!share_known_root(r, k) || confirms(r, k, kernel) ||
		distance_ppm(r, k) > limit)
		return false;
	for (size_t w = 0; w < n; w++)
		if (est_credible(&est[w]) && backs(&est[w], k, r, kernel))
			return false;
	return true;
}

/* e is older than r, by bounds or by its value alone: then it contradicts
 * nothing, but is not used instead of r either. */
static void give_way(struct estimate *e, const struct estimate *r,
	const struct kernel_rate *kernel, bool *stale)
{
	e->gives_way = true;
	*stale |= apart(e, r, kernel);
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
			give_way(&est[k], &est[r], kernel, &stale[k]);
			/* What repeats the old number is as old. */
			for (size_t w = 0; w < n; w++)
				if (est_credible(&est[w]) &&
					est[w].line.kind ==
						TSCAL_KIND_REPORTED &&
					!confirms(&est[r], &est[w], kernel) &&
					confirms(&est[k], &est[w], kernel))
					give_way(&est[w], &est[r], kernel,
						&stale[w]);
		}
	for (size_t i = 0; i < n; i++)
		if (stale[i])
			est[i].line.status = TSCAL_STATUS_STALE;
}
