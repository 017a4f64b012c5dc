/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The calls, and how their cost is found. */
#include <cpuid.h>
#include <stdlib.h>
#include <time.h>

#include "cli/bench.h"

const char *const bench_names[BENCH_COUNT] = {
	[BENCH_RDTSC] = "rdtsc",
	[BENCH_RDTSCP] = "rdtscp",
	[BENCH_RDTSC_ORDERED] = "rdtsc_ordered",
	[BENCH_CONV_NOW] = "conv_now",
	[BENCH_NOW] = "now",
	[BENCH_CLOCK_GETTIME] = "clock_gettime_monotonic",
	[BENCH_CONVERT_LATENCY] = "convert_latency",
	[BENCH_CONVERT_THROUGHPUT] = "convert_throughput",
};

/* What the compiler must believe to be used, and to have changed. */
#define USED(x) __asm__ __volatile__("" : : "r"(x))
#define CHANGED(x) __asm__ __volatile__("" : "+r"(x))

/* Ticks of BENCH_CALLS times a statement. */
#define TIMED(statement)                                                       \
	do {                                                                   \
		uint64_t begin_ = tscal_rdtsc_begin();                         \
		for (int i_ = 0; i_ < BENCH_CALLS; i_++)                       \
			statement;                                             \
		return tscal_rdtsc_begin() - begin_;                           \
	} while (0)

/* CPUID.80000001H:EDX[27]. */
static bool has_rdtscp(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(0x80000001, &a, &b, &c, &d) && d & 1u << 27;
}

static uint64_t convert_latency(const struct tscal_conv *conv)
{
	int64_t x = INT64_C(1) << 59;

	TIMED(x = tscal_ticks_to_ns(conv, x); CHANGED(x));
}

/* Eight at a time, so that the loop itself costs little. */
static uint64_t convert_throughput(const struct tscal_conv *conv)
{
	uint64_t begin = tscal_rdtsc_begin();
	int64_t ticks = 1000;

	for (int i = 0; i < BENCH_CALLS / 8; i++) {
#pragma GCC unroll 8
		for (int k = 0; k < 8; k++)
			USED(tscal_ticks_to_ns(conv, ticks + k));
		CHANGED(ticks);
	}
	return (tscal_rdtsc_begin() - begin) * BENCH_CALLS /
	       (BENCH_CALLS / 8 * 8);
}

static uint64_t ticks_of(enum bench_call call, const struct tscal_clock *clk,
	const struct tscal_conv *conv)
{
	struct timespec ts;
	uint32_t aux;

	switch (call) {
	case BENCH_RDTSC:
		TIMED(USED(tscal_rdtsc()));
	case BENCH_RDTSCP:
		TIMED(USED(tscal_rdtscp(&aux)));
	case BENCH_RDTSC_ORDERED:
		TIMED(USED(tscal_rdtsc_ordered()));
	case BENCH_CONV_NOW:
		TIMED(USED(tscal_tsc_to_ns(conv, tscal_rdtsc())));
	case BENCH_NOW:
		TIMED(USED(tscal_now(clk)));
	case BENCH_CLOCK_GETTIME:
		TIMED(USED(clock_gettime(CLOCK_MONOTONIC, &ts)));
	case BENCH_CONVERT_LATENCY:
		return convert_latency(conv);
	case BENCH_CONVERT_THROUGHPUT:
		return convert_throughput(conv);
	case BENCH_COUNT:
		break;
	}
	return 0;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct bench_cost cost_of(
	const double rounds[BENCH_ROUNDS], const double rdtsc[BENCH_ROUNDS])
{
	static double sorted[BENCH_ROUNDS];
	struct bench_cost c;

	for (int i = 0; i < BENCH_ROUNDS; i++)
		sorted[i] = rounds[i] / rdtsc[i];
	qsort(sorted, BENCH_ROUNDS, sizeof(sorted[0]), by_size);
	c.ratio_to_rdtsc = sorted[BENCH_ROUNDS / 2];
	for (int i = 0; i < BENCH_ROUNDS; i++)
		sorted[i] = rounds[i];
	qsort(sorted, BENCH_ROUNDS, sizeof(sorted[0]), by_size);
	c.ns_min = sorted[0];
	c.ns_p10 = sorted[BENCH_ROUNDS / 10];
	c.ns_median = sorted[BENCH_ROUNDS / 2];
	c.ns_p90 = sorted[BENCH_ROUNDS * 9 / 10];
	return c;
}

void bench_run(const struct tscal_clock *clk, double hz, struct bench *out)
{
	static double ns[BENCH_COUNT][BENCH_ROUNDS];
	bool rdtscp = has_rdtscp();
	struct tscal_conv conv = {0};

	tscal_conv_init(&conv, hz, tscal_rdtsc(), 0);
	/* The first rounds warm up, and are overwritten. */
	for (int i = -BENCH_ROUNDS / 20; i < BENCH_ROUNDS; i++)
		for (int k = 0; k < BENCH_COUNT; k++) {
			/* Each round begins with another. */
			int call = (i + BENCH_ROUNDS + k) % BENCH_COUNT;

			if (call == BENCH_RDTSCP && !rdtscp)
				continue;
			ns[call][i < 0 ? 0 : i] = (double)ticks_of(
							  (enum bench_call)call,
							  clk, &conv) *
						  1e9 / hz / BENCH_CALLS;
		}
	for (int call = 0; call < BENCH_COUNT; call++) {
		out->cost[call] = (struct bench_cost){0};
		if (call != BENCH_RDTSCP || rdtscp)
			out->cost[call] = cost_of(ns[call], ns[BENCH_RDTSC]);
	}
}
