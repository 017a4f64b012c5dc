/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock_watch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define S INT64_C(1000000000)

/* Between updates; five reads in each. */
#define INTERVAL_MS 50
#define READS 5
#define QUIET 20
#define MOST 400
#define QUIET_TRIES 4

/* A clock, and what was seen of it. */
static struct {
	const char *name;
	int id;
	uint32_t flags;
	struct tscal_clock clk;
	uint32_t generation; /* of the newest reading */
	int64_t ns;	     /* it */
	bool on_tsc;	     /* at the newest read */
	uint32_t events;     /* in this step */
	int breaks, excused;
} c[CLOCKS] = {
	[REAL] = {.name = "realtime", .id = CLOCK_REALTIME},
	[SLEW] = {.name = "realtime that slews",
		.id = CLOCK_REALTIME,
		.flags = TSCAL_CLOCK_SLEW},
	[TAI] = {.name = "tai", .id = CLOCK_TAI},
	[MONO] = {.name = "monotonic", .id = CLOCK_MONOTONIC},
	[RAW] = {.name = "raw", .id = CLOCK_MONOTONIC_RAW},
};

static const struct want nothing;
const char *step = "setting up";
static bool failed; /* this step */
int failures;

void fail(int i, const char *what, int64_t a, int64_t b)
{
	failed = true;
	/* The serial port is slow. */
	if (failures++ < 100)
		printf("%s: %s: %s: %" PRId64 ", %" PRId64 "\n", step,
			c[i].name, what, a, b);
}

static void print_events(uint32_t events)
{
	if (!events)
		printf(" nothing");
	while (events)
		printf(" %s", tscal_event_next(&events));
}

static void fail_events(int i, const char *what, uint32_t events)
{
	failed = true;
	failures++;
	printf("%s: %s: %s:", step, c[i].name, what);
	print_events(events);
	printf("\n");
}

void die(const char *what)
{
	printf("%s: %s: %s\n", step, what, strerror(errno));
	exit(1);
}

int64_t system_ns(int id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts))
		die("clock_gettime");
	return ts.tv_sec * S + ts.tv_nsec;
}

/* A reading is not below the one before it in its generation. */
static void look_at_now(int i)
{
	uint32_t before = tscal_clock_generation(&c[i].clk);
	int64_t ns = tscal_now(&c[i].clk);
	uint32_t after = tscal_clock_generation(&c[i].clk);

	if (before != after)
		return;
	if (before == c[i].generation && ns < c[i].ns)
		fail(i, "a reading steps back, from and to", c[i].ns, ns);
	c[i].generation = before;
	c[i].ns = ns;
}

/* The interval holds the clock; excuse: where it need not yet. */
static void look_at_interval(int i, bool excuse)
{
	int64_t before = system_ns(c[i].id), after, off = 0;
	struct tscal_interval iv;
	int rc = tscal_clock_interval(&c[i].clk, &iv);

	after = system_ns(c[i].id);
	if (rc) {
		fail(i, "tscal_clock_interval()", rc, 0);
		return;
	}
	c[i].on_tsc = iv.reading != TSCAL_READING_SYSTEM;
	/* A reading flagged as doubted is excused; a clock that was set
	 * back between the two has no value to compare. */
	if (iv.reading == TSCAL_READING_DOUBTED || after < before)
		return;
	if (iv.earliest_ns > after)
		off = iv.earliest_ns - after;
	else if (iv.latest_ns < before)
		off = iv.latest_ns - before;
	if (off && excuse)
		c[i].excused++;
	else if (off)
		fail(i, "an interval of this width is off by so many ns",
			iv.latest_ns - iv.earliest_ns, off);
}

/*
 * One update of all clocks, and reads before it.  Another generation comes by
 * an update, with an event for it, and by nothing else: but where the
 * lease is over and the clock was set back, readings find that themselves.
 */
