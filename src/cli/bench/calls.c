/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The calls, and how their cost is found.
 *
 * A block is some hundred calls of one kind between two reads of the TSC that
 * wait for everything before them.  A round is a block of each kind, and before
 * each of them one of rdtsc: a change of the CPU's frequency, or a busy
 * neighbour, hits both, and hardly changes their ratio.
 *
 * The calls of a block are written out sixteen at a time.  The counter and the
 * branch of the loop are then a sixteenth of a cycle per call or less, even
 * where the CPU does not hide them behind the call.  Both reads of the TSC are
 * measured by themselves and taken off.
 */
#include "cli/bench/bench.h"

#include <cpuid.h>
#include <time.h>

#include "cli/rank.h"
#include "cli/running.h"

const struct bench_name bench_calls[BENCH_COUNT] = {
	[BENCH_RDTSC] = {"rdtsc", "tscal_rdtsc()"},
	[BENCH_RDTSCP] = {"rdtscp", "tscal_rdtscp()"},
	[BENCH_RDTSC_ORDERED] = {"rdtsc_ordered", "LFENCE, RDTSC"},
	[BENCH_CONV_NOW] = {"conv_now", "and converted"},
	[BENCH_NOW] = {"now", "tscal_now()"},
	[BENCH_NOW_ORDERED] = {"now_ordered", "after LFENCE"},
	[BENCH_GETTIME_MONOTONIC] = {"clock_gettime_monotonic",
		"of the system"},
	[BENCH_GETTIME_RAW] = {"clock_gettime_raw", "of the system"},
	[BENCH_GETTIME_COARSE] = {"clock_gettime_coarse", "steps of 1-10 ms"},
	[BENCH_CONVERT_LATENCY] = {"convert_latency", "one by one"},
	[BENCH_CONVERT_THROUGHPUT] = {"convert_throughput", "side by side"},
	[BENCH_BATCH] = {"batch", "per stamp"},
};

/* Of what reads a clock, some microseconds; interrupts hit few such blocks. */
#define READS 256
/* Of what takes a nanosecond or so. */
#define CONVERSIONS (8 * BENCH_BATCH_STAMPS)

/* Where RDTSC is trapped a round takes up to half a second: all in all it stays
 * below 5 s. */
#define WARM_UP_S 0.02
#define LIMIT_S 1.5
#define ROUNDS_MIN 3

/* What the compiler must treat as used, and as changed. */
#define USED(x) __asm__ __volatile__("" : : "r"(x))
#define CHANGED(x) __asm__ __volatile__("" : "+r"(x))

#define TIMES4(statement) statement statement statement statement
#define TIMES16(statement) TIMES4(TIMES4(statement))
#define BLOCK(n, statement)                                                    \
	for (int i_ = 0; i_ < (n) / 16; i_++) {                                \
		TIMES16(statement;)                                            \
	}                                                                      \
	break

/* Everything that the calls need. */
struct subject {
	const struct tscal_clock *clk;
	struct tscal_conv conv;
	double bracket_ticks; /* of the reads around a block */
	uint64_t stamps[BENCH_BATCH_STAMPS];
	int64_t ns[BENCH_BATCH_STAMPS];
};

static int calls_of(enum bench_call call)
{
	return call >= BENCH_CONVERT_LATENCY ? CONVERSIONS : READS;
}

static void convert_batch(struct subject *s)
{
	for (int i = 0; i < CONVERSIONS / BENCH_BATCH_STAMPS; i++)
		tscal_tsc_to_ns_n(
			&s->conv, s->stamps, s->ns, BENCH_BATCH_STAMPS);
}

static __attribute__((noinline)) void block(
	enum bench_call call, struct subject *s)
{
	const struct tscal_clock *clk = s->clk;
	const struct tscal_conv conv = s->conv;
	int64_t ticks = INT64_C(1) << 59;
	struct timespec ts;
	uint32_t aux;

	switch (call) {
	case BENCH_RDTSC:
		BLOCK(READS, USED(tscal_rdtsc()));
	case BENCH_RDTSCP:
		BLOCK(READS, USED(tscal_rdtscp(&aux)));
	case BENCH_RDTSC_ORDERED:
		BLOCK(READS, USED(tscal_rdtsc_ordered()));
	case BENCH_CONV_NOW:
		BLOCK(READS, USED(tscal_tsc_to_ns(&conv, tscal_rdtsc())));
	case BENCH_NOW:
		BLOCK(READS, USED(tscal_now(clk)));
	case BENCH_NOW_ORDERED:
		BLOCK(READS, USED(tscal_now_ordered(clk)));
	case BENCH_GETTIME_MONOTONIC:
		BLOCK(READS, USED(clock_gettime(CLOCK_MONOTONIC, &ts)));
	case BENCH_GETTIME_RAW:
		BLOCK(READS, USED(clock_gettime(CLOCK_MONOTONIC_RAW, &ts)));
	case BENCH_GETTIME_COARSE:
		BLOCK(READS, USED(clock_gettime(CLOCK_MONOTONIC_COARSE, &ts)));
	case BENCH_CONVERT_LATENCY:
		/* Each waits for the one before. */
		BLOCK(CONVERSIONS, ticks = tscal_ticks_to_ns(&conv, ticks);
			CHANGED(ticks));
	case BENCH_CONVERT_THROUGHPUT:
		/* The compiler must not see that they are all the same. */
		BLOCK(CONVERSIONS, CHANGED(ticks);
			USED(tscal_ticks_to_ns(&conv, ticks)));
	case BENCH_BATCH:
		convert_batch(s);
		break;
	case BENCH_COUNT:
		break;
	}
}

