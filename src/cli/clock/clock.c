/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * tscal clock: a clock for a while, beside the one that it follows.  Each
 * reading is taken between two of clock_gettime(): how far it lies outside of
 * those two is proven, whatever else the machine does.
 */
#include "cli/clock/clock.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "cli/running.h"

/* Between looks.  The thread sleeps meanwhile, as a program does. */
#define LOOK_NS 1000000
/* Brackets in a look; the first ones find cold caches. */
#define TRIES 8
#define INTERVAL_DEFAULT_MS 100

static struct tscal_clock clk;
static struct judge judge;
/* By bit of enum tscal_event. */
static atomic_uint_fast64_t event_counts[CLOCK_EVENTS];

/* Called by the clock's thread. */
static void count_events(void *arg, uint32_t events)
{
	(void)arg;
	for (unsigned bit = 0; bit < CLOCK_EVENTS; bit++)
		if (events >> bit & 1)
			atomic_fetch_add_explicit(
				&event_counts[bit], 1, memory_order_relaxed);
}

static void look_once(const struct clock_run *run, clockid_t id)
{
	uint32_t generation = tscal_clock_generation(&clk);
	struct bracket b = {.before_ns = running_ns(id)};
	int64_t ns = tscal_now_ordered(&clk);

	b.after_ns = running_ns(id);
	judge_reading(&judge, &b, ns);
	if (run->on == TSCAL_CLOCK_ON_TSC &&
		generation == tscal_clock_generation(&clk))
		judge_step(&judge, ns, generation);
}

static void look_at_bound(clockid_t id)
{
	struct tscal_interval iv;
	struct tscal_stats stats;
	struct bracket b = {.before_ns = running_ns(id)};
	int rc = tscal_clock_interval(&clk, &iv);

	b.after_ns = running_ns(id);
	tscal_clock_stats(&clk, &stats);
	if (!rc)
		judge_interval(&judge, &b, &iv, stats.updates);
}

static void judge_by_now(bool at_end)
{
	struct tscal_stats stats;

	tscal_clock_stats(&clk, &stats);
	judge_open(&judge, tscal_clock_generation(&clk), stats.updates, at_end);
}

static void look(const struct clock_run *run, clockid_t id)
{
	for (int i = 0; i < TRIES; i++)
		look_once(run, id);
	judge_tightest(&judge);
	look_at_bound(id);
	judge_by_now(false);
}

static void end_second(int64_t start_ns)
{
	struct tally t = {.generation = tscal_clock_generation(&clk),
		.seconds = (double)(running_ns(CLOCK_MONOTONIC) - start_ns) /
			   1e9};

	tscal_clock_stats(&clk, &t.stats);
	for (unsigned bit = 0; bit < CLOCK_EVENTS; bit++)
		t.events[bit] = atomic_load_explicit(
			&event_counts[bit], memory_order_relaxed);
	judge_end_second(&judge, &t);
}

static int show_second(const struct options *opts, const struct clock_run *run)
{
	char line[PROGRESS_WIDTH + 1];

	if (opts->json)
		return json_clock_second(run, &judge.second);
	snprintf(line, sizeof(line),
		"%.0f of %g s: %lld ns off by the median, %lld at worst",
		judge.second.tally.seconds, opts->duration_s,
		(long long)spread_median_ns(&judge.second.error),
		(long long)judge.second.error.max_ns);
	running_progress(line);
	return 0;
}

static int watch(const struct options *opts, const struct clock_run *run)
{
	int64_t start = running_ns(CLOCK_MONOTONIC), now;
	int64_t end = start + (int64_t)(opts->duration_s * 1e9);
	int64_t next = start + NS_PER_S;
	struct timespec pause = {0, LOOK_NS};
	int rc = 0;

	do {
		look(run, opts->clock_id);
		now = running_ns(CLOCK_MONOTONIC);
		if (now >= next) {
			end_second(start);
			rc = show_second(opts, run);
			memset(&judge.second, 0, sizeof(judge.second));
			next += (now - next) / NS_PER_S * NS_PER_S + NS_PER_S;
		}
		if (now < end && !running_stopped())
			nanosleep(&pause, NULL);
	} while (!rc && !running_stopped() && now < end);
	if (judge.open.n) {
		/* Two updates. */
		int64_t ns = run->interval_ms * INT64_C(2500000);

		pause = (struct timespec){ns / NS_PER_S, ns % NS_PER_S};
		nanosleep(&pause, NULL);
		judge_by_now(true);
	}
	/* Then its counts and its readings are of one time. */
	tscal_clock_thread_stop(&clk);
	end_second(start);
	if (!opts->json)
		running_progress("");
	return rc;
}

static int start(const struct options *opts, struct clock_run *run)
{
	struct tscal_clock_opts how = TSCAL_CLOCK_OPTS_INIT;
	int rc;

	how.interval_ms = opts->clock.interval_ms;
	how.on_event = count_events;
	how.flags = opts->clock.slew ? TSCAL_CLOCK_SLEW : 0;
	*run = (struct clock_run){.clock = tscal_clock_id_str(opts->clock_id),
		.interval_ms = how.interval_ms ? how.interval_ms
					       : INTERVAL_DEFAULT_MS,
		.slew = opts->clock.slew};
	rc = tscal_clock_init(&clk, opts->clock_id, &how, NULL);
	if (rc < 0)
		return complain("no clock %s: %s", run->clock,
			rc == -EAGAIN ? "the kernel does not know the offset "
					"of TAI"
				      : strerror(-rc));
	run->on = (enum tscal_clock_on)rc;
	run->why = tscal_clock_why(&clk);
	run->generation = tscal_clock_generation(&clk);
	rc = tscal_clock_thread_start(&clk, NULL);
	if (rc)
		return complain("cannot start a thread for the clock: %s",
			strerror(-rc));
	return 0;
}

int cmd_clock(const struct options *opts)
{
	struct clock_run run;
	enum clock_verdict verdict;
	int rc;

	running_catch_signals();
	rc = start(opts, &run);
	if (rc)
		return rc;
	rc = watch(opts, &run);
	run.interrupted = running_stopped();
	verdict = clock_verdict(&run, &judge.all);
	if (!rc && opts->json)
		rc = json_clock_result(&run, &judge.all);
	else if (!rc)
		text_clock(&run, &judge.all);
	tscal_clock_fini(&clk);
	if (rc)
		return rc;
	return verdict == CLOCK_SYSTEM ? EXIT_UNUSABLE
	       : verdict == CLOCK_BAD  ? EXIT_CONFLICT
				       : EXIT_FINE;
}