static void update(const struct want *w, const bool excuse[CLOCKS])
{
	const struct timespec part = {0, INTERVAL_MS * 1000000 / READS};

	for (int n = 0; n < READS; n++) {
		nanosleep(&part, NULL);
		for (int i = 0; i < CLOCKS; i++) {
			look_at_now(i);
			look_at_interval(i, excuse[i]);
		}
	}
	for (int i = 0; i < CLOCKS; i++) {
		uint32_t before = tscal_clock_generation(&c[i].clk), after;
		int rc = tscal_clock_update(&c[i].clk);
		bool broke = rc > 0 && rc & TSCAL_EVENT_BREAKS;

		after = tscal_clock_generation(&c[i].clk);
		if (rc < 0) {
			fail(i, "tscal_clock_update()", rc, 0);
			continue;
		}
		if (before != c[i].generation && !w->back[i])
			fail(i, "another generation without an update",
				c[i].generation, before);
		if ((before != after) != broke) {
			fail(i, "generations before and after an update",
				before, after);
			fail_events(i, "that update reported", (uint32_t)rc);
		}
		c[i].generation = before;
		look_at_now(i);
		c[i].events |= (uint32_t)rc;
		c[i].breaks += broke;
	}
}

/* Whether each clock has had its events and is on the TSC again. */
static bool all_done(const struct want *w)
{
	bool done = true;

	for (int i = 0; i < CLOCKS; i++)
		done = done && (c[i].events & w->must[i]) == w->must[i] &&
		       c[i].on_tsc &&
		       (!c[i].breaks || c[i].events & TSCAL_EVENT_RESUMED);
	return done;
}

void watch(const struct want *w)
{
	for (int i = 0; i < CLOCKS; i++)
		c[i].events = 0, c[i].breaks = 0, c[i].excused = 0;
	for (int n = 0; n < MOST && (n < QUIET || !all_done(w)); n++) {
		bool excuse[CLOCKS];

		for (int i = 0; i < CLOCKS; i++)
			excuse[i] = (w->must[i] & ~c[i].events) ||
				    (w->may[i] && n < QUIET);
		update(w, excuse);
	}
	for (int i = 0; i < CLOCKS; i++) {
		uint32_t allowed = w->must[i] | w->may[i] | TSCAL_EVENT_LAPSE;

		if (allowed & TSCAL_EVENT_BREAKS)
			allowed |= TSCAL_EVENT_RESUMED;
		if (w->must[i] & ~c[i].events)
			fail_events(i, "did not report its event, but",
				c[i].events);
		if (c[i].events & ~allowed)
			fail_events(i, "reported an event", c[i].events);
		if (c[i].breaks > 1)
			fail(i, "breaks, of one", c[i].breaks, 1);
		if (!c[i].on_tsc)
			fail(i, "is not on the TSC again", 0, 0);
	}
}

static void end_step(void)
{
	for (int i = 0; i < CLOCKS; i++) {
		printf("  %s:", c[i].name);
		print_events(c[i].events);
		printf("; %d readings off before it was noticed\n",
			c[i].excused);
	}
}

static bool any_lapsed(void)
{
	for (int i = 0; i < CLOCKS; i++)
		if (c[i].events & TSCAL_EVENT_LAPSE)
			return true;
	return false;
}

/* A lapse says that this guest did not run for longer than a lease: what was
 * reported then is printed, and tells nothing of a guest that runs. */
void quiet(void)
{
	const bool failed_before = failed;
	const int failures_before = failures;

	for (int tries = 0;; tries++) {
		watch(&nothing);
		if (failures == failures_before || !any_lapsed() ||
			tries == QUIET_TRIES)
			return;
		printf("%s: this guest did not run for a while:\n", step);
		end_step();
		failed = failed_before;
		failures = failures_before;
	}
}

int begin(int i)
{
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;
	int rc;

	opts.flags = c[i].flags;
	opts.interval_ms = INTERVAL_MS;
	rc = tscal_clock_init(&c[i].clk, c[i].id, &opts, NULL);
	c[i].generation = tscal_clock_generation(&c[i].clk);
	c[i].ns = INT64_MIN;
	return rc;
}

void must_begin(int i)
{
	int rc = begin(i);

	if (rc) {
		printf("%s: %s: tscal_clock_init() returns %d: %s\n", step,
			c[i].name, rc, tscal_clock_why(&c[i].clk));
		exit(1);
	}
}

void report_step(void)
{
	end_step();
	say_whether();
}

void say_whether(void)
{
	printf("%s: %s\n", step, failed ? "broken" : "kept");
	fflush(stdout);
	failed = false;
}
