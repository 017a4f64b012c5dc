/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The simulated machine's time: what reads cost, and events. */
#include "plat/sim/sim.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include <tscal/conv.h>

/* Vigna's splitmix64 (public domain): any seed will do. */
static uint64_t random_below(struct sim *s, uint64_t bound)
{
	uint64_t z = s->rng += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	z ^= z >> 31;
	return bound ? z % bound : 0;
}

/* The next event up to a time. */
static struct sim_event *next_event(struct sim *s, uint64_t until_ps)
{
	struct sim_event *next = NULL;

	if (until_ps < s->quiet_until_ps)
		return NULL;
	s->quiet_until_ps = UINT64_MAX;
	for (size_t i = 0; i < s->n_events; i++) {
		struct sim_event *e = &s->events[i];

		if (!e->over && (!next || e->at_ps < next->at_ps))
			next = e;
	}
	if (!next)
		return NULL;
	s->quiet_until_ps = next->at_ps;
	return next->at_ps <= until_ps ? next : NULL;
}

/*
 * Advance time to a moment.  A program that is stopped meanwhile gets there
 * later if it was working; if it slept, only if it is stopped beyond that
 * moment.
 */
static void go_on(struct sim *s, uint64_t until_ps, bool asleep)
{
	struct sim_event *e;

	while ((e = next_event(s, until_ps))) {
		uint64_t at = e->at_ps > s->now_ps ? e->at_ps : s->now_ps;

		e->over = true;
		switch (e->kind) {
		case SIM_STEAL:
			if (!asleep)
				until_ps += (uint64_t)e->amount;
			else if (at + (uint64_t)e->amount > until_ps)
				until_ps = at + (uint64_t)e->amount;
			break;
		case SIM_JUMP:
			s->tsc_jumped += e->amount;
			break;
		case SIM_MIGRATE:
			if (!s->pinned)
				s->cpu = (unsigned)e->amount % SIM_CPUS_MAX;
			break;
		case SIM_SLOW:
			s->slow_ps = (uint64_t)e->amount;
			break;
		}
	}
	s->now_ps = until_ps;
}

static void work(struct sim *s, uint64_t ps)
{
	go_on(s, s->now_ps + ps, false);
}

/* long double holds the ticks of a year to a millionth. */
static uint64_t tsc_now(const struct sim *s)
{
	uint64_t ps = s->now_ps;

	if (s->tsc_step_ps)
		ps -= ps % s->tsc_step_ps;
	return s->tsc_start + (uint64_t)((long double)ps * s->tsc_hz / 1e12L) +
	       (uint64_t)s->tsc_jumped + (uint64_t)s->cpu_ahead[s->cpu];
}

static uint64_t rdtsc(struct sim *s)
{
	uint64_t tsc = tsc_now(s);

	work(s, s->rdtsc_ps);
	return tsc;
}

static uint64_t count_now(const struct sim *s, const struct sim_counter *c)
{
	uint64_t ps = s->now_ps, count;
	long double hz;

	if (c->dead)
		return c->dead_value;
	if (c->mult)
		return (uint64_t)((tscal_u128)tsc_now(s) * c->mult >> c->shift);
	if (c->step_ps)
		ps -= ps % c->step_ps;
	if (c->stops_at_ps && ps > c->stops_at_ps)
		ps = c->stops_at_ps;
	hz = (long double)c->num / c->den * (1 + c->error_ppm * 1e-6L);
	count = c->start + (uint64_t)(ps * hz / 1e12L);
	if (c->back_at_ps && ps >= c->back_at_ps)
		count -= c->back_by;
	return c->width < 64 ? count & ((UINT64_C(1) << c->width) - 1) : count;
}

int sim_counter_open(struct tscal_platform *p, enum plat_counter_id id,
	const struct plat_where *where, struct plat_counter *out)
{
	const struct sim *s = sim_of(p);
	const struct sim_counter *c = &s->counters[id];

	if (id == PLAT_COUNTER_RDTSC && s->tsc_hz > 0) {
		*out = (struct plat_counter){.num = 1, .den = 1, .width = 64};
		return 0;
	}
	(void)where;
	if (!c->present)
		return -ENOENT;
	if (c->open_error)
		return c->open_error;
	*out = (struct plat_counter){
		c->num, c->den, c->width, c->spin, c->verify};
	return 0;
}

void sim_counter_close(struct tscal_platform *p, enum plat_counter_id id)
{
	(void)p, (void)id;
}

/* c: NULL for the TSC itself. */
static int burst(struct sim *s, const struct sim_counter *c,
	struct plat_sample *buf, const struct plat_until *until)
{
	struct plat_tightest tightest = {0};
	uint64_t begun = s->now_ps;
	size_t n = 0;

	if (c && c->error)
		return c->error;
	while (n < until->reads && s->now_ps - begun <= until->ns * 1000) {
		struct plat_sample *b = &buf[n++];

		b->tsc_before = rdtsc(s);
		if (!c) {
			b->ref = rdtsc(s);
		} else {
			work(s, c->before_ps + s->slow_ps +
					random_below(s, c->jitter_ps));
			b->ref = count_now(s, c);
			if (c->caught && !random_below(s, c->caught))
				b->ref -= UINT64_C(1) << c->width / 2;
			work(s, c->after_ps + random_below(s, c->jitter_ps));
		}
		b->tsc_after = rdtsc(s);
		if (plat_repeats(&tightest, b, until->repeats))
			break;
	}
	return (int)n;
}

