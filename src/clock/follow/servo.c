/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock/follow/servo.h"

#include <math.h>

#include "clock/follow/servo_parts.h"

#define STEP_SLEW_NS 60e9 /* steps of CLOCK_REALTIME: none longer is slewed */
#define QUIET 2		  /* updates after a break */

static void push(struct servo *s, const struct anchor *a)
{
	s->anchor[s->n++ % SERVO_ANCHORS] = *a;
}

/* An update that was interrupted knows less than what follows from the last. */
static struct anchor refine(const struct servo *s, const struct anchor *now)
{
	const struct anchor *before = anchor_back(s, 0);
	double ticks = ticks_from(before->tsc, now->tsc);
	double base = ns_between(now->ns, before->ns), known = rate_known(s);
	double lo = base + before->lo + ticks * (s->rate - known);
	double hi = base + before->hi + ticks * (s->rate + known);
	struct anchor a = *now;

	if (ticks <= 0 || hi - lo >= a.hi - a.lo || lo > a.hi || hi < a.lo)
		return a;
	a.lo = lo > a.lo ? lo : a.lo;
	a.hi = hi < a.hi ? hi : a.hi;
	return a;
}

/*
 * The rate that explains the newest anchors, as many as one rate can.  While
 * the clock is steady that is a baseline of 15 intervals; when its rate
 * changes, the anchors before fall out by themselves.
 */
static void learn_rate(struct servo *s)
{
	uint64_t kept = s->n < SERVO_ANCHORS ? s->n : SERVO_ANCHORS;
	double lo = 0, hi = 0, known;

	for (uint64_t back = 1; back < kept; back++) {
		double l, h;

		if (!anchor_rates(
			    anchor_back(s, back), anchor_back(s, 0), &l, &h))
			break;
		if (back > 1) {
			l = l > lo ? l : lo;
			h = h < hi ? h : hi;
			if (l > h)
				break;
		}
		lo = l;
		hi = h;
	}
	if (hi <= 0)
		return;
	/* And what was known before, unless the clock now runs otherwise. */
	known = rate_known(s);
	if (lo <= s->rate + known && hi >= s->rate - known) {
		lo = lo > s->rate - known ? lo : s->rate - known;
		hi = hi < s->rate + known ? hi : s->rate + known;
	}
	s->rate = (lo + hi) / 2;
	s->rate_half = (hi - lo) / 2;
}

void servo_begin(struct servo *s, const struct servo_opts *opts,
	const struct anchor *at, double rate, double rate_half,
	struct servo_plan *plan)
{
	*s = (struct servo){.opts = *opts,
		.rate = rate,
		.rate_half = rate_half,
		.drift_ppm = opts->drift_ppm};
	push(s, at);
	servo_plan_first(s, at, plan);
}

void servo_break(
	struct servo *s, const struct anchor *now, struct servo_plan *plan)
{
	uint64_t end = segment_end(&s->newest);
	int64_t last_ns;

	/* Readings reach to here, or to the lease's end, and some a little
	 * further: what follows is held there if that is soon passed, though
	 * it is of another generation. */
	last_ns = segment_ns(
		&s->newest, ticks_from(now->tsc, end) > 0 ? now->tsc : end);
	plan->what = SERVO_BREAK;
	plan->from_tsc = anchor_back(s, 0)->tsc;
	plan->floor_ns = INT64_MIN;
	if (!s->opts.follow_steps &&
		ns_between(now->ns, last_ns) <= PAGE_HOLD_NS)
		plan->floor_ns = last_ns;
	s->noisy = QUIET;
	s->stepped = false;
	s->drift_ppm = s->opts.drift_ppm;
	s->n = 0;
	push(s, now);
}

/* The rate of the last two anchors alone. */
static void start_over(
	struct servo *s, const struct anchor *before, double lo, double hi)
{
	s->anchor[0] = *before;
	s->n = 1;
	s->rate = (lo + hi) / 2;
	s->rate_half = (hi - lo) / 2;
}

/* Of a TSC that can be converted; not of a stopped clock. */
static bool plausible(double lo, double hi)
{
	return lo >= 1e9 / TSCAL_CONV_HZ_MAX && hi < 1e9 / TSCAL_CONV_HZ_ABOVE;
}

/* After a break: wait until the rate is the same for a while. */
static void settle(
	struct servo *s, const struct anchor *now, struct servo_plan *plan)
{
	const struct anchor before = *anchor_back(s, 0);
	double ticks = ticks_from(before.tsc, now->tsc);
	double lo, hi, band = BREAK_PPM * 1e-6;

	if (ticks >= 0 && ticks < ticks_of(s, s->opts.interval_ns / 4))
		return;
	if (!anchor_rates(&before, now, &lo, &hi) || !plausible(lo, hi)) {
		s->n = 0;
		s->noisy = QUIET;
	} else if (lo > s->rate * (1 + band) || hi < s->rate * (1 - band)) {
		start_over(s, &before, lo, hi);
		s->noisy = QUIET;
	} else if (s->noisy) {
		s->noisy--;
	}
	push(s, now);
	learn_rate(s);
	if (s->noisy)
		return;
	plan->events |= TSCAL_EVENT_RESUMED;
	servo_plan_resume(s, now, plan);
}

/* Whether the clock is within the bound of the segments; else the
 * bound grows faster for a while. */