/* BENCH_COUNT: of nothing. */
static double ticks_of(enum bench_call call, struct subject *s)
{
	uint64_t begin = tscal_rdtsc_begin();

	block(call, s);
	return (double)(tscal_rdtsc_begin() - begin);
}

static double ns_per_call(enum bench_call call, struct subject *s)
{
	double ticks = ticks_of(call, s) - s->bracket_ticks;

	/* A TSC as coarse as that of an emulator may not have moved. */
	if (ticks < 1)
		ticks = 1;
	return ticks * 1e9 / s->conv.tsc_hz / calls_of(call);
}

static void subject_init(
	struct subject *s, const struct tscal_clock *clk, double hz)
{
	const int tries = 100;
	uint64_t now = tscal_rdtsc();

	s->clk = clk;
	tscal_conv_init(&s->conv, hz, now, 0);
	for (int i = 0; i < BENCH_BATCH_STAMPS; i++)
		s->stamps[i] = now + 1000 * (uint64_t)i;
	s->bracket_ticks = ticks_of(BENCH_COUNT, s);
	for (int i = 0; i < tries; i++) {
		double ticks = ticks_of(BENCH_COUNT, s);

		if (ticks < s->bracket_ticks)
			s->bracket_ticks = ticks;
	}
}

/* CPUID.80000001H:EDX[27]. */
static bool has_rdtscp(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(0x80000001, &a, &b, &c, &d) && d & 1U << 27;
}

static const char *why_absent(enum bench_call call)
{
	static const struct {
		enum bench_call call;
		clockid_t id;
	} clocks[] = {
		{BENCH_GETTIME_MONOTONIC, CLOCK_MONOTONIC},
		{BENCH_GETTIME_RAW, CLOCK_MONOTONIC_RAW},
		{BENCH_GETTIME_COARSE, CLOCK_MONOTONIC_COARSE},
	};
	struct timespec ts;

	if (call == BENCH_RDTSCP && !has_rdtscp())
		return "this CPU has no RDTSCP";
	for (size_t i = 0; i < sizeof(clocks) / sizeof(*clocks); i++)
		if (clocks[i].call == call && clock_gettime(clocks[i].id, &ts))
			return "clock_gettime() refuses this clock";
	return NULL;
}

struct bench_cost bench_cost_of(const double *ns, const double *rdtsc_ns, int n)
{
	static double sorted[BENCH_ROUNDS_MAX];
	struct bench_cost c = {0};
	size_t count = (size_t)n;

	for (size_t i = 0; i < count; i++)
		sorted[i] = ns[i] / rdtsc_ns[i];
	rank_sort(sorted, count);
	c.ratio_to_rdtsc = rank_value(sorted, count, 50);
	for (size_t i = 0; i < count; i++)
		sorted[i] = ns[i];
	rank_sort(sorted, count);
	c.ns_min = sorted[0];
	c.ns_p10 = rank_value(sorted, count, 10);
	c.ns_median = rank_value(sorted, count, 50);
	c.ns_p90 = rank_value(sorted, count, 90);
	return c;
}

static struct subject subject;
static double block_ns[BENCH_COUNT][BENCH_ROUNDS_MAX];
static double rdtsc_ns[BENCH_COUNT][BENCH_ROUNDS_MAX];

static void one_round(const struct bench *b, int round)
{
	for (int k = 0; k < BENCH_COUNT; k++) {
		/* Each round begins with another, so that what comes at
		 * regular times does not always hit the same one. */
		int call = (round + k) % BENCH_COUNT;

		if (b->cost[call].absent)
			continue;
		rdtsc_ns[call][round] = ns_per_call(BENCH_RDTSC, &subject);
		/* The ratio of rdtsc to itself is 1, and not nearly 1. */
		block_ns[call][round] = call == BENCH_RDTSC
						? rdtsc_ns[call][round]
						: ns_per_call(
							  (enum bench_call)call,
							  &subject);
	}
}

void bench_run(const struct tscal_clock *clk, struct bench *b)
{
	double start;

	subject_init(&subject, clk, b->info.hz);
	for (int call = 0; call < BENCH_COUNT; call++)
		b->cost[call].absent = why_absent((enum bench_call)call);
	start = running_s();
	do
		one_round(b, 0);
	while (running_s() - start < WARM_UP_S);
	start = running_s();
	do {
		one_round(b, b->rounds++);
		b->elapsed_s = running_s() - start;
	} while (b->rounds < ROUNDS_MIN ||
		 (!running_stopped() && b->rounds < BENCH_ROUNDS_MAX &&
			 b->elapsed_s < LIMIT_S));
	for (int call = 0; call < BENCH_COUNT; call++)
		if (!b->cost[call].absent)
			b->cost[call] = bench_cost_of(
				block_ns[call], rdtsc_ns[call], b->rounds);
}
