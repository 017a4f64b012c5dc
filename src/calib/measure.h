/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* One window for all counters: open, burst, wait once, burst again. */
#ifndef TSCAL_MEASURE_H
#define TSCAL_MEASURE_H

#include "plat/plat.h"

#define MEASURE_BURST 1500

/* Room for the two bursts of a counter. */
struct measure_space {
	struct plat_sample first[MEASURE_BURST], last[MEASURE_BURST];
};

struct measure_plan {
	uint64_t window_ns;
	uint64_t deadline_ns; /* on the platform's now_ns() */
};

/* What came out for one counter. */
struct measured {
	enum plat_counter_id id;
	/* READY: hz, lo and hi hold.  Otherwise why not: ABSENT, SKIPPED,
	 * DENIED, STUCK, UNSTABLE, ERROR. */
	enum tscal_status status;
	double hz, lo, hi; /* ticks per second by this reference */
	double ms;	   /* from the first sample to the last */
	char sentence[TSCAL_SENTENCE];
};

/*
 * Measure n counters, m[i].id said by the caller, in one window; space[i] is
 * scratch for m[i].
 */
void measure_window(struct tscal_platform *plat,
	const struct measure_plan *plan, struct measured *m, size_t n,
	struct measure_space *space);

/* The cost of one RDTSC in ticks: the median of a short burst; < 0: none. */
double measure_rdtsc_ticks(
	struct tscal_platform *plat, struct measure_space *space);

#endif /* TSCAL_MEASURE_H */
