/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* For clock_events.c and tsc_jumps.c: clocks that are watched while something
 * is done. */
#ifndef TSCAL_TESTS_VM_CLOCK_WATCH_H
#define TSCAL_TESTS_VM_CLOCK_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <tscal/tscal.h>

enum { REAL, SLEW, TAI, MONO, RAW, CLOCKS };
enum {
	SET = TSCAL_EVENT_SET,
	RATE = TSCAL_EVENT_RATE,
	SOURCE = TSCAL_EVENT_CLOCKSOURCE,
	BOUND = TSCAL_EVENT_BOUND,
	SLEWING = TSCAL_EVENT_SLEWING
};

/* What a step does to each clock: the events that must come, those that may,
 * and whether it may be set back. */
struct want {
	uint32_t must[CLOCKS], may[CLOCKS];
	bool back[CLOCKS];
};

/* What is being done, for messages. */
extern const char *step;
/* Of all steps. */
extern int failures;

/* Report a failed rule, with two numbers. */
void fail(int clock, const char *what, int64_t a, int64_t b);
/* Something cannot be done here: print errno, and exit. */
void die(const char *what);

int64_t system_ns(int id);

/* Set a clock up, or again.  Returns what tscal_clock_init() does. */
int begin(int clock);
void must_begin(int clock);

/*
 * Updates until what must come has come, and 20 at least.  A clock that is
 * concerned is not checked before it has its event; after one that is no
 * break its bound narrows with each of some updates.
 */
void watch(const struct want *w);
/* A while in which nothing happens. */
void quiet(void);
/* The end of a step: what came, and whether all was as it should be. */
void report_step(void);
/* The same, of other clocks than these. */
void say_whether(void);

#endif
