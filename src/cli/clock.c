/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * tscal clock: a clock for a while, beside the one that it follows.  Each
 * reading is taken between two of clock_gettime(): how far it lies outside of
 * those two is proven, whatever else the machine does.
 */
#include "cli/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)
/* Between looks.  The thread sleeps meanwhile, as a program does. */
#define LOOK_NS 1000000
/* Brackets in a look; the first ones find cold caches. */
#define TRIES 8
#define INTERVAL_DEFAULT_MS 100

static struct tscal_clock clk;
static struct found second, all;

/* Readings beyond the bound that no update has judged yet. */
static struct {
	uint64_t n, updates;
	uint32_t generation;
} unjudged;

static int64_t last_ns;
static uint32_t last_generation;
static bool has_last;

/* The vDSO's clocks fault where RDTSC is disabled. */
static bool by_system_call;

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static int64_t system_ns(clockid_t id)
{
	struct timespec ts = {0};

	if (by_system_call)
		syscall(SYS_clock_gettime, id, &ts);
	else
		clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* How the numbers of bins grow: SPREAD_HALF for each power of two. */
static size_t bin_of(uint64_t ns)
{
	unsigned shift = 0;

	while (ns >> shift >= 2 * SPREAD_HALF)
		shift++;
	return (size_t)shift * SPREAD_HALF + (size_t)(ns >> shift);
}

void spread_add(struct spread *s, int64_t ns)
{
	if (!s->n || ns < s->min_ns)
		s->min_ns = ns;
	if (!s->n || ns > s->max_ns)
		s->max_ns = ns;
	s->n++;
	s->bins[bin_of((uint64_t)ns)]++;
}

int64_t spread_median_ns(const struct spread *s)
{
	uint64_t seen = 0;
	size_t bin = 0, shift;

	while (bin < SPREAD_BINS - 1 && (seen += s->bins[bin]) * 2 < s->n)
		bin++;
	shift = bin < 2 * SPREAD_HALF ? 0 : bin / SPREAD_HALF - 1;
	bin -= shift * SPREAD_HALF;
	/* The least of a bin may be less than all that is in it. */
	return (int64_t)((uint64_t)bin << shift) < s->min_ns
		       ? s->min_ns
		       : (int64_t)((uint64_t)bin << shift);
}

static void spread_sum(struct spread *to, const struct spread *s)
{
	if (!s->n)
		return;
	if (!to->n || s->min_ns < to->min_ns)
		to->min_ns = s->min_ns;
	if (!to->n || s->max_ns > to->max_ns)
		to->max_ns = s->max_ns;
	to->n += s->n;
	for (size_t i = 0; i < SPREAD_BINS; i++)
		to->bins[i] += s->bins[i];
}

/* Of clock_gettime() CLOCK_REALTIME may be set back at any time. */
static void look_for_step(int64_t ns, uint32_t generation)
{
	if (has_last && generation == last_generation && ns < last_ns)
		second.back++;
	last_ns = ns;
	last_generation = generation;
	has_last = true;
}

struct bracket {
	int64_t half_ns, error_ns;
};

static void look_once(
	const struct clock_run *run, clockid_t id, struct bracket *tightest)
{
	uint32_t generation = tscal_clock_generation(&clk);
	int64_t before = system_ns(id), ns = tscal_now_ordered(&clk);
	int64_t after = system_ns(id), half = (after - before) / 2;
	int64_t beyond = ns < before ? before - ns : ns - after;

	second.readings++;
	if (run->on == TSCAL_CLOCK_ON_TSC &&
		generation == tscal_clock_generation(&clk))
		look_for_step(ns, generation);
	/* Somebody set it back in between: no bracket. */
	if (after < before)
		return;
	if (beyond > second.beyond_ns)
		second.beyond_ns = beyond;
	if (tightest->half_ns < 0 || half < tightest->half_ns)
		*tightest = (struct bracket){half, llabs(ns - before - half)};
}

/* An interval holds a time at which the clock was read. */
static void look_at_bound(clockid_t id)
{
	struct tscal_interval iv;
	struct tscal_stats stats;
	int64_t before = system_ns(id), after;
	int rc = tscal_clock_interval(&clk, &iv);

	after = system_ns(id);
	if (rc || iv.reading == TSCAL_READING_SYSTEM)
		return;
	spread_add(&second.bound, (iv.latest_ns - iv.earliest_ns) / 2);
	if (iv.reading == TSCAL_READING_DOUBTED) {
		second.doubted++;
		return;
	}
	if (after < before ||
		(iv.latest_ns >= before && iv.earliest_ns <= after))
		return;
	if (!unjudged.n) {
		tscal_clock_stats(&clk, &stats);
		unjudged.updates = stats.updates;
		unjudged.generation = iv.generation;
	}
	unjudged.n++;
}

/*
 * A clock that is set, or a TSC that jumps, is noticed by the next update, or
 * by the one after it.  Readings before that could not be flagged, and are told
 * apart by the change of the generation.
 */
static void judge_again(bool at_end)
{
	struct tscal_stats stats;

	if (!unjudged.n)
		return;
	tscal_clock_stats(&clk, &stats);
	if (tscal_clock_generation(&clk) != unjudged.generation)
		second.excused += unjudged.n;
	else if (at_end || stats.updates >= unjudged.updates + 2)
		second.outside += unjudged.n;
	else
		return;
	unjudged.n = 0;
}

static void look(const struct clock_run *run, clockid_t id)
{
	struct bracket tightest = {-1, 0};

	for (int i = 0; i < TRIES; i++)
		look_once(run, id, &tightest);
	if (tightest.half_ns >= 0) {
		spread_add(&second.error, tightest.error_ns);
		spread_add(&second.bracket, tightest.half_ns);
	}
	look_at_bound(id);
	judge_again(false);
}

/* Add the second that ends now to all of them. */
static void end_second(int64_t start_ns)
{
	struct tscal_stats now;

	tscal_clock_stats(&clk, &now);
	second.stats = now;
	second.stats.slow -= all.stats.slow;
	second.stats.updates -= all.stats.updates;
	second.stats.breaks -= all.stats.breaks;
	second.stats.bound -= all.stats.bound;
	second.seconds = (double)(system_ns(CLOCK_MONOTONIC) - start_ns) / 1e9;
	second.generation = tscal_clock_generation(&clk);
	all.stats = now;
	all.seconds = second.seconds;
	all.generation = second.generation;
	all.readings += second.readings;
	all.back += second.back;
	all.outside += second.outside;
	all.excused += second.excused;
	all.doubted += second.doubted;
	if (second.beyond_ns > all.beyond_ns)
		all.beyond_ns = second.beyond_ns;
	spread_sum(&all.error, &second.error);
	spread_sum(&all.bracket, &second.bracket);
	spread_sum(&all.bound, &second.bound);
}

#define PROGRESS_WIDTH 79

static void progress(const char *line)
{
	fprintf(stderr, "\r%-*.*s", PROGRESS_WIDTH, PROGRESS_WIDTH, line);
	if (!*line)
		fputc('\r', stderr);
}

static int show_second(const struct options *opts, const struct clock_run *run)
{
	char line[PROGRESS_WIDTH + 1];

	if (opts->json)
		return json_clock_second(run, &second);
	if (!isatty(STDERR_FILENO))
		return 0;
	snprintf(line, sizeof(line),
		"%.0f of %g s: %lld ns off by the median, %lld at worst",
		second.seconds, opts->clock.duration_s,
		(long long)spread_median_ns(&second.error),
		(long long)second.error.max_ns);
	progress(line);
	return 0;
}

static int watch(const struct options *opts, const struct clock_run *run)
{
	int64_t start = system_ns(CLOCK_MONOTONIC), now;
	int64_t end = start + (int64_t)(opts->clock.duration_s * 1e9);
	int64_t next = start + NS_PER_S;
	struct timespec pause = {0, LOOK_NS};
	int rc = 0;

	do {
		look(run, opts->clock_id);
		now = system_ns(CLOCK_MONOTONIC);
		if (now >= next) {
			end_second(start);
			rc = show_second(opts, run);
			memset(&second, 0, sizeof(second));
			next += (now - next) / NS_PER_S * NS_PER_S + NS_PER_S;
		}
		if (now < end && !stopped)
			nanosleep(&pause, NULL);
	} while (!rc && !stopped && now < end);
	if (unjudged.n) {
		/* Two updates. */
		int64_t ns = run->interval_ms * INT64_C(2500000);

		pause = (struct timespec){ns / NS_PER_S, ns % NS_PER_S};
		nanosleep(&pause, NULL);
		judge_again(true);
	}
	end_second(start);
	if (!opts->json && isatty(STDERR_FILENO))
		progress("");
	return rc;
}

enum clock_verdict clock_verdict(
	const struct clock_run *run, const struct found *found)
{
	if (run->on == TSCAL_CLOCK_ON_SYSTEM)
		return CLOCK_SYSTEM;
	return found->back || found->outside ? CLOCK_BAD : CLOCK_GOOD;
}

const char *clock_verdict_str(enum clock_verdict verdict)
{
	return verdict == CLOCK_GOOD  ? "good"
	       : verdict == CLOCK_BAD ? "bad"
				      : "system";
}

static int start(const struct options *opts, struct clock_run *run)
{
	struct tscal_clock_opts how = TSCAL_CLOCK_OPTS_INIT;
	int rc;

	how.interval_ms = opts->clock.interval_ms;
	how.flags = opts->clock.slew ? TSCAL_CLOCK_SLEW : 0;
	*run = (struct clock_run){.clock = tscal_clock_id_str(opts->clock_id),
		.interval_ms = how.interval_ms ? how.interval_ms
					       : INTERVAL_DEFAULT_MS,
		.slew = opts->clock.slew};
	rc = tscal_clock_init(&clk, opts->clock_id, &how, NULL);
	if (rc < 0) {
		complain("no clock %s: %s", run->clock,
			rc == -EAGAIN ? "the kernel does not know the offset "
					"of TAI"
				      : strerror(-rc));
		return EXIT_FAILED;
	}
	run->on = (enum tscal_clock_on)rc;
	run->why = tscal_clock_why(&clk);
	run->generation = tscal_clock_generation(&clk);
	rc = tscal_clock_thread_start(&clk, NULL);
	if (rc) {
		complain("no thread for the clock: %s", strerror(-rc));
		return EXIT_FAILED;
	}
	return 0;
}

int cmd_clock(const struct options *opts)
{
	/* The second signal ends the command at once. */
	struct sigaction act = {
		.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
	struct clock_run run;
	enum clock_verdict verdict;
	int rc = start(opts, &run), permitted = PR_TSC_ENABLE;

	by_system_call = !prctl(PR_GET_TSC, &permitted, 0, 0, 0) &&
			 permitted != PR_TSC_ENABLE;
	if (rc)
		return rc;
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	rc = watch(opts, &run);
	run.interrupted = stopped;
	verdict = clock_verdict(&run, &all);
	if (!rc && opts->json)
		rc = json_clock_result(&run, &all);
	else if (!rc)
		text_clock(&run, &all);
	tscal_clock_fini(&clk);
	if (rc)
		return rc;
	return verdict == CLOCK_SYSTEM ? EXIT_UNUSABLE
	       : verdict == CLOCK_BAD  ? EXIT_CONFLICT
				       : EXIT_FINE;
}
