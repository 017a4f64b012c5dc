/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* One window for all counters: open, burst, wait, burst again. */
#ifndef TSCAL_MEASURE_H
#define TSCAL_MEASURE_H

#include "plat/outcome.h"

/* Enough for ranks, and far shorter than a window if reads need no system call:
 * docs/estimating.md. */
#define MEASURE_BURST 1024
/* Enough to check that the rate was the same in both halves. */
#define MEASURE_MIDDLE 128

struct measure_burst {
	struct plat_sample s[MEASURE_BURST];
	int n;	   /* reads, or -errno */
	int taken; /* the same with torn reads */
	uint64_t begun_ns;
};

/* The result of one counter. */
struct measured {
	enum plat_counter_id id;
	const char *what; /* set by the caller: "the HPET" */
	/* Set by the caller before measure_finish(): the counter may lag by up
	 * to this many counts; 0: by one, as usual. */
	uint64_t step_counts;
	/* Set by the caller: the shortest useful window; 0: any. */
	uint64_t least_ns;
	struct plat_counter counter; /* if it could be opened */
	int rc;			     /* 0, or -errno as in plat.h */
	struct outcome out; /* TSC ticks per second of this reference */
	double ms;	    /* from the first sample to the last */
	double read_ns;	    /* time of the fastest read */
	bool settled;	    /* hz is much more exact than its bounds */
	bool tsc_failed; /* the TSC, not the counter, stood still or went back
			  */
};

/* The reads of a counter and its state: about 50 KB. */
struct measure_space {
	struct measured *m;
	struct measure_burst burst[2], *first, *last;
	struct plat_sample middle[MEASURE_MIDDLE];
	int n_middle;
	uint64_t step; /* counts: by how much it may lag, from its reads */
	double lo, hi; /* ticks per count: by all pairs of bursts so far */
	/* Ticks per second, by a counter that does not wrap; 0: unknown.  Used
	 * to count the wraps of this one. */
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
	uint64_t window_ns;   /* as in the options */
	uint64_t deadline_ns; /* on the platform's now_ns() */
	/* The window grows while bounds are wider than +- this; 0: only for
	 * counters with too few reads or that need a longer one. */
	double target_ppm;
	/* The counter whose bounds count for target_ppm; NULL: each. */
	const struct measured *target_of;
	/* The first window, by measure_begin(): shorter if the budget is short
	 * or a counter wraps, longer if reads are slow. */
	uint64_t first_ns;
};

/*
 * Open the counter m->id, to be measured into m with this space.  Returns
 * m->rc: if not 0, m->out is the reason and space is unchanged.
 */
int measure_open(struct tscal_platform *plat, struct measured *m,
	const struct plat_where *where, struct measure_space *space);

/*
 * Measure n open counters in one window.  Between the two calls the caller does
 * other look-ups instead of sleeping.
 *
 * If the ends of the window differ, measure_finish() takes up to two further
 * bursts, and more if the window has to grow.  It ends before the deadline,
 * except for the last read of each burst and for time that other programs take.
 */
void measure_begin(struct tscal_platform *plat, struct measure_plan *plan,
	struct measure_space *space, size_t n);
void measure_finish(struct tscal_platform *plat,
	const struct measure_plan *plan, struct measure_space *space, size_t n);

/*
 * After measure_finish(): grow the same window while this plan needs it, which
 * may have another target.  False if it did not grow: no counter needs it, or
 * there is no time.
 */
bool measure_go_on(struct tscal_platform *plat, const struct measure_plan *plan,
	struct measure_space *space, size_t n);
void measure_close(
	struct tscal_platform *plat, struct measure_space *space, size_t n);

/* The cost of one RDTSC in ticks, from a short burst; < 0: not measured. */
double measure_rdtsc_ticks(
	struct tscal_platform *plat, struct measure_space *space);

#endif /* TSCAL_MEASURE_H */
