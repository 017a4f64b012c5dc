/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal bench: what calls cost here. */
#ifndef TSCAL_CLI_BENCH_H
#define TSCAL_CLI_BENCH_H

#include "cli/cli.h"

/* Of each call in turn, so many rounds: what disturbs a machine disturbs all of
 * them, and a ratio is of one round. */
#define BENCH_ROUNDS 2000
#define BENCH_CALLS 500

enum bench_call {
	BENCH_RDTSC,
	BENCH_RDTSCP,
	BENCH_RDTSC_ORDERED,
	BENCH_CONV_NOW,
	BENCH_NOW,
	BENCH_CLOCK_GETTIME,
	BENCH_CONVERT_LATENCY,
	BENCH_CONVERT_THROUGHPUT,
	BENCH_COUNT
};

extern const char *const bench_names[BENCH_COUNT];

/* Of one call in ns; 0: this CPU has no such instruction. */
struct bench_cost {
	double ns_min, ns_median, ns_p10, ns_p90;
	double ratio_to_rdtsc; /* the median of the rounds' ratios */
};

struct bench {
	double hz;
	int clock_on;	       /* enum tscal_clock_on, of tscal_now() */
	const char *clock_why; /* where that is not the TSC */
	struct bench_cost cost[BENCH_COUNT];
};

/* Takes about half a second.  clk must run. */
void bench_run(const struct tscal_clock *clk, double hz, struct bench *out);

int json_bench(const struct bench *b);

#endif /* TSCAL_CLI_BENCH_H */
