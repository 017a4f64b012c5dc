/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* From the clock's offset and rate to segments. */
#include <math.h>

#include "clock/follow/servo_parts.h"

#define QUICK_NS 10e3	    /* up to here a phase goes within a second */
#define SLEW_PPM 100.0	    /* beyond, at most this fast */
#define STEP_SLEW_PPM 500.0 /* steps of CLOCK_REALTIME: as the kernel's NTP */

#define UNCERTAIN_PPM 4e6 /* what the bound of a rate has room for */

/* The integer above; floor(3) is libm's.  2^62 at most, either way: one that
 * an int64_t does not hold would raise FE_INVALID. */
static int64_t above(double x)
{
	int64_t i = (int64_t)(x < -0x1p62 ? -0x1p62 : x > 0x1p62 ? 0x1p62 : x);

	return i + ((double)i < x);
}

/* Where the clock will be at tsc, in ns from base, by the newest anchor. */
static double predict(const struct servo *s, uint64_t tsc, int64_t base)
{
	const struct anchor *a = anchor_back(s, 0);

	return ns_between(base, a->ns) + (a->lo + a->hi) / 2 +
	       ticks_from(a->tsc, tsc) * s->rate;
}

/*
 * A line from (from, ns_from) for span ticks, whose end is off_end ns from
 * where the clock will be then.
 */
static struct tscal_segment line(const struct servo *s, uint64_t from,
	int64_t ns_from, uint64_t span, double off_end)
{
	const struct anchor *a = anchor_back(s, 0);
	double off = fabs(predict(s, from, ns_from));
	double rise = predict(s, from + span, ns_from) + off_end;
	double mult = rise / (double)span * 0x1p61;
	double uncertain = s->drift_ppm + s->rate_half / s->rate * 1e6;

	/* Anchors so wide mean nothing. */
	if (uncertain > UNCERTAIN_PPM)
		uncertain = UNCERTAIN_PPM;
	if (off < fabs(off_end))
		off = fabs(off_end);
	return (struct tscal_segment){
		.tsc_from = from,
		.span = span,
		.ns_from = ns_from,
		/* Never back, and within what a multiplication takes. */
		.mult = mult < 0	 ? 0
			: mult >= 0x1p63 ? INT64_MAX
					 : (int64_t)mult,
		/* 1 ns that the clock cuts off, and 1 that the line does. */
		.err_ns = (int64_t)(off + anchor_half(a)) + 2,
		.err_tsc = a->tsc,
		.err_ppb = (uint32_t)(uncertain * 1e3) + 1,
	};
}

static uint64_t lease_end(const struct servo *s, uint64_t now)
{
	return now + (uint64_t)ticks_of(s, LEASE * s->opts.interval_ns);
}

/*
 * In thirds of the lease.  An updater that waits until the next has begun, as
 * the thread does, then writes pieces of the same length, and readings find the
 * one in use valid nearly always.
 */
static void plan_anew(
	struct servo_plan *plan, uint64_t now, const struct tscal_segment *line)
{
	uint64_t from = line->tsc_from, end = segment_end(line);

	plan->what = SERVO_RESUME;
	plan->n = PAGE_ANEW;
	plan->seg[0] = (struct tscal_segment){
		.tsc_from = now, .flags = SEGMENT_GAP};
	for (unsigned i = 1; i < PAGE_ANEW; i++) {
		struct tscal_segment *seg = &plan->seg[i];

		*seg = *line;
		seg->tsc_from = from;
		seg->ns_from = segment_ns(line, from);
		seg->span = (end - from) / (PAGE_ANEW - i);
		from += seg->span;
	}
}

void servo_plan_first(
	struct servo *s, const struct anchor *at, struct servo_plan *plan)
{
	struct tscal_segment seg = line(s, at->tsc,
		at->ns + above((at->lo + at->hi) / 2),
		lease_end(s, at->tsc) - at->tsc, 0);

	*plan = (struct servo_plan){0};
	plan_anew(plan, at->tsc, &seg);
}

/* What is left of a phase off after ns. */
static double steer(const struct servo *s, double off, double ns)
{
	double size = fabs(off), most = ns * SLEW_PPM * 1e-6;

	/* Less cannot be measured. */
	if (size <= anchor_half(anchor_back(s, 0)) + 1)
		return off;
	if (size <= QUICK_NS)
		most = ns * QUICK_NS * 1e-9;
	else if (s->opts.slew && size > BREAK_NS)
		most = ns * STEP_SLEW_PPM * 1e-6;
	if (size <= most)
		return 0;
	return off > 0 ? off - most : off + most;
}

void servo_plan_next(struct servo *s, uint64_t now, struct servo_plan *plan)
{
	uint64_t from = segment_end(&s->newest);
	int64_t ns_from = segment_ns(&s->newest, from);
	double off = -predict(s, from, ns_from);
	double span = ticks_from(from, lease_end(s, now));

	plan->what = SERVO_PUBLISH;
	plan->n = span >= ticks_of(s, s->opts.interval_ns / 4);
	if (plan->n)
		plan->seg[0] = line(s, from, ns_from, (uint64_t)span,
			steer(s, off, span * s->rate));
}

/*
 * The TSC again, after the lease had run out or after a break.  Readings
 * meanwhile were clock_gettime()'s, and go on to be until this is published. So
 * the line begins a little later than now, as late as the clock can be by then:
 * page_resume() sees that no such reading was above it.
 */
void servo_plan_resume(
	struct servo *s, const struct anchor *now, struct servo_plan *plan)
{
	uint64_t from = now->tsc + (uint64_t)ticks_of(s, BEGINS_IN_NS);
	double ticks = ticks_from(now->tsc, from);
	int64_t ns = now->ns +
		     above(now->hi + ticks * (s->rate + rate_known(s))) + 1;
	struct tscal_segment seg = line(
		s, from, ns, lease_end(s, now->tsc) - from, 0);

	plan_anew(plan, now->tsc, &seg);
}

void servo_plan_bridge(const struct servo *s, struct servo_plan *plan)
{
	const struct tscal_segment *newest = &s->newest, *next = &plan->seg[1];
	uint64_t from = segment_end(newest);
	int64_t ns_from = segment_ns(newest, from);
	double ticks = ticks_from(from, next->tsc_from);
	double mult = ticks == 0 ? 0
				 : ns_between(ns_from, next->ns_from) / ticks *
					   0x1p61;
	int64_t err = newest->err_ns > next->err_ns ? newest->err_ns
						    : next->err_ns;

	/* If the clock was set meanwhile, the moment is not known. */
	err += (int64_t)fabs(plan->off_ns);

	/* Where the clock went in between is not known better than by the
	 * segment before, from where it was last seen. */
	plan->seg[0] = (struct tscal_segment){
		.tsc_from = from,
		.ns_from = ns_from,
		.mult = mult < 0 || mult >= 0x1p63 ? 0 : (int64_t)mult,
		.err_ns = err,
		.err_tsc = newest->err_tsc,
		.err_ppb = newest->err_ppb,
		.flags = SEGMENT_BRIDGE,
	};
}