int sim_burst(struct tscal_platform *p, enum plat_counter_id id,
	struct plat_sample *buf, const struct plat_until *until)
{
	struct sim *s = sim_of(p);

	return burst(s, id == PLAT_COUNTER_RDTSC ? NULL : &s->counters[id], buf,
		until);
}

struct sim_counter *sim_clock(struct sim *sim, int clock_id)
{
	switch (clock_id) {
	case CLOCK_MONOTONIC_RAW:
		return &sim->counters[PLAT_COUNTER_CLOCK_RAW];
	case CLOCK_REALTIME:
		return &sim->counters[PLAT_COUNTER_REALTIME];
	case SIM_DYNAMIC:
		return &sim->clocks[SIM_CLOCKS_MAX - 1];
	default:
		return clock_id >= 0 && clock_id < SIM_CLOCKS_MAX - 1
			       ? &sim->clocks[clock_id]
			       : NULL;
	}
}

struct sim_counter *sim_add_clock(struct sim *sim, int clock_id, int64_t ns)
{
	struct sim_counter *c = sim_clock(sim, clock_id);

	*c = (struct sim_counter){
		.present = true,
		.num = 1000000000,
		.den = 1,
		.width = 64,
		.before_ps = 20000,
		.after_ps = 20000,
	};
	c->start = (uint64_t)ns - count_now(sim, c);
	return c;
}

int64_t sim_clock_now(struct sim *sim, int clock_id)
{
	return (int64_t)count_now(sim, sim_clock(sim, clock_id));
}

uint64_t sim_tsc_now(struct sim *sim)
{
	return tsc_now(sim);
}

void sim_set_clock(
	struct sim *sim, int clock_id, int64_t step_ns, double error_ppm)
{
	struct sim_counter *c = sim_clock(sim, clock_id);
	uint64_t now = count_now(sim, c) + (uint64_t)step_ns;

	c->error_ppm = error_ppm;
	c->start += now - count_now(sim, c);
}

int sim_clock_burst(struct tscal_platform *p, int clock_id,
	struct plat_sample *buf, const struct plat_until *until)
{
	const struct sim_counter *c = sim_clock(sim_of(p), clock_id);

	return c && c->present ? burst(sim_of(p), c, buf, until) : -EINVAL;
}

int sim_clock_ns(
	struct tscal_platform *p, int clock_id, bool system_call, int64_t *ns)
{
	struct sim *s = sim_of(p);
	const struct sim_counter *c = sim_clock(s, clock_id);

	(void)system_call;
	if (!c || !c->present || c->error)
		return c && c->present ? c->error : -EINVAL;
	work(s, c->before_ps);
	*ns = (int64_t)count_now(s, c);
	work(s, c->after_ps);
	return 0;
}

void sim_wait(struct tscal_platform *p, uint64_t ns, bool spin)
{
	struct sim *s = sim_of(p);
	double ps = (double)ns * 1e3 / (1 + s->mono_ppm * 1e-6);

	go_on(s, s->now_ps + (uint64_t)ps + (spin ? 0 : s->wake_ps), true);
}

uint64_t sim_now_ns(struct tscal_platform *p)
{
	struct sim *s = sim_of(p);

	return (uint64_t)((double)s->now_ps / 1e3 * (1 + s->mono_ppm * 1e-6));
}

int sim_pin(struct tscal_platform *p)
{
	struct sim *s = sim_of(p);

	s->pinned = s->can_pin;
	return s->can_pin ? 0 : -EOPNOTSUPP;
}

void sim_unpin(struct tscal_platform *p)
{
	sim_of(p)->pinned = false;
}

void sim_run_tsc(struct sim *sim, double hz, uint64_t seed)
{
	sim->tsc_hz = hz;
	sim->tsc_start = UINT64_C(1) << 40;
	sim->rdtsc_ps = 10000;
	sim->rng = seed;
}

struct sim_counter *sim_add_counter(struct sim *sim, enum plat_counter_id id,
	uint64_t num, uint64_t den, unsigned width)
{
	if ((unsigned)id >= SIM_COUNTERS_MAX)
		abort();
	sim->counters[id] = (struct sim_counter){
		.present = true,
		.num = num,
		.den = den,
		.width = width,
		.start = UINT64_C(1) << (width - 1),
		.before_ps = 20000,
		.after_ps = 20000,
	};
	return &sim->counters[id];
}

struct sim_counter *sim_add_clock_raw(struct sim *sim)
{
	return sim_add_counter(sim, PLAT_COUNTER_CLOCK_RAW, 1000000000, 1, 64);
}

void sim_add_event(struct sim *sim, enum sim_event_kind kind, uint64_t at_ps,
	int64_t amount)
{
	if (sim->n_events == SIM_EVENTS_MAX)
		abort();
	sim->quiet_until_ps = 0;
	sim->events[sim->n_events++] = (struct sim_event){
		kind, at_ps, amount, false};
}

double sim_hz(const struct sim *sim, enum plat_counter_id id)
{
	const struct sim_counter *c = &sim->counters[id];

	if (c->mult)
		return ldexp(1e9, (int)c->shift) / c->mult;
	return sim->tsc_hz / (1 + c->error_ppm * 1e-6);
}
