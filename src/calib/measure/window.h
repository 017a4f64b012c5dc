/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* One window for all counters: open, burst, wait once, burst again. */
#ifndef TSCAL_MEASURE_H
#define TSCAL_MEASURE_H

#include <tscal/calibrate.h>

#include "plat/plat.h"

/* Enough for ranks, and far less than a window where reads need no system call:
 * docs/estimating.md. */
#define MEASURE_BURST 1024
/* Enough to see whether the rate was the same in both halves. */
#define MEASURE_MIDDLE 128

struct measure_burst {
	struct plat_sample s[MEASURE_BURST];
	int n;	   /* reads, or -errno */
	int taken; /* the same with those that are left out */
	uint64_t begun_ns;
};

/* What came out for one counter. */
struct measured {
	enum plat_counter_id id;
	/* Said by the caller, up to measure_finish(): the counter may lag what
	 * it counts by up to this many counts; 0: by one, as it ought to. */
	uint64_t step_counts;
	/* Said by the caller: no shorter window will do; 0: any. */
	uint64_t least_ns;
	struct plat_counter counter; /* when it could be opened */
	int rc;			     /* else why not, as plat.h says */
	/* READY: hz, lo and hi hold.  Otherwise why not: ABSENT, SKIPPED,
	 * DENIED, STUCK, UNSTABLE, ERROR. */
	enum tscal_status status;
	double hz, lo, hi; /* ticks per second by this reference */
	double ms;	   /* from the first sample to the last */
	double read_ns;	   /* the fastest read took this, about */
	bool settled;	   /* hz is much better known than its bounds */
	bool tsc_failed; /* not the counter: the TSC stood still or went back */
	char sentence[TSCAL_SENTENCE];
};

/* Room for the reads of a counter, and how far it has come: about 50 KB. */
struct measure_space {
	struct measured *m;
	struct measure_burst burst[2], *first, *last;
	struct plat_sample middle[MEASURE_MIDDLE];
	int n_middle;
	uint64_t step; /* counts: what the counter may lag by, as it shows */
	double lo, hi; /* ticks per count: by all pairs of bursts so far */
	/* Ticks per second by a counter that does not come round; 0: unknown.
	 * For one that does: how often it did. */
	double hint_hz;
	bool too_short; /* a longer window may give a rate */
	enum {
		MEASURE_DONE,
		MEASURE_LAST,	/* take the last burst again */
		MEASURE_WINDOW, /* all of a window, from the first burst on */
		MEASURE_LONGER, /* another last burst, later */
	} todo;
};

struct measure_plan {
	uint64_t window_ns;   /* asked for */
	uint64_t deadline_ns; /* on the platform's now_ns() */
	/* The window grows while bounds are wider than +- this; 0: it does not,
	 * but for counters whose reads are too few or need a longer one. */
	double target_ppm;
	/* The first window, by measure_begin(): shorter where the budget is
	 * short or a counter wraps, longer where reads are slow. */
	uint64_t first_ns;
};

/*
 * Open a counter to be measured into m, m->id said by the caller; space is
 * scratch for it.  Returns m->rc: when it cannot be opened m says why, and
 * space is as it was.
 */
int measure_open(struct tscal_platform *plat, struct measured *m,
	const struct plat_where *where, struct measure_space *space);

/*
 * Measure n counters that are open in one window.  It is open between the two
 * calls: what has to be looked up anyway is looked up then, instead of
 * sleeping.  The counters are closed afterwards.
 *
 * Where the ends of the window do not match, measure_finish() takes up to two
 * further bursts, and more where the window has to grow.  It ends before the
 * deadline, but for the last read of each burst and for time that is taken from
 * the program.
 */
void measure_begin(struct tscal_platform *plat, struct measure_plan *plan,
	struct measure_space *space, size_t n);
void measure_finish(struct tscal_platform *plat,
	const struct measure_plan *plan, struct measure_space *space, size_t n);

/* The cost of one RDTSC in ticks: the median of a short burst; < 0: none. */
double measure_rdtsc_ticks(
	struct tscal_platform *plat, struct measure_space *space);

#endif /* TSCAL_MEASURE_H */
