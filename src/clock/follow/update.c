/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* An update: read the clocks, decide (servo.c), write the page. */
#include <errno.h>

#include "clock/follow/servo_parts.h"
#include "clock/state.h"

/* Of one update, if the page changed meanwhile. */
#define TRIES 3
/* Fewer than when a clock is set up: what is known already adds to it. */
#define UPDATE_READS 8
/* Between reads of the clocksource, a file of sysfs. */
#define CLOCKSOURCE_NS 1e9

/* What one look found. */
struct look {
	struct anchor now;
	struct clocks clocks;
	struct servo servo; /* the state after it */
	struct servo_plan plan;
	bool clocksource; /* read, too */
};

/*
 * The servo knows the TSC and the clock alone: with TSCAL_CLOCK_SLEW it takes a
 * TSC that jumped ahead for a clock that was set back, and would work that off.
 */
static bool tsc_jumped(const struct tscal_clock *clk,
	const struct clock_state *st, const struct look *l)
{
	return st->servo.opts.slew && l->plan.off_ns >= BREAK_NS &&
	       (l->plan.events & (TSCAL_EVENT_SLEWING | TSCAL_EVENT_BOUND)) &&
	       st->clocks.complete && l->clocks.complete &&
	       break_reason(&st->clocks, &l->clocks, &st->timekeeping,
		       &st->timekeeping, st->raw_rate,
		       clk->clock_id) == TSCAL_EVENT_JUMP;
}

/* Leave the TSC for a reason that the servo does not see. */
static int break_for(struct look *l, enum tscal_event event)
{
	l->plan = (struct servo_plan){.n = 0};
	servo_break(&l->servo, &l->now, &l->plan);
	l->plan.events = event;
	return 0;
}

/* Look at the clocks, and plan; nothing is changed yet. */
static int look(const struct tscal_clock *clk, const struct clock_state *st,
	struct look *l)
{
	double rate = st->servo.rate;
	struct tscal_segment seg;
	bool valid;
	int rc = anchor_take(
		st->plat, clk->clock_id, UPDATE_READS, rate, &l->now);

	if (rc)
		return rc;
	clocks_take(st->plat, rate, &l->clocks);
	l->servo = st->servo;
	l->clocksource = (double)(int64_t)(l->now.tsc - st->looked_tsc) *
				 rate >=
			 CLOCKSOURCE_NS;
	/* A parent that was in the middle of an update may have left any
	 * state to its child. */
	if (st->process != st->lock)
		return break_for(l, TSCAL_EVENT_FORKED);
	valid = page_valid(st->page, l->now.tsc, &seg);
	servo_step(&l->servo, &l->now, valid ? &seg : NULL, &l->plan);
	if (l->plan.what == SERVO_BREAK)
		return 0;
	if (tsc_jumped(clk, st, l))
		return break_for(l, TSCAL_EVENT_JUMP);
	if (l->clocksource && clocksource_changed(st->plat, &st->timekeeping))
		return break_for(l, TSCAL_EVENT_CLOCKSOURCE);
	return 0;
}

/* The reason of a break, where the plan does not know it. */
static void classify(const struct tscal_clock *clk,
	const struct clock_state *st, struct look *l, struct timekeeping *here)
{
	uint32_t known = l->plan.events & TSCAL_EVENT_BREAKS;

	if (l->plan.what != SERVO_BREAK)
		return;
	timekeeping_read(st->plat, st->servo.rate, here);
	/* That the TSC went back may have a reason. */
	if (known & ~(uint32_t)TSCAL_EVENT_JUMP)
		return;
	l->plan.events &= ~(uint32_t)TSCAL_EVENT_BREAKS;
	l->plan.events |= break_reason(&st->clocks, &l->clocks,
		&st->timekeeping, here, st->raw_rate, clk->clock_id);
}

static void count(uint64_t *counter)
{
	__atomic_store_n(counter,
		__atomic_load_n(counter, __ATOMIC_RELAXED) + 1,
		__ATOMIC_RELAXED);
}

static void update_counters(struct clock_state *st, const struct look *l)
{
	double off = l->plan.off_ns < 0 ? -l->plan.off_ns : l->plan.off_ns;
	bool doubted = l->plan.events &
		       (TSCAL_EVENT_BOUND | TSCAL_EVENT_SLEWING);
	uint32_t flags = st->page->flags & ~PAGE_DOUBTED;

	if (l->plan.events & TSCAL_EVENT_BOUND)
		count(&st->bound);
	if (l->plan.events & TSCAL_EVENT_LAPSE)
		count(&st->lapses);
	if (l->plan.what != SERVO_BREAK && off > (double)st->worst_ns)
		__atomic_store_n(&st->worst_ns, (int64_t)off, __ATOMIC_RELAXED);
	__atomic_store_n(&st->page->flags,
		doubted ? flags | PAGE_DOUBTED : flags, __ATOMIC_RELEASE);
	st->clocks = l->clocks;
	if (l->clocksource)
		st->looked_tsc = l->now.tsc;
}

