/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/judge/relation.h"

#include <math.h>

/* Allowed beyond the bounds: errors they do not include. */
#define SAME_ROOT_PPM 1.0
/* The kernel truncates pvclock's rate to a kHz before it doubles it once or
 * twice. */
#define KERNEL_CUT_PPM 2.0
/* A timer that a host emulates counts the host's CLOCK_MONOTONIC, which NTP
 * corrects by the error of the host's crystal; the TSC's rate is not corrected.
 */
#define HOST_CLOCK_PPM COMPARE_AGREE_PPM

/* Relative to the mean of the two, so that their order does not change a
 * verdict. */
static double of_both_ppm(
	double hz, const struct estimate *a, const struct estimate *b)
{
	return hz / ((a->line.hz + b->line.hz) / 2) * 1e6;
}

double distance_ppm(const struct estimate *a, const struct estimate *b)
{
	return of_both_ppm(fabs(a->line.hz - b->line.hz), a, b);
}

bool compare_independent(const struct estimate *a, const struct estimate *b)
{
	return !(a->line.roots & b->line.roots) &&
	       !((a->line.roots | b->line.roots) & TSCAL_ROOT_UNKNOWN);
}

double compare_agreement_ppm(const struct estimate *e, const struct estimate *u)
{
	return larger(e->line.hz_hi - u->line.hz_lo,
		       u->line.hz_hi - e->line.hz_lo) /
	       u->line.hz * 1e6;
}

bool share_known_root(const struct estimate *a, const struct estimate *b)
{
	return a->line.roots & b->line.roots & ~TSCAL_ROOT_UNKNOWN;
}

double allowed_ppm(const struct estimate *a, const struct estimate *b,
	const struct kernel_rate *kernel)
{
	double allowed = SAME_ROOT_PPM;

	if (!share_known_root(a, b))
		return CONTRADICT_PPM;
	/* The kernel's calibration adds an error to its root's. */
	if (a->by_kernel != b->by_kernel)
		allowed += kernel->slack_ppm + KERNEL_CUT_PPM;
	if (a->by_host_clock != b->by_host_clock)
		allowed += HOST_CLOCK_PPM;
	return allowed;
}

bool apart(const struct estimate *a, const struct estimate *b,
	const struct kernel_rate *kernel)
{
	double gap = larger(
		a->line.hz_lo - b->line.hz_hi, b->line.hz_lo - a->line.hz_hi);

	return of_both_ppm(gap, a, b) > allowed_ppm(a, b, kernel);
}

bool value_within(
	const struct estimate *e, const struct estimate *by, double allowed_ppm)
{
	double outside = larger(
		by->line.hz_lo - e->line.hz, e->line.hz - by->line.hz_hi);

	return of_both_ppm(outside, e, by) <= allowed_ppm;
}

double close_ppm(const struct estimate *a, const struct estimate *b,
	const struct kernel_rate *kernel)
{
	return share_known_root(a, b) ? allowed_ppm(a, b, kernel)
				      : COMPARE_AGREE_PPM;
}

double bounds_ppm(const struct estimate *e)
{
	return (e->line.hz_hi - e->line.hz_lo) / 2 / e->line.hz * 1e6;
}

bool coarse(const struct estimate *e)
{
	return bounds_ppm(e) > CONTRADICT_PPM;
}
