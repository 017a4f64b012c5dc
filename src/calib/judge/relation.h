/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * How two estimates relate.  Pure: accesses no machine.
 *
 * Two numbers are apart when their intervals, widened by the allowed difference
 * of their clocks, do not overlap.  An estimate with bounds wider than
 * CONTRADICT_PPM is coarse: it confirms nothing.
 *
 * Whether a value is confirmed depends only on the interval of the other
 * estimate, so a wide interval adds no support to its own value.
 */
#ifndef TSCAL_RELATION_H
#define TSCAL_RELATION_H

#include "calib/estimate.h"
#include "calib/facts/kernel_rate.h"

/* What NTP can correct and the HPET specification allows (1.0a, 2.4.1): two
 * oscillators that differ by more contradict.  A wider interval shows no
 * agreement. */
#define CONTRADICT_PPM 500.0

/* Independent oscillators: a good crystal is within 100 ppm.  A larger
 * difference that does not contradict is loose agreement. */
#define COMPARE_AGREE_PPM 100.0

/* Whether two numbers have no root in common, and all their roots are known. */
bool compare_independent(const struct estimate *a, const struct estimate *b);

/* The largest distance between a value inside the interval of e and one inside
 * that of u, in ppm of u's rate. */
double compare_agreement_ppm(
	const struct estimate *e, const struct estimate *u);

/* Whether both have a known root in common. */
bool share_known_root(const struct estimate *a, const struct estimate *b);

/* The allowed difference of two correct numbers beyond their bounds, in ppm. */
double allowed_ppm(const struct estimate *a, const struct estimate *b,
	const struct kernel_rate *kernel);

/* The same for close agreement. */
double close_ppm(const struct estimate *a, const struct estimate *b,
	const struct kernel_rate *kernel);

/* The difference of the two values, in ppm. */
double distance_ppm(const struct estimate *a, const struct estimate *b);

/* Whether the two contradict each other. */
bool apart(const struct estimate *a, const struct estimate *b,
	const struct kernel_rate *kernel);

/* Whether the value of e lies in the interval of `by` or at most allowed_ppm
 * outside. */
bool value_within(const struct estimate *e, const struct estimate *by,
	double allowed_ppm);

/* Half of the interval, in ppm of its value. */
double bounds_ppm(const struct estimate *e);

/* Whether its interval is too wide to confirm anything: see CONTRADICT_PPM. */
bool coarse(const struct estimate *e);

#endif /* TSCAL_RELATION_H */
