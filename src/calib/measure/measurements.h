/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Measurements in one window: from opening the counters to the rate of the TSC
 * relative to each. */
#ifndef TSCAL_MEASUREMENTS_H
#define TSCAL_MEASUREMENTS_H

#include "calib/measure/counters.h"

struct measurements {
	bool none;  /* nothing is measured */
	bool quick; /* CLOCK_MONOTONIC_RAW only, for 25 us or more */
	struct counters counters;
	double rdtsc_ticks; /* < 0: not measured */
	/* A sign of a hypervisor from the timers, as the start of a sentence;
	 * "" if there is none. */
	char timer_sign[96];
	struct window {
		struct measure_plan plan;
		size_t n; /* counters that are open */
		bool pinned;
	} window;
};

/*
 * Open the window.  Other look-ups follow, before measurements_finish().
 */
void measurements_begin(const struct counters_wanted *w, struct measurements *m,
	struct measure_space *space);
void measurements_finish(const struct counters_wanted *w,
	struct measurements *m, struct measure_space *space);

/* Grow the window, within the budget, until the bounds of this counter (NULL:
 * of each) are within +- target_ppm; false if it did not grow. */
bool measurements_narrow(struct tscal_platform *plat, double target_ppm,
	const struct measured *counter, struct measurements *m,
	struct measure_space *space);

void measurements_close(struct tscal_platform *plat, struct measurements *m,
	struct measure_space *space);

/* Whether CLOCK_MONOTONIC_RAW was measured, even if only in the quick window.
 */
static inline bool measurements_raw(const struct measurements *m)
{
	return m->counters.raw.out.status == TSCAL_STATUS_READY;
}

#endif /* TSCAL_MEASUREMENTS_H */
