/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * One updater, paused at random in the middle of its updates, and more readers
 * than CPUs, while the clock is slewed and set: no reading is older than one
 * that the same thread has had in the same generation; what a stamp means does
 * not change; and no reader waits.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "../truth/tsc.h"
#include "clock/state.h"
#include "settable.h"

#define SECONDS 4
#define READERS_MAX 64

static struct tscal_clock clk;
static bool stop;

struct reader {
	pthread_t thread;
	uint64_t readings, kept, generations;
	int64_t back_ns;
	bool bad_stamp, bad_interval;
};

static void check_stamp(struct reader *r, uint64_t tsc, int64_t by_now)
{
	struct tscal_segment seg;
	int64_t ns;

	/* The stamp of this TSC value gives the same time as the reading, if
	 * a segment was valid then. */
	if (!page_valid(&clk.own, tsc, &seg))
		return;
	if (tscal_clock_stamp(&clk, tsc, &ns, NULL) == 0 && ns != by_now)
		r->bad_stamp = true;
}

static void *read_on(void *arg)
{
	struct reader *r = arg;
	int64_t last = INT64_MIN;
	uint32_t generation = 0;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		uint32_t before = tscal_clock_generation(&clk);
		struct tscal_interval iv;
		uint64_t tsc;
		int64_t ns, exact;

		switch (r->readings++ % 4) {
		case 0:
			ns = tscal_now_ordered(&clk);
			break;
		case 1:
			if (tscal_clock_interval(&clk, &iv) ||
				iv.earliest_ns > iv.latest_ns)
				r->bad_interval = true;
			/* fall through */
		default:
			ns = tscal_now(&clk);
		}
		tsc = tscal_rdtsc_ordered();
		if (page_read(&clk.own, tsc, &exact))
			check_stamp(r, tsc, exact);
		if (tscal_clock_generation(&clk) != before)
			continue;
		if (before == generation) {
			r->kept++;
			if (ns < last && last - ns > r->back_ns)
				r->back_ns = last - ns;
		} else {
			r->generations++;
		}
		generation = before;
		last = ns;
	}
	return NULL;
}

/* Slews, lapses, and breaks, in turn. */
static uint32_t disturb(void)
{
	const int64_t steps[] = {0, 3000, -3000, 0, 200000, -200000, 0, 0,
		20000000, 0, -20000000, 0, 5000000000, 0, -5000000000, 0};
	uint64_t begun = settable_ops.now_ns(&settable), at = begun;
	uint32_t all = 0;
	unsigned i = 0;

	/* Longer beside other work, until all of it has happened. */
	while (at - begun < SECONDS * UINT64_C(1000000000) ||
		(!(all & TSCAL_EVENT_BOUND) &&
			at - begun < 10 * SECONDS * UINT64_C(1000000000))) {
		int rc = tscal_clock_update(&clk);

		if (rc > 0)
			all |= (uint32_t)rc;
		sleep_ns(3000000);
		if (++i % 8 == 0)
			__atomic_fetch_add(&stepped_ns,
				steps[i / 8 % (sizeof(steps) / 8)],
				__ATOMIC_SEQ_CST);
		/* A while undisturbed, a while with pauses beyond the lease. */
		__atomic_store_n(&pause_most_ns,
			i / 64 % 2 ? UINT64_C(40000000) : 0, __ATOMIC_RELAXED);
		at = settable_ops.now_ns(&settable);
	}
	__atomic_store_n(&pause_most_ns, 0, __ATOMIC_RELAXED);
	return all;
}

/* Undisturbed until it runs well, then no update until the lease is over, which
 * may take some tries beside other work. */
static uint32_t lapse(void)
{
	for (int i = 0; i < 50; i++) {
		int rc;

		for (int k = 0; k < 20; k++) {
			tscal_clock_update(&clk);
			sleep_ns(3000000);
		}
		sleep_ns(40000000);
		rc = tscal_clock_update(&clk);
		if (rc > 0 && rc & TSCAL_EVENT_LAPSE)
			return (uint32_t)rc;
	}
	return 0;
}

int main(void)
{
	static struct reader readers[READERS_MAX];
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;
	long n = sysconf(_SC_NPROCESSORS_ONLN) + 4;
	struct tscal_stats stats;
	uint32_t events;
	int rc, bad = 0;

	settable_begin();
	opts.platform = &settable;
	opts.interval_ms = 10;
	rc = tscal_clock_init(&clk, CLOCK_MONOTONIC, &opts, NULL);
	if (rc != TSCAL_CLOCK_ON_TSC) {
		const char *fact = truth_why_no_tsc();

		if (*fact) {
			printf("skipped: %s\n", fact);
			return 77;
		}
		fprintf(stderr, "not on the TSC: %s\n", tscal_clock_why(&clk));
		return 1;
	}
	n = n < READERS_MAX ? n : READERS_MAX;
	for (long i = 0; i < n; i++)
		pthread_create(&readers[i].thread, NULL, read_on, &readers[i]);
	events = disturb();
	events |= lapse();
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (long i = 0; i < n; i++) {
		const struct reader *r = &readers[i];

		pthread_join(r->thread, NULL);
		printf("%lu readings, %lu followed one of their generation, of "
		       "%lu; worst step back %ld ns\n",
			r->readings, r->kept, r->generations, r->back_ns);
		bad |= r->back_ns || r->bad_stamp || r->bad_interval ||
		       !r->kept;
	}
	tscal_clock_stats(&clk, &stats);
	printf("%lu updates, %lu that published, %lu breaks, %lu slow "
	       "readings:",
		stats.updates, stats.published, stats.breaks, stats.slow);
	for (uint32_t left = events; left;)
		printf(" %s", tscal_event_next(&left));
	printf("\n");
	/* All of it has happened, or the test is none. */
	bad |= !stats.slow || stats.breaks < 3 ||
	       !(events & TSCAL_EVENT_LAPSE) || !(events & TSCAL_EVENT_BOUND) ||
	       !(events & TSCAL_EVENT_RESUMED);
	tscal_clock_fini(&clk);
	return bad;
}
