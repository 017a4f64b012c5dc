/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Evaluation of the bursts that window.c takes. */
#ifndef TSCAL_MEASURE_READS_H
#define TSCAL_MEASURE_READS_H

#include "calib/measure/window.h"

/* The time after which the counter wraps, in ns. */
double measure_wrap_ns(const struct plat_counter *c);

/*
 * The outcome of a counter that has its three bursts.  sp->todo afterwards:
 * MEASURE_DONE, or which end is worth sampling again.
 */
void measure_conclude(struct tscal_platform *plat, struct measure_space *sp);

/* The least factor by which a longer window narrows the bounds enough. */
#define MEASURE_WORTH_WHILE 1.25

/* Whether this counter may wrap unnoticed in a window of that length. */
bool measure_wraps_in(const struct measure_space *sp, double window_ns);

/*
 * The length of the longer window that this counter needs; gone: ns of it that
 * have passed.  0: it needs no longer one.
 */
double measure_wanted_ns(const struct measure_plan *plan,
	const struct measure_space *sp, double gone);

#endif /* TSCAL_MEASURE_READS_H */
