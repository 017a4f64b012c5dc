/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal clock: what readings show about the clock.  No clock is read here. */
#ifndef TSCAL_CLI_CLOCK_JUDGE_H
#define TSCAL_CLI_CLOCK_JUDGE_H

#include "cli/clock/clock.h"

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

#endif /* TSCAL_CLI_CLOCK_JUDGE_H */
