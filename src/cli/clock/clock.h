/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal clock: what is found about a clock while it runs, and how it is
 * printed. */
#ifndef TSCAL_CLI_CLOCK_H
#define TSCAL_CLI_CLOCK_H

#include "cli/cli.h"

/* Below 2^SPREAD_BITS each nanosecond has a bin of its own; above, each bin is
 * 0.2 % wide or less. */
#define SPREAD_BITS 10
#define SPREAD_HALF (1 << (SPREAD_BITS - 1))
#define SPREAD_BINS ((65 - SPREAD_BITS) * SPREAD_HALF + SPREAD_HALF)

/* How some numbers, none negative, are distributed. */
struct spread {
	uint64_t n;
	int64_t min_ns, max_ns;
	uint64_t bins[SPREAD_BINS];
};

void spread_add(struct spread *s, int64_t ns);
int64_t spread_median_ns(const struct spread *s);
void spread_sum(struct spread *to, const struct spread *s);

/* Bits that enum tscal_event has room for. */
#define CLOCK_EVENTS 32

/* What the clock itself reports, at the end of a period. */
struct tally {
	struct tscal_stats stats;
	uint64_t events[CLOCK_EVENTS]; /* by bit: updates that found it */
	double seconds;		       /* since the start */
	uint32_t generation;
};

/* What was found in a second, or in all of them. */
struct found {
	uint64_t readings;
	uint64_t back;	       /* less than the one before, same generation */
	uint64_t outside;      /* beyond the stated bound, and not flagged */
	uint64_t excused;      /* the same, just before a break was noticed */
	uint64_t doubted;      /* flagged by the clock */
	int64_t beyond_ns;     /* the furthest outside of its bracket */
	struct spread error;   /* from the middle of the tightest bracket */
	struct spread bracket; /* half of that bracket */
	struct spread bound;   /* that the clock stated */
	struct tally tally;    /* stats and events are those of this period */
};

/* What is the same from the start to the end. */
struct clock_run {
	const char *clock;
	enum tscal_clock_on on;
	const char *why; /* "": it runs on the TSC */
	uint32_t interval_ms;
	bool slew;
	uint32_t generation; /* at the start */
	bool interrupted;
};

/* judge.c: what readings show about the clock.  No clock is read there. */
/* Between two readings of clock_gettime(), or an interval of the clock. */
struct bracket {
	int64_t before_ns, after_ns;
};

struct judge {
	struct found second, all;
	/* The tightest bracket since the last judge_tightest(). */
	struct {
		bool is;
		int64_t half_ns, error_ns;
	} tightest;
	/* Intervals beyond their bound that no update has judged yet. */
	struct {
		uint64_t n, updates;
		uint32_t generation;
	} open;
	struct {
		bool is;
		int64_t ns;
		uint32_t generation;
	} last;
};

/* A reading, and the bracket around it. */
void judge_reading(struct judge *j, const struct bracket *b, int64_t ns);
/* A reading that was taken within one generation: did it step back?  Not for a
 * clock that runs on clock_gettime(), whose CLOCK_REALTIME may be set. */
void judge_step(struct judge *j, int64_t ns, uint32_t generation);
/* Count the tightest bracket, and begin anew. */
void judge_tightest(struct judge *j);
/* An interval, the bracket around it, and the clock's updates after it. */
void judge_interval(struct judge *j, const struct bracket *b,
	const struct tscal_interval *iv, uint64_t updates);
/* Decide on the intervals beyond their bound, where that can be done by now;
 * at_end: decide. */
void judge_open(
	struct judge *j, uint32_t generation, uint64_t updates, bool at_end);
/* Add the second to all of them.  so_far: since the start.  The caller clears
 * the second when he has shown it. */
void judge_end_second(struct judge *j, const struct tally *so_far);

enum clock_verdict { CLOCK_GOOD, CLOCK_BAD, CLOCK_SYSTEM };

enum clock_verdict clock_verdict(
	const struct clock_run *run, const struct found *all);
const char *clock_verdict_str(enum clock_verdict verdict);
/* Name of enum tscal_event 1 << bit; NULL: there is none. */
const char *clock_event_str(unsigned bit);

void text_clock(const struct clock_run *run, const struct found *all);

/* A line each.  Return 0, or EXIT_FAILED after a message. */
int json_clock_second(const struct clock_run *run, const struct found *second);
int json_clock_result(const struct clock_run *run, const struct found *all);

#endif /* TSCAL_CLI_CLOCK_H */