static void check_bound(struct servo *s, const struct anchor *now,
	const struct tscal_segment *seg, struct servo_plan *plan)
{
	double off = fabs(plan->off_ns), ppm;

	s->drift_ppm = (s->drift_ppm + s->opts.drift_ppm) / 2;
	if (off <= (double)segment_err_ns(seg, now->tsc))
		return;
	plan->events |= TSCAL_EVENT_BOUND;
	ppm = 2e6 * off /
	      (fabs(ticks_from(seg->err_tsc, now->tsc)) * s->rate + 1);
	if (ppm > 2 * BREAK_PPM)
		ppm = 2 * BREAK_PPM;
	if (ppm > s->drift_ppm)
		s->drift_ppm = ppm;
}

/* What the clock's offset means. */
enum seen {
	SEEN_USUAL,
	SEEN_STEP,     /* of less than what breaks; or the rate is another */
	SEEN_SET_BACK, /* to be slewed */
	SEEN_BREAK,
};

static enum seen look(const struct servo *s, const struct anchor *now,
	const struct servo_plan *plan)
{
	const struct anchor *before = anchor_back(s, 0);
	double most = BREAK_NS, lo, hi, band = BREAK_PPM * 1e-6;
	double ns = ticks_from(before->tsc, now->tsc) * s->rate;
	bool slew = s->opts.slew && plan->off_ns > 0 &&
		    plan->off_ns <= STEP_SLEW_NS;

	/* After a long time without an update, a rate within the band leads
	 * further.
	 */
	if (ns > LEASE * s->opts.interval_ns && ns * band > most)
		most = ns * band;
	/* And what was not known at the last anchor is no event now. */
	most += anchor_half(before) + fabs(ns / s->rate) * rate_known(s);
	if (!anchor_rates(before, now, &lo, &hi) ||
		(fabs(plan->off_ns) > most && !slew))
		return SEEN_BREAK;
	if (lo <= s->rate * (1 + band) && hi >= s->rate * (1 - band))
		return SEEN_USUAL;
	/* One interval does not distinguish a step from a rate; the next one
	 * does. */
	if (s->stepped)
		return SEEN_BREAK;
	return fabs(plan->off_ns) > most ? SEEN_SET_BACK : SEEN_STEP;
}

/* Keep an anchor, and learn from it; after a step earlier ones mean nothing. */
static void keep(struct servo *s, const struct anchor *now, bool stepped)
{
	/* Updates in quick succession would replace those that give the rate.
	 */
	double apart = ticks_from(anchor_back(s, 0)->tsc, now->tsc);

	if (stepped)
		s->n = 0;
	else if (apart < ticks_of(s, s->opts.interval_ns / 8))
		return;
	s->stepped = stepped;
	push(s, now);
	learn_rate(s);
}

/* No segment is valid now: the lease is over, or the TSC is not what it was. */
static void without_segment(
	struct servo *s, const struct anchor *now, struct servo_plan *plan)
{
	uint64_t end = segment_end(&s->newest);

	if (ticks_from(end, now->tsc) < 0) {
		plan->events |= TSCAL_EVENT_JUMP;
		servo_break(s, now, plan);
		return;
	}
	/* A step between updates is no rate: it may have been either. */
	check_bound(s, now, &s->newest, plan);
	keep(s, now, plan->events & TSCAL_EVENT_BOUND);
	plan->events |= TSCAL_EVENT_LAPSE;
	servo_plan_resume(s, now, plan);
	servo_plan_bridge(s, plan);
}

void servo_step(struct servo *s, const struct anchor *taken,
	const struct tscal_segment *seg, struct servo_plan *plan)
{
	double begins_in = ticks_from(taken->tsc, s->begins_tsc);
	const struct anchor *now = taken;
	struct anchor refined;
	enum seen seen;

	*plan = (struct servo_plan){.what = SERVO_NOTHING};
	if (s->noisy) {
		settle(s, now, plan);
		return;
	}
	/* Resumed just now, and about to begin. */
	if (begins_in > 0 && begins_in <= ticks_of(s, BEGINS_IN_NS))
		return;
	refined = refine(s, taken);
	now = &refined;
	/* With the lease over, where the last line would be now. */
	plan->off_ns = anchor_off(
		now, segment_ns(seg ? seg : &s->newest, now->tsc));
	seen = look(s, now, plan);
	if (seen == SEEN_BREAK) {
		if (ticks_from(anchor_back(s, 0)->tsc, now->tsc) <= 0)
			plan->events |= TSCAL_EVENT_JUMP;
		servo_break(s, now, plan);
		return;
	}
	if (!seg) {
		without_segment(s, now, plan);
		return;
	}
	if (seen == SEEN_SET_BACK)
		plan->events |= TSCAL_EVENT_SLEWING;
	else
		check_bound(s, now, seg, plan);
	keep(s, now, seen != SEEN_USUAL);
	servo_plan_next(s, now->tsc, plan);
}

void servo_published(struct servo *s, const struct servo_plan *plan)
{
	if (plan->what == SERVO_RESUME)
		s->begins_tsc = plan->seg[1].tsc_from;
	if (plan->n)
		s->newest = plan->seg[plan->n - 1];
}

void servo_not_resumed(struct servo *s)
{
	s->noisy = 1;
}
