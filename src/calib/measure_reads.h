/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Between measure.c, which takes the bursts, and what they say. */
#ifndef TSCAL_MEASURE_READS_H
#define TSCAL_MEASURE_READS_H

#include "calib/measure.h"

__attribute__((format(printf, 3, 4))) void measure_outcome(
	struct measured *m, enum tscal_status status, const char *fmt, ...);

/* The outcome that an error of opening or reading a counter means. */
void measure_errno(struct measured *m, int rc);

/* After how many ns the counter comes round again. */
double measure_wrap_ns(const struct plat_counter *c);

/*
 * The outcome of a counter that has its three bursts.  sp->todo afterwards:
 * MEASURE_DONE, or which end is worth sampling again.
 */
void measure_conclude(struct tscal_platform *plat, struct measure_space *sp);

#endif /* TSCAL_MEASURE_READS_H */
