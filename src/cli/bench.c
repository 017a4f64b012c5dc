/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal bench: set up, and print. */
#include "cli/bench.h"

#include <string.h>
#include <time.h>

static const char *const meanings[BENCH_COUNT] = {
	[BENCH_RDTSC] = "RDTSC",
	[BENCH_RDTSCP] = "RDTSCP",
	[BENCH_RDTSC_ORDERED] = "LFENCE; RDTSC",
	[BENCH_CONV_NOW] = "and converted",
	[BENCH_NOW] = "tscal_now()",
	[BENCH_CLOCK_GETTIME] = "of libc",
	[BENCH_CONVERT_LATENCY] = "one by one",
	[BENCH_CONVERT_THROUGHPUT] = "side by side",
};

static void text_bench(const struct bench *b)
{
	printf("What a call costs here, in ns: of %d rounds of %d calls each, "
	       "in "
	       "which all\ncalls take their turn, the least, the median, and "
	       "what 8 of 10 lie within.\n\n",
		BENCH_ROUNDS, BENCH_CALLS);
	printf("%-23s%7s%8s  %s  %s\n", "", "min", "median", "p10 .. p90 ",
		"x rdtsc");
	for (int i = 0; i < BENCH_COUNT; i++) {
		const struct bench_cost *c = &b->cost[i];

		if (c->ns_median > 0)
			printf("%-23s%7.2f%8.2f%6.1f ..%5.1f%9.3f  %s\n",
				bench_names[i], c->ns_min, c->ns_median,
				c->ns_p10, c->ns_p90, c->ratio_to_rdtsc,
				meanings[i]);
		else
			printf("%-23s this CPU has no such instruction\n",
				bench_names[i]);
	}
	if (b->clock_on == TSCAL_CLOCK_ON_TSC)
		printf("\nnow ran on the TSC, at %.3f Hz.\n", b->hz);
	else
		printf("\nnow ran on clock_gettime(): %s.\n", b->clock_why);
}

int cmd_bench(const struct options *opts)
{
	static struct tscal_clock clk;
	static struct bench b;
	struct tscal_info info;

	b.clock_on = tscal_clock_init(&clk, CLOCK_MONOTONIC, NULL, &info);
	if (b.clock_on < 0) {
		complain("cannot set up a clock: %s", strerror(-b.clock_on));
		return EXIT_FAILED;
	}
	/* Where RDTSC faults there is no rate either. */
	if (info.rate == TSCAL_RATE_NONE || info.use == TSCAL_USE_NO ||
		!(info.hz > TSCAL_CONV_HZ_ABOVE &&
			info.hz <= TSCAL_CONV_HZ_MAX)) {
		complain("the TSC cannot be timed here: %s",
			info.rate == TSCAL_RATE_NONE ? info.rate_sentence
						     : info.use_sentence);
		return EXIT_UNUSABLE;
	}
	b.hz = info.hz;
	b.clock_why = tscal_clock_why(&clk);
	if (b.clock_on == TSCAL_CLOCK_ON_TSC &&
		tscal_clock_thread_start(&clk, NULL)) {
		complain("cannot start the thread that updates the clock");
		return EXIT_FAILED;
	}
	bench_run(&clk, info.hz, &b);
	tscal_clock_fini(&clk);
	if (opts->json)
		return json_bench(&b);
	text_bench(&b);
	return 0;
}
