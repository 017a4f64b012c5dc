/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Three clocks in one process, while the kernel's are set, steered, and given a
 * leap second.  For a guest of this lab alone: elsewhere it refuses.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <time.h>

#include <tscal/tscal.h>

#include "in_lab.h"

#define S INT64_C(1000000000)

enum { REAL, TAI, MONO, CLOCKS };
static const char *const names[] = {"realtime", "tai", "monotonic"};
static const int ids[] = {CLOCK_REALTIME, CLOCK_TAI, CLOCK_MONOTONIC};
static struct tscal_clock clk[CLOCKS];
static int failed;

static void fail(const char *what, int which, long long value)
{
	printf("%s: %s: %lld\n", what, names[which], value);
	failed = 1;
}

static int64_t system_ns(int id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * S + ts.tv_nsec;
}

/* Events of all updates of the clocks, every 100 ms. */
static void update(int times, uint32_t events[CLOCKS])
{
	const struct timespec interval = {0, 100000000};

	memset(events, 0, CLOCKS * sizeof(*events));
	for (int i = 0; i < times; i++) {
		nanosleep(&interval, NULL);
		for (int c = 0; c < CLOCKS; c++) {
			int rc = tscal_clock_update(&clk[c]);

			if (rc < 0)
				fail("update", c, rc);
			else
				events[c] |= (uint32_t)rc;
		}
	}
}

static void show(const char *what, const uint32_t events[CLOCKS])
{
	printf("%s:", what);
	for (int c = 0; c < CLOCKS; c++) {
		printf(" %s", names[c]);
		for (uint32_t left = events[c]; left;)
			printf(" %s", tscal_event_next(&left));
		printf("%s", c < CLOCKS - 1 ? "," : "\n");
	}
}

/* Where each clock is: within its bound, or it says so.  on_tsc: and it says
 * nothing of the kind. */
static void look(const char *what, bool on_tsc)
{
	for (int c = 0; c < CLOCKS; c++) {
		int64_t before = system_ns(ids[c]), after;
		struct tscal_interval iv;

		if (tscal_clock_interval(&clk[c], &iv))
			fail(what, c, -1);
		after = system_ns(ids[c]);
		if ((iv.earliest_ns > after || iv.latest_ns < before) &&
			iv.reading == TSCAL_READING_TSC)
			fail(what, c, (long long)(iv.latest_ns - before));
		if (on_tsc && iv.reading != TSCAL_READING_TSC)
			fail(what, c, iv.reading);
	}
}

static void set_by(int64_t ns)
{
	int64_t t = system_ns(CLOCK_REALTIME) + ns;
	struct timespec ts = {t / S, t % S};

	if (clock_settime(CLOCK_REALTIME, &ts))
		perror("clock_settime"), exit(1);
}

static void adjust(struct timex t)
{
	if (adjtimex(&t) < 0)
		perror("adjtimex"), exit(1);
}

static void quiet(const char *what)
{
	uint32_t events[CLOCKS];

	update(40, events);
	look(what, true);
	update(5, events);
	for (int c = 0; c < CLOCKS; c++)
		if (events[c] & TSCAL_EVENT_BREAKS)
			fail(what, c, events[c]);
}

/* Told at the next update, another generation, and followed at once. */
static void set(const char *what, int64_t ns)
{
	uint32_t generation[CLOCKS], events[CLOCKS];

	quiet(what);
	for (int c = 0; c < CLOCKS; c++)
		generation[c] = tscal_clock_generation(&clk[c]);
	set_by(ns);
	update(1, events);
	show(what, events);
	look(what, false);
	for (int c = 0; c < CLOCKS; c++) {
		/* CLOCK_TAI is made of CLOCK_REALTIME. */
		bool steps = c != MONO;

		if (!(events[c] & TSCAL_EVENT_SET) == steps)
			fail(what, c, events[c]);
		if (tscal_clock_generation(&clk[c]) !=
			generation[c] + (uint32_t)steps)
			fail(what, c, tscal_clock_generation(&clk[c]));
	}
}

/* Steered: followed without a break up to 500 ppm, and by one beyond. */
static void steer(const char *what, double ppm, long tick)
{
	uint32_t events[CLOCKS];

	quiet(what);
	adjust((struct timex){.modes = ADJ_FREQUENCY | ADJ_TICK,
		.freq = (long)(ppm * 65536),
		.tick = tick});
	update(10, events);
	show(what, events);
	look(what, false);
	for (int c = 0; c < CLOCKS; c++) {
		uint32_t breaks = events[c] & TSCAL_EVENT_BREAKS;

		/* At 500 ppm exactly it may be taken for more. */
		if (tick != 10000
				? breaks != TSCAL_EVENT_RATE
				: breaks && (ppm * ppm < 400 * 400 ||
						    breaks != TSCAL_EVENT_RATE))
			fail(what, c, events[c]);
	}
	quiet(what);
}

/* At 23:59:55 of 30 June 2026 one more second is announced. */
static void leap(void)
{
	const char *what = "leap second";
	uint32_t events[CLOCKS], tai;
	struct timespec ts = {1782863995, 0};
	int64_t before;

	if (clock_settime(CLOCK_REALTIME, &ts))
		perror("clock_settime"), exit(1);
	update(2, events);
	quiet(what);
	/* Anew, as that took more than the time that was left. */
	if (clock_settime(CLOCK_REALTIME, &ts))
		perror("clock_settime"), exit(1);
	adjust((struct timex){
		.modes = ADJ_STATUS, .status = STA_INS | STA_PLL});
	update(20, events);
	tai = tscal_clock_generation(&clk[TAI]);
	before = system_ns(CLOCK_TAI) - system_ns(CLOCK_REALTIME);
	update(60, events);
	show(what, events);
	if (system_ns(CLOCK_TAI) - system_ns(CLOCK_REALTIME) - before < S / 2)
		fail("there was none", REAL, 0);
	if (!(events[REAL] & TSCAL_EVENT_SET))
		fail(what, REAL, events[REAL]);
	if (events[TAI] & TSCAL_EVENT_BREAKS ||
		tscal_clock_generation(&clk[TAI]) != tai)
		fail(what, TAI, events[TAI]);
	if (events[MONO] & TSCAL_EVENT_BREAKS)
		fail(what, MONO, events[MONO]);
	adjust((struct timex){.modes = ADJ_STATUS, .status = 0});
	quiet(what);
}

int main(void)
{
	if (!in_lab()) {
		fputs("clock_events: this is no guest of the lab\n", stderr);
		return 1;
	}
	if (tscal_clock_init(&clk[TAI], CLOCK_TAI, NULL, NULL) != -EAGAIN)
		fail("without an offset", TAI, 0);
	adjust((struct timex){.modes = ADJ_TAI, .constant = 37});
	for (int c = 0; c < CLOCKS; c++)
		if (tscal_clock_init(&clk[c], ids[c], NULL, NULL)) {
			printf("%s: %s\n", names[c], tscal_clock_why(&clk[c]));
			return 1;
		}
	set("set by 1 s", S);
	set("set by -1 s", -S);
	steer("10 ppm", 10, 10000);
	steer("-10 ppm", -10, 10000);
	steer("500 ppm", 500, 10000);
	steer("-500 ppm", -500, 10000);
	steer("another tick", 0, 10100);
	steer("the same tick", 0, 9900);
	adjust((struct timex){
		.modes = ADJ_FREQUENCY | ADJ_TICK, .tick = 10000});
	leap();
	return failed;
}
