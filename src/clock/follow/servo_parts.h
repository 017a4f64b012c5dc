/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Between the two halves of the servo: servo.c decides,
 * servo_lines.c computes segments. */
#ifndef TSCAL_SERVO_PARTS_H
#define TSCAL_SERVO_PARTS_H

#include "clock/follow/servo.h"

/* The rules' numbers: docs/clock.md. */
#define LEASE 2.5	     /* of an interval */
#define BREAK_NS 1e6	     /* a phase beyond it is an event */
#define BREAK_PPM 500.0	     /* so is a change of rate */
#define BEGINS_IN_NS 20000.0 /* a resumed segment: when it is published */

static inline const struct anchor *anchor_back(
	const struct servo *s, uint64_t back)
{
	return &s->anchor[(s->n - 1 - back) % SERVO_ANCHORS];
}

/* From one reading of a clock to another. */
static inline double ns_between(int64_t from, int64_t to)
{
	return (double)(int64_t)((uint64_t)to - (uint64_t)from);
}

static inline double ticks_of(const struct servo *s, double ns)
{
	return ns / s->rate;
}

/* Signed ticks from one TSC value to another. */
static inline double ticks_from(uint64_t from, uint64_t to)
{
	return (double)(int64_t)(to - from);
}

/* How far off the rate may be by now, in ns per tick. */
static inline double rate_known(const struct servo *s)
{
	return s->rate_half + s->rate * s->drift_ppm * 1e-6;
}

/* The first lines, at once. */
void servo_plan_first(
	struct servo *s, const struct anchor *at, struct servo_plan *plan);

/* To the end of a lease from now: one that goes on from the newest, if that is
 * worth it. */
void servo_plan_next(struct servo *s, uint64_t now, struct servo_plan *plan);

/* The TSC again, after a break or a lapse: above earlier answers of
 * clock_gettime(). */
void servo_plan_resume(
	struct servo *s, const struct anchor *now, struct servo_plan *plan);

/* From the end of the newest to the beginning of what was resumed, for stamps.
 */
void servo_plan_bridge(const struct servo *s, struct servo_plan *plan);

#endif /* TSCAL_SERVO_PARTS_H */
