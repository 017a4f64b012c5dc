/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the bursts that window.c takes show. */
#ifndef TSCAL_MEASURE_READS_H
#define TSCAL_MEASURE_READS_H

#include "calib/measure/window.h"

/* After how many ns the counter comes round again. */
double measure_wrap_ns(const struct plat_counter *c);

/*
 * The outcome of a counter that has its three bursts.  sp->todo afterwards:
 * MEASURE_DONE, or which end is worth sampling again.
 */
void measure_conclude(struct tscal_platform *plat, struct measure_space *sp);

/* A window that is not longer by a quarter narrows the bounds by too little. */
#define MEASURE_WORTH_WHILE 1.25

/* Whether a window of that length is one that this counter cannot count. */
bool measure_wraps_in(const struct measure_space *sp, double window_ns);

/*
 * How long a window this counter still needs, of whose window so much is gone;
 * 0: it needs no longer one.
 */
double measure_wanted_ns(const struct measure_plan *plan,
	const struct measure_space *sp, double gone);

#endif /* TSCAL_MEASURE_READS_H */