/* The other clocksource may be worse, if the first was the TSC. */
static void remember(
	struct clock_state *st, const struct look *l, struct timekeeping *here)
{
	st->timekeeping = *here;
	st->looked_tsc = l->now.tsc;
	__atomic_store_n(&st->process, st->lock, __ATOMIC_RELEASE);
	if (st->drift_by_clocksource)
		st->servo.opts.drift_ppm = clock_raw_drift_ppm(here);
	if (st->servo.drift_ppm < st->servo.opts.drift_ppm)
		st->servo.drift_ppm = st->servo.opts.drift_ppm;
}

/*
 * On the TSC again.  Not while a reading by clock_gettime() would be held at
 * an earlier value, because that is soon passed: a reader does the same.
 */
static bool resume(struct clock_state *st, struct look *l)
{
	int64_t ns = l->now.ns, highest_ns;
	struct tscal_segment seg;

	if (page_answer(st->page, &st->system, page_latch(st->page), l->now.tsc,
		    &ns, &seg) != PAGE_BY_SYSTEM)
		return false;
	highest_ns = __atomic_load_n(&st->system.highest_ns, __ATOMIC_SEQ_CST);
	if (highest_ns > l->now.ns &&
		(uint64_t)highest_ns - (uint64_t)l->now.ns > PAGE_HOLD_NS)
		page_forget(st->page, &st->system);
	if (ns > l->plan.seg[1].ns_from)
		return false;
	return page_resume(
		st->page, &st->system, page_latch(st->page), l->plan.seg);
}

/* Write the page.  False: it changed meanwhile, or cannot be written yet. */
static bool carry_out(struct clock_state *st, uint64_t latch, struct look *l,
	struct timekeeping *here)
{
	struct servo_plan *plan = &l->plan;

	switch (plan->what) {
	case SERVO_BREAK:
		page_revoke(st->page, plan->from_tsc, plan->floor_ns);
		count(&st->breaks);
		st->servo = l->servo;
		remember(st, l, here);
		return true;
	case SERVO_PUBLISH:
		if (!page_publish(st->page, latch, l->now.tsc,
			    plan->n ? plan->seg : NULL))
			return false;
		break;
	case SERVO_RESUME:
		if (!resume(st, l))
			return false;
		break;
	case SERVO_NOTHING:
		st->servo = l->servo;
		return true;
	}
	if (plan->n)
		count(&st->published);
	st->servo = l->servo;
	servo_published(&st->servo, plan);
	return true;
}

/* What was learned is kept; a lapse is found again at the next update. */
static void give_up(struct clock_state *st, struct look *l)
{
	if (!(l->plan.events & TSCAL_EVENT_RESUMED))
		return;
	l->plan.events &= ~(uint32_t)TSCAL_EVENT_RESUMED;
	st->servo = l->servo;
	servo_not_resumed(&st->servo);
}

static int update(struct tscal_clock *clk, bool dry)
{
	struct clock_state *st = clock_state(clk);
	struct timekeeping here;
	struct look l;
	bool done = dry;

	/* A child of fork() leaves its parent's page alone. */
	if (!dry && st->process != st->lock)
		clock_part(clk);
	if (!clock_writes(clk, st->page) && !dry) {
		clock_leave(clk, CLOCK_MODE_SYSTEM,
			"another clock took its page over");
		return TSCAL_EVENT_TAKEN;
	}
	/* Again if the newest segment ended or a reader closed the page
	 * meanwhile. */
	for (int i = 0; i < TRIES && (!i || !done); i++) {
		uint64_t latch = page_latch(st->page);
		int rc = look(clk, st, &l);

		if (rc)
			return rc;
		classify(clk, st, &l, &here);
		done = dry || carry_out(st, latch, &l, &here);
	}
	if (dry)
		return (int)l.plan.events;
	if (!done)
		give_up(st, &l);
	count(&st->updates);
	update_counters(st, &l);
	/* TAI that is not known any more is not known from the page either. */
	(void)clock_look_at_utc(st->plat, clk->clock_id, l.now.tsc, st->page);
	return (int)l.plan.events;
}

static int locked_update(struct tscal_clock *clk, bool dry)
{
	struct clock_state *st;
	int rc;

	if (!clk)
		return -EINVAL;
	st = clock_state(clk);
	/* The lock of an attached clock is for epochs: attached_answer.c. */
	if (clock_mode(clk) == CLOCK_MODE_ATTACHED)
		return -EPERM;
	rc = clock_lock(st);
	if (rc)
		return rc;
	rc = clock_updatable(clk);
	if (!rc && clock_mode(clk) == CLOCK_MODE_TSC)
		rc = update(clk, dry);
	clock_unlock(st);
	return rc;
}

int tscal_clock_update(struct tscal_clock *clk)
{
	int events = locked_update(clk, false);

	if (events > 0 && clock_state(clk)->on_event)
		clock_state(clk)->on_event(
			clock_state(clk)->event_arg, (uint32_t)events);
	return events;
}

int tscal_clock_check(struct tscal_clock *clk)
{
	struct tscal_segment seg;

	if (!clk || clock_mode(clk) != CLOCK_MODE_ATTACHED)
		return locked_update(clk, true);
	return page_valid(clock_page(clock_state(clk)), tscal_rdtsc_ordered(),
		       &seg)
		       ? 0
		       : TSCAL_EVENT_LAPSE;
}
