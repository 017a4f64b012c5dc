/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal bench: what the calls cost here. */
#ifndef TSCAL_CLI_BENCH_H
#define TSCAL_CLI_BENCH_H

#include "cli/cli.h"

enum bench_call {
	BENCH_RDTSC,
	BENCH_RDTSCP,
	BENCH_RDTSC_ORDERED,
	BENCH_CONV_NOW,
	BENCH_NOW,
	BENCH_NOW_ORDERED,
	BENCH_GETTIME_MONOTONIC,
	BENCH_GETTIME_RAW,
	BENCH_GETTIME_COARSE,
	BENCH_CONVERT_LATENCY,
	BENCH_CONVERT_THROUGHPUT,
	BENCH_BATCH,
	BENCH_COUNT
};

struct bench_name {
	const char *name; /* also in JSON */
	const char *note; /* a person needs it beside the figures */
};
extern const struct bench_name bench_calls[BENCH_COUNT];

/* With as many results, 16 KiB: half of the smallest L1 data cache that x86-64
 * processors have had for long, 32 KiB. */
#define BENCH_BATCH_STAMPS 1024
#define BENCH_BATCH_BYTES (2 * 8 * BENCH_BATCH_STAMPS)

#define BENCH_ROUNDS_MAX 5000

/* Of one call. */
struct bench_cost {
	const char *absent; /* why there is none; NULL: there is */
	double ns_min, ns_p10, ns_median, ns_p90;
	double ratio_to_rdtsc; /* the median of the rounds' ratios */
};

struct bench {
	struct tscal_info info; /* info.hz: by which ticks are turned to ns */
	int cpu;		/* the only one that is used; -1: not pinned */
	int not_pinned;		/* errno of why not */
	enum tscal_clock_on now_on;
	const char *now_why;  /* why not on the TSC; "": it is */
	uint64_t now_slow;    /* readings that clock_gettime() answered */
	uint32_t interval_ms; /* between updates of the clock */
	int rounds;
	double elapsed_s;
	bool interrupted;
	struct bench_cost cost[BENCH_COUNT];
};

/* What n blocks cost, and their ratios to the blocks of rdtsc beside them.  At
 * most BENCH_ROUNDS_MAX. */
struct bench_cost bench_cost_of(
	const double *ns, const double *rdtsc_ns, int n);

/* Fills in rounds, elapsed_s and cost, by info.hz, within some seconds. */
void bench_run(const struct tscal_clock *clk, struct bench *b);

void text_bench(const struct bench *b);
/* Returns 0, or EXIT_FAILED after a message. */
int json_bench(const struct bench *b);

#endif /* TSCAL_CLI_BENCH_H */
