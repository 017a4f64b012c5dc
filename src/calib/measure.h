/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* One window for all counters: open, burst, wait once, burst again. */
#ifndef TSCAL_MEASURE_H
#define TSCAL_MEASURE_H

#include "plat/plat.h"

/* Enough for ranks, and far less than a window where reads need no system call:
 * docs/estimating.md. */
#define MEASURE_BURST 1024
/* Enough to see whether the rate was the same in both halves. */
#define MEASURE_MIDDLE 128

struct measure_burst {
	struct plat_sample s[MEASURE_BURST];
	int n; /* reads taken, or -errno */
	uint64_t begun_ns;
};

/* Room for the reads of a counter, and how far it has come: about 50 KB. */
struct measure_space {
	struct measure_burst burst[2], *first, *last;
	struct plat_sample middle[MEASURE_MIDDLE];
	int n_middle;
	struct plat_counter counter;
	uint64_t step; /* counts: what the counter may lag by, as it shows */
	double lo, hi; /* ticks per count: by all pairs of bursts so far */
	enum {
		MEASURE_DONE,
		MEASURE_LAST,	/* take the last burst again */
		MEASURE_WINDOW, /* all of a window, from the first burst on */
	} todo;
};

struct measure_plan {
	/* Changed by measure_begin(): shortened where the budget is short,
	 * stretched where reads are slow. */
	uint64_t window_ns;
	uint64_t deadline_ns; /* on the platform's now_ns() */
};

/* What came out for one counter. */
struct measured {
	enum plat_counter_id id;
	/* Said by the caller, up to measure_finish(): the counter may lag what
	 * it counts by up to this many counts; 0: by one, as it ought to. */
	uint64_t step_counts;
	/* READY: hz, lo and hi hold.  Otherwise why not: ABSENT, SKIPPED,
	 * DENIED, STUCK, UNSTABLE, ERROR. */
	enum tscal_status status;
	double hz, lo, hi; /* ticks per second by this reference */
	double ms;	   /* from the first sample to the last */
	bool settled;	   /* hz is much better known than its bounds */
	bool tsc_failed; /* not the counter: the TSC stood still or went back */
	char sentence[TSCAL_SENTENCE];
};

/*
 * Measure n counters, m[i].id said by the caller, in one window; space[i] is
 * scratch for m[i].  The window is open between the two calls: what has to be
 * looked up anyway is looked up then, instead of sleeping.
 *
 * Where the ends of the window do not match, measure_finish() takes up to two
 * further bursts.  It ends before the deadline, but for one read of each
 * counter and for time that is taken from the program.
 */
void measure_begin(struct tscal_platform *plat, struct measure_plan *plan,
	struct measured *m, size_t n, struct measure_space *space);
void measure_finish(struct tscal_platform *plat,
	const struct measure_plan *plan, struct measured *m, size_t n,
	struct measure_space *space);

/* The cost of one RDTSC in ticks: the median of a short burst; < 0: none. */
double measure_rdtsc_ticks(
	struct tscal_platform *plat, struct measure_space *space);

#endif /* TSCAL_MEASURE_H */
