/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Readers, and the rules for them: never back within a generation, within
 * the bound or flagged, never blocked. */
#include "faults.h"

#include <pthread.h>
#include <time.h>

/* A reader without progress for so long is blocked, however busy the machine
 * is. */
#define BLOCKED_NS (60 * S)
#define HOLD_NS (10 * MS)
#define SLICE_NS (20 * MS)

struct tscal_clock clocks[CLOCKS];
const char *const clock_names[CLOCKS] = {"attached", "private", "shared"};

/* Of a reader. */
struct seen {
	int64_t last_ns;
	uint32_t generation;
	bool any;
	uint64_t readings; /* atomic */
	uint64_t intervals, tsc, generations;
	int64_t worst_ns;	/* of all readings, outside of its bracket */
	int64_t worst_tsc_ns;	/* of those by the TSC, by their interval */
	int64_t worst_bound_ns; /* that was stated */
};

static struct seen seen[CLOCKS];
static pthread_t threads[CLOCKS];
static pthread_mutex_t held[CLOCKS] = {PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static bool stop; /* atomic */

int64_t system_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * S + ts.tv_nsec;
}

static void raise_to(int64_t *most, int64_t ns)
{
	if (ns > *most)
		*most = ns;
}

static int64_t outside(int64_t ns, int64_t before, int64_t after)
{
	return ns < before ? before - ns : ns > after ? ns - after : 0;
}

static void look_at_reading(int c, struct seen *s)
{
	uint32_t generation = tscal_clock_generation(&clocks[c]);
	int64_t before = system_ns(), ns = tscal_now(&clocks[c]);
	int64_t after = system_ns();

	raise_to(&s->worst_ns, outside(ns, before, after));
	/* By the rules no reading is held for longer; the TSC's, and all that
	 * was ever seen, are within some ns. */
	check(s->worst_ns <= HOLD_NS, "%s: %ld ns off", clock_names[c],
		s->worst_ns);
	if (generation != tscal_clock_generation(&clocks[c]))
		return;
	if (s->any && generation == s->generation)
		check(ns >= s->last_ns, "%s: %ld ns back in generation %u",
			clock_names[c], s->last_ns - ns, generation);
	else
		s->generations++;
	s->any = true;
	s->generation = generation;
	s->last_ns = ns;
}

static void look_at_interval(int c, struct seen *s)
{
	struct tscal_interval iv;
	int64_t before = system_ns(), after, early, late;
	int rc = tscal_clock_interval(&clocks[c], &iv);

	after = system_ns();
	check(!rc, "%s: %d", clock_names[c], rc);
	s->intervals++;
	if (iv.reading != TSCAL_READING_TSC)
		return;
	s->tsc++;
	raise_to(&s->worst_bound_ns, (iv.latest_ns - iv.earliest_ns) / 2);
	early = iv.latest_ns - before;
	late = after - iv.earliest_ns;
	check(early >= 0 && late >= 0,
		"%s: [%ld, %ld] ns from the clock, bracket %ld ns, not flagged",
		clock_names[c], iv.earliest_ns - before, iv.latest_ns - before,
		after - before);
	raise_to(&s->worst_tsc_ns,
		outside(iv.earliest_ns / 2 + iv.latest_ns / 2, before, after));
}

static void look(int c, struct seen *s)
{
	for (int i = 0; i < 16; i++)
		look_at_reading(c, s);
	look_at_interval(c, s);
	__atomic_fetch_add(&s->readings, 16, __ATOMIC_RELAXED);
}

static void *reader(void *s)
{
	int c = (int)((struct seen *)s - seen);

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		pthread_mutex_lock(&held[c]);
		look(c, s);
		pthread_mutex_unlock(&held[c]);
	}
	return NULL;
}

void watch_hold(int clock)
{
	pthread_mutex_lock(&held[clock]);
}

void watch_go_on(int clock)
{
	pthread_mutex_unlock(&held[clock]);
}

void watch_start(void)
{
	for (int c = 0; c < CLOCKS; c++)
		check(!pthread_create(&threads[c], NULL, reader, &seen[c]),
			"no thread");
}

void watch_stop(void)
{
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int c = 0; c < CLOCKS; c++)
		pthread_join(threads[c], NULL);
}

/* Fails if one has not read for long. */
static void expect_progress(void)
{
	static uint64_t readings[CLOCKS];
	static int64_t at_ns[CLOCKS];
	int64_t now = system_ns();

	for (int c = 0; c < CLOCKS; c++) {
		uint64_t n = __atomic_load_n(
			&seen[c].readings, __ATOMIC_RELAXED);

		if (n != readings[c] || !at_ns[c])
			at_ns[c] = now;
		readings[c] = n;
		check(now - at_ns[c] < BLOCKED_NS, "%s: a reader is blocked",
			clock_names[c]);
	}
}

void watch_for(int64_t ns)
{
	int64_t end = system_ns() + ns, left;

	while ((left = end - system_ns()) > 0) {
		struct timespec ts = {
			0, (long)(left < SLICE_NS ? left : SLICE_NS)};

		nanosleep(&ts, NULL);
		expect_progress();
	}
}

void watch_here(int clock, int64_t ns)
{
	struct seen mine = {.any = false};
	int64_t end = system_ns() + ns;

	while (system_ns() < end)
		look(clock, &mine);
}

struct beside {
	int clock;
	bool stop;
};

static void *read_beside(void *arg)
{
	struct beside *b = arg;
	struct seen mine = {.any = false};

	while (!__atomic_load_n(&b->stop, __ATOMIC_RELAXED))
		look(b->clock, &mine);
	return NULL;
}

void watch_beside(int clock, void (*call)(int))
{
	struct beside b = {.clock = clock};
	pthread_t thread;

	check(!pthread_create(&thread, NULL, read_beside, &b), "no thread");
	call(clock);
	__atomic_store_n(&b.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}

void watch_expect_tsc(void)
{
	for (int c = 0; c < CLOCKS; c++)
		check(seen[c].tsc > 0, "%s: never on the TSC", clock_names[c]);
}

void watch_print(const char *name, double seconds, unsigned faults)
{
	printf("{\"run\": \"%s\", \"seconds\": %.0f, \"faults\": %u", name,
		seconds, faults);
	for (int c = 0; c < CLOCKS; c++) {
		const struct seen *s = &seen[c];

		printf(", \"%s\": {\"readings\": %lu, \"by_tsc\": %.4f, "
		       "\"generations\": %lu, "
		       "\"worst_ns\": %ld, \"worst_tsc_ns\": %ld, "
		       "\"worst_bound_ns\": %ld}",
			clock_names[c], s->readings,
			(double)s->tsc / (double)(s->intervals + !s->intervals),
			s->generations, s->worst_ns, s->worst_tsc_ns,
			s->worst_bound_ns);
	}
	printf("}\n");
	fflush(stdout);
}
