/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal bench: a clock as programs use it, one CPU, and what is found there. */
#include "cli/bench/bench.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "cli/running.h"

#define INTERVAL_MS 100

static struct tscal_clock clk;
static struct bench bench;

/* To the CPU that this runs on, until the process ends. */
static int pin(int *cpu)
{
	int here = sched_getcpu();
	int rc = here < 0 ? errno : running_pin(here);

	*cpu = rc ? -1 : here;
	return rc;
}

/* Whether ticks can be counted, and turned to ns. */
static bool usable(const struct tscal_info *info)
{
	if (info->use == TSCAL_USE_NO || info->rate == TSCAL_RATE_NONE) {
		complain("the TSC cannot be timed here: %s",
			info->rate == TSCAL_RATE_NONE ? info->rate_sentence
						      : info->use_sentence);
		return false;
	}
	if (info->hz > TSCAL_CONV_HZ_ABOVE && info->hz <= TSCAL_CONV_HZ_MAX)
		return true;
	complain("the TSC cannot be timed here: no converter accepts %.3f Hz",
		info->hz);
	return false;
}

static int start(void)
{
	struct tscal_clock_opts how = TSCAL_CLOCK_OPTS_INIT;
	int rc;

	how.interval_ms = INTERVAL_MS;
	rc = tscal_clock_init(&clk, CLOCK_MONOTONIC, &how, &bench.info);
	if (rc < 0)
		return complain("no clock monotonic: %s", strerror(-rc));
	/* Where RDTSC faults there is no rate either. */
	if (!usable(&bench.info))
		return EXIT_UNUSABLE;
	bench.now_on = (enum tscal_clock_on)rc;
	bench.now_why = tscal_clock_why(&clk);
	bench.interval_ms = INTERVAL_MS;
	/* Before pinning: it may run on the other CPUs. */
	rc = tscal_clock_thread_start(&clk, NULL);
	if (rc)
		return complain("cannot start a thread for the clock: %s",
			strerror(-rc));
	return 0;
}

int cmd_bench(const struct options *opts)
{
	struct tscal_stats before, after;
	int rc = start();

	if (rc)
		return rc;
	running_catch_signals();
	bench.not_pinned = pin(&bench.cpu);
	tscal_clock_stats(&clk, &before);
	bench_run(&clk, &bench);
	tscal_clock_stats(&clk, &after);
	bench.now_slow = after.slow - before.slow;
	bench.interrupted = running_stopped();
	if (opts->json)
		rc = json_bench(&bench);
	else
		text_bench(&bench);
	tscal_clock_fini(&clk);
	return rc;
}
