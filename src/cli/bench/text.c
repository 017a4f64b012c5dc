/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal bench as a person reads it, in 80 columns. */
#include <string.h>

#include "cli/bench/bench.h"
#include "cli/term.h"

static void table(const struct bench *b)
{
	printf("%-23s%8s%8s%8s%8s%8s\n", "ns per call", "min", "p10", "median",
		"p90", "x rdtsc");
	for (int i = 0; i < BENCH_COUNT; i++) {
		const struct bench_cost *c = &b->cost[i];

		if (c->absent)
			printf("%-23s  %s\n", bench_calls[i].name, c->absent);
		else
			printf("%-23s%8.2f%8.2f%8.2f%8.2f%8.2f %s\n",
				bench_calls[i].name, c->ns_min, c->ns_p10,
				c->ns_median, c->ns_p90, c->ratio_to_rdtsc,
				bench_calls[i].note);
	}
	putchar('\n');
}

static void how(struct term *t, const struct bench *b)
{
	term_row(t, "measured", STYLE_PLAIN,
		"%d rounds in %.1f s; each round times every call in turn",
		b->rounds, b->elapsed_s);
	if (b->interrupted) {
		term_wrap(t, 0, STYLE_BAD,
			"Interrupted: the figures are from these rounds "
			"only.");
		term_end(t);
	}
	if (b->cpu >= 0)
		term_row(t, "CPU", STYLE_PLAIN, "pinned to CPU %d", b->cpu);
	else
		term_row(t, "CPU", STYLE_FAIR, "not pinned: %s",
			strerror(b->not_pinned));
	term_row(t, "rate", STYLE_PLAIN,
		"ticks were converted to ns with tscal's own rate, %.3f Hz "
		"(%s); ratios do not depend on it",
		b->info.hz, tscal_rate_str(b->info.rate));
	term_row(t, "batch", STYLE_PLAIN,
		"per stamp of %d, with results %d KiB: in the L1 cache",
		BENCH_BATCH_STAMPS, BENCH_BATCH_BYTES / 1024);
}

static void what_now_is(struct term *t, const struct bench *b)
{
	if (b->now_on == TSCAL_CLOCK_ON_SYSTEM)
		term_row(t, "now", STYLE_FAIR,
			"clock_gettime() is used instead of the TSC: %s",
			b->now_why);
	else if (b->now_slow)
		term_row(t, "now", STYLE_FAIR,
			"on the TSC, except for %llu readings by "
			"clock_gettime()",
			(unsigned long long)b->now_slow);
	else
		term_row(t, "now", STYLE_PLAIN,
			"on the TSC; a thread updates the clock every %u ms",
			b->interval_ms);
}

/* What to do with all that. */
static void conclude(struct term *t, const struct bench *b)
{
	const struct bench_cost *now = &b->cost[BENCH_NOW];
	const struct bench_cost *sys = &b->cost[BENCH_GETTIME_MONOTONIC];
	double saved_ns = sys->ns_median - now->ns_median;

	term_end(t);
	if (sys->absent)
		term_wrap(t, 0, STYLE_STRONG,
			"tscal_now() costs %.2f x a bare rdtsc.",
			now->ratio_to_rdtsc);
	else if (b->now_on == TSCAL_CLOCK_ON_SYSTEM)
		term_wrap(t, 0, STYLE_STRONG,
			"tscal_now() is clock_gettime() here: %.2f x a bare "
			"rdtsc, and clock_gettime() itself %.2f x.",
			now->ratio_to_rdtsc, sys->ratio_to_rdtsc);
	else
		term_wrap(t, 0, STYLE_STRONG,
			"tscal_now() costs %.2f x a bare rdtsc, "
			"clock_gettime() %.2f x: %.1f ns %s.",
			now->ratio_to_rdtsc, sys->ratio_to_rdtsc,
			saved_ns < 0 ? -saved_ns : saved_ns,
			saved_ns < 0 ? "lost" : "saved");
	term_end(t);
}

void text_bench(const struct bench *b)
{
	struct term t;

	table(b);
	term_init(&t, stdout);
	/* As wide as the table. */
	if (t.width > 80)
		t.width = 80;
	how(&t, b);
	what_now_is(&t, b);
	conclude(&t, b);
}
