/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * clock_error SECONDS: a clock and the one that it follows.  Each reading is
 * taken between two of clock_gettime(CLOCK_MONOTONIC): how far it is outside
 * of those two is proven, whatever else the machine does.  Prints JSON.  Fails
 * if a reading stepped back within its generation, if an interval did not hold
 * the clock without having been flagged, or if a reading was more than 100 ns
 * off while the frequency of the clock did not change, and no lease ran out
 * ("steady").
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include <tscal/tscal.h>

static struct tscal_clock clk;

static int64_t system_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

struct found {
	uint64_t readings, back, unflagged;
	int64_t worst_ns;  /* outside of the bracket */
	int64_t middle_ns; /* from the middle of a tight one */
	int64_t worst_bound_ns;
};

#define STEADY_NS 100

/* Of brackets that were not interrupted: two reads of the clock and one of
 * ours. */
#define TIGHT_NS 250

static void look(struct found *f)
{
	static int64_t last = INT64_MIN;
	static uint32_t generation;
	uint32_t before_gen = tscal_clock_generation(&clk);
	int64_t before = system_ns(), ns = tscal_now_ordered(&clk);
	int64_t after = system_ns(), outside = 0, off;

	f->readings++;
	if (ns < before)
		outside = before - ns;
	if (ns > after)
		outside = ns - after;
	if (outside > f->worst_ns)
		f->worst_ns = outside;
	off = llabs(ns - before - (after - before) / 2);
	if (after - before <= TIGHT_NS && off > f->middle_ns)
		f->middle_ns = off;
	if (before_gen != tscal_clock_generation(&clk))
		return;
	if (before_gen == generation && ns < last)
		f->back++;
	generation = before_gen;
	last = ns;
}

/* An interval holds a time at which the clock was read. */
static void look_at_bound(struct found *f)
{
	struct tscal_interval iv;
	int64_t before = system_ns(), after, bound;
	int rc = tscal_clock_interval(&clk, &iv);

	after = system_ns();
	if (rc || iv.reading != TSCAL_READING_TSC)
		return;
	bound = (iv.latest_ns - iv.earliest_ns) / 2;
	if (bound > f->worst_bound_ns)
		f->worst_bound_ns = bound;
	f->unflagged += iv.latest_ns < before || iv.earliest_ns > after;
}

/* Whether NTP did not change the clock, as far as can be seen, and the
 * scheduler did not delay the updater. */
static bool left_alone(const struct timex *before, const struct timex *after,
	const struct tscal_stats *stats)
{
	return before->freq == after->freq && before->tick == after->tick &&
	       !before->offset && !after->offset && !stats->bound &&
	       !stats->breaks && !stats->slow;
}

int main(int argc, char **argv)
{
	long seconds = argc > 1 ? atol(argv[1]) : 10;
	struct timex at_first = {0}, at_last = {0};
	struct tscal_stats stats;
	struct found f = {0};
	int64_t end;
	bool steady;
	int rc = tscal_clock_init(&clk, CLOCK_MONOTONIC, NULL, NULL);

	if (rc != TSCAL_CLOCK_ON_TSC) {
		printf("skipped: %s\n", tscal_clock_why(&clk));
		return 77;
	}
	rc = tscal_clock_thread_start(&clk, NULL);
	if (rc) {
		fprintf(stderr, "clock_error: no thread: %s\n", strerror(-rc));
		return 1;
	}
	adjtimex(&at_first);
	for (end = system_ns() + seconds * 1000000000; system_ns() < end;)
		for (int i = 0; i < 1000; i++) {
			look(&f);
			if (i % 64 == 0)
				look_at_bound(&f);
		}
	adjtimex(&at_last);
	tscal_clock_stats(&clk, &stats);
	tscal_clock_fini(&clk);
	steady = left_alone(&at_first, &at_last, &stats);
	printf("{\"seconds\": %ld, \"readings\": %lu, \"worst_ns\": %ld, "
	       "\"middle_ns\": %ld, \"back\": %lu, \"unflagged\": %lu, "
	       "\"worst_bound_ns\": %ld, \"slow\": %lu, \"updates\": %lu, "
	       "\"breaks\": %lu, \"bound\": %lu, \"steady\": %s}\n",
		seconds, f.readings, f.worst_ns, f.middle_ns, f.back,
		f.unflagged, f.worst_bound_ns, stats.slow, stats.updates,
		stats.breaks, stats.bound, steady ? "true" : "false");
	return f.back || f.unflagged || (steady && f.worst_ns > STEADY_NS);
}
