/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * How two estimates relate.  Nothing here touches the machine.
 *
 * Two numbers are apart when their intervals, widened by what may lie between
 * the two clocks behind them, do not meet.  An estimate with bounds wider than
 * LOOSE_PPM is coarse: it confirms nothing.
 *
 * Whether a value is confirmed depends on the interval of the other one alone,
 * so a wide interval brings no support to its own value.
 */
#ifndef TSCAL_RELATION_H
#define TSCAL_RELATION_H

#include "calib/estimate.h"
#include "calib/facts/kernel_rate.h"

/* What NTP can still correct and the HPET specification allows (1.0a, 2.4.1):
 * further off, two oscillators contradict.  An agreement that is proved less
 * closely than this is none. */
#define LOOSE_PPM 500.0

/* Independent oscillators: a good crystal holds 100 ppm.  What lies further
 * off, but does not contradict, agrees only loosely. */
#define COMPARE_AGREE_PPM 100.0

/* Whether two numbers have no root in common, and all their roots are known. */
bool compare_independent(const struct estimate *a, const struct estimate *b);

/* The largest distance between a value inside the interval of e and one inside
 * that of u, in ppm of u's rate. */
double compare_agreement_ppm(
	const struct estimate *e, const struct estimate *u);

/* A known root that both have. */
bool share_known_root(const struct estimate *a, const struct estimate *b);

/* By how much two correct numbers may differ beyond their bounds, in ppm. */
double allowed_ppm(const struct estimate *a, const struct estimate *b,
	const struct kernel_rate *kernel);

/* The same, to agree closely. */
double near_ppm(const struct estimate *a, const struct estimate *b,
	const struct kernel_rate *kernel);

/* How far the two values are from one another. */
double distance_ppm(const struct estimate *a, const struct estimate *b);

/* Whether the two contradict each other. */
bool apart(const struct estimate *a, const struct estimate *b,
	const struct kernel_rate *kernel);

/* Whether the value of e lies in the interval of by, or outside by no more than
 * this. */
bool covered(const struct estimate *e, const struct estimate *by,
	double allowed_ppm);

/* Half of the interval, in ppm of its value. */
double bounds_ppm(const struct estimate *e);

/* Its interval is so wide that it can confirm nothing: see LOOSE_PPM. */
bool coarse(const struct estimate *e);

#endif /* TSCAL_RELATION_H */
