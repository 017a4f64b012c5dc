/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Each of two CPUs writes its TSC to memory and reads the other's: what a
 * thread on it does. */
#include <sched.h>
#include <time.h>

#include <tscal/conv.h>

#include "probe/devices.h"
#include "probe/pair.h"

/* Stamps that are written before the other side's is read, and readings of new
 * ones in a stretch. */
#define STAMPS 8
#define ROUNDS 256
/* Between looks at the clock, in readings of the TSC. */
#define SPINS 128
/* Advances of the TSC, to find its step, and time for them: one that has not
 * advanced by then stands still. */
#define ADVANCES 32
#define STEP_NS 1000000
/* Tries to read the TSC and the clock at the same time. */
#define READS 8
/* Without a new stamp for so long the other side does not run.  A guest that
 * executes RDTSC in the host takes some 10 us for a stamp. */
#define STALL_NS 150000
#define MEET_NS 500000

/*
 * On a busy machine one side waits while the other has no CPU, and uses up the
 * time in which both could run.  So it sleeps until a moment that both can
 * tell, and both wake at the same time: a thread that slept gets a CPU at once.
 */
static uint64_t sleep_to_meet(uint64_t now_ns)
{
	uint64_t ns = now_ns - now_ns % MEET_NS + MEET_NS;
	struct timespec ts = {
		(time_t)(ns / 1000000000), (long)(ns % 1000000000)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
	return pair_clock(CLOCK_MONOTONIC);
}

/*
 * The largest step of the TSC.  One that advances in steps, such as AMD's at
 * 100 MHz, has a second read above the first by a multiple of the step or not
 * at all.  Where a step is no whole number of ticks, or scaled for a guest,
 * steps differ by one.
 */
static uint64_t step_here(void)
{
	uint64_t end_ns = pair_clock(CLOCK_MONOTONIC) + STEP_NS;
	uint64_t least = UINT64_MAX, last = tscal_rdtsc();

	for (unsigned i = 1, advances = 0; advances < ADVANCES; i++) {
		uint64_t now = tscal_rdtsc();

		if (now != last)
			advances++;
		if (now > last && now - last < least)
			least = now - last;
		last = now;
		if (i % SPINS == 0 && pair_clock(CLOCK_MONOTONIC) >= end_ns)
			break;
	}
	return least == UINT64_MAX ? 0 : least + 1;
}

static uint64_t step_of(const struct pair_side *s)
{
	return atomic_load_explicit(&s->step, memory_order_relaxed);
}

/* No stamp is below the largest that was published before it. */
static void watch_maximum(struct pair_meeting *m, struct pair_side *mine)
{
	uint64_t max = atomic_load_explicit(&m->max, memory_order_acquire);
	uint64_t now = tscal_rdtsc_begin();

	/* As differences: a TSC may pass 2^64.  Each of the two stamps may be
	 * late by a step; of the side that published the other one it is
	 * known by then. */
	if (max && (int64_t)(max - now) > 0 && max - now > mine->warp &&
		max - now > step_of(&m->side[0]) + step_of(&m->side[1]))
		mine->warp = max - now;
	if (!max || (int64_t)(now - max) > 0)
		atomic_compare_exchange_strong_explicit(&m->max, &max, now,
			memory_order_acq_rel, memory_order_relaxed);
}

/*
 * Write stamps, and read the other side's; true if it was a new one.  Several
 * are written between two readings: a line that the other side has just read
 * has to be fetched again for the first, and the next ones are there at once.
 */
static bool exchange(
	struct pair_side *mine, const struct pair_side *other, uint64_t *last)
{
	uint64_t seen, now;

	for (int i = 0; i < STAMPS; i++)
		atomic_store_explicit(&mine->stamp, tscal_rdtsc_begin(),
			memory_order_release);
	seen = atomic_load_explicit(&other->stamp, memory_order_acquire);
	now = tscal_rdtsc_begin();
	if (seen == *last)
		return false;
	*last = seen;
	if (!mine->now.rounds++ || (int64_t)(now - seen) < mine->now.least)
		mine->now.least = (int64_t)(now - seen);
	return true;
}

/*
 * Stretch n, from 1.  A side that has read enough goes on writing until the
 * other has read enough.  False at the deadline.
 */
static bool stretch(struct pair_meeting *m, int which, unsigned n)
{
	struct pair_side *mine = &m->side[which], *other = &m->side[!which];
	uint64_t last = atomic_load_explicit(
		&other->stamp, memory_order_relaxed);
	uint64_t heard_ns = 0, now_ns;
	bool heard = true;

	mine->now = (struct pair_found){0};
	for (unsigned look = 1;; look++) {
		heard |= exchange(mine, other, &last);
		watch_maximum(m, mine);
		if (mine->now.rounds >= ROUNDS &&
			atomic_load_explicit(
				&mine->ended, memory_order_relaxed) < n) {
			mine->found[n % 2] = mine->now;
			atomic_store_explicit(
				&mine->ended, n, memory_order_release);
		}
		if (atomic_load_explicit(&mine->ended, memory_order_relaxed) >=
				n &&
			atomic_load_explicit(
				&other->ended, memory_order_acquire) >= n)
			return true;
		if (look % (SPINS / STAMPS))
			continue;
		now_ns = pair_clock(CLOCK_MONOTONIC);
		if (now_ns >= m->deadline_ns ||
			atomic_load_explicit(&m->stop, memory_order_relaxed))
			return false;
		if (heard || !heard_ns)
			heard_ns = now_ns;
		else if (now_ns - heard_ns > STALL_NS)
			heard_ns = sleep_to_meet(now_ns);
		heard = false;
	}
}

/* Linux fills TSC_AUX with the node, and below bit 12 the CPU
 * (vdso_setup_node()). */
static int8_t aux_is(const struct pair_meeting *m, unsigned cpu)
{
	uint32_t aux;

	if (!m->rdtscp)
		return -1;
	tscal_rdtscp(&aux);
	return (aux & 0xfff) == (cpu & 0xfff);
}

/* Add what both found of a stretch. */
static void conclude(struct pair_meeting *m, const struct pair_found *a,
	const struct pair_found *b)
{
	/* INT64_MIN has no opposite. */
	struct pair_bounds found = {-pair_near(a->least), pair_near(b->least)};
	uint64_t a_step = step_of(&m->side[0]), b_step = step_of(&m->side[1]);

	m->sum.step = (int64_t)(a_step > b_step ? a_step : b_step);
	if (a->rounds && b->rounds)
		pair_add(&m->sum, m->out, &found, a->rounds + b->rounds);
}

static void measure(struct pair_meeting *m, int which)
{
	unsigned n = 0;

	while (n * ROUNDS < m->until.rounds) {
		if (!stretch(m, which, ++n))
			return;
		if (which)
			continue;
		conclude(m, &m->side[0].found[n % 2], &m->side[1].found[n % 2]);
		m->concluded = n;
	}
}

static const struct pair_found *found_by(const struct pair_side *s, unsigned n)
{
	return atomic_load(&s->ended) >= n ? &s->found[n % 2] : &s->now;
}

/* The last stretch may not have been ended by both, or not concluded: what
 * there is of it counts too. */
void pair_conclude(struct pair_meeting *m)
{
	unsigned n = m->concluded + 1;

	if (m->concluded * ROUNDS < m->until.rounds)
		conclude(m, found_by(&m->side[0], n), found_by(&m->side[1], n));
	pair_close(&m->sum, m->out);
}

/* The TSC and the clock as near to each other as a few tries can: a thread that
 * is interrupted between the two would get another rate. */
static uint64_t tsc_at(uint64_t *ns)
{
	uint64_t best = UINT64_MAX, tsc = 0;

	for (int i = 0; i < READS; i++) {
		uint64_t before = pair_clock(CLOCK_MONOTONIC_RAW);
		uint64_t now = tscal_rdtsc_ordered();
		uint64_t after = pair_clock(CLOCK_MONOTONIC_RAW);

		if (after - before >= best)
			continue;
		best = after - before;
		*ns = before + best / 2;
		tsc = now;
	}
	return tsc;
}

void pair_take_part(struct pair_meeting *m, int which)
{
	struct pair_side *s = &m->side[which];
	uint64_t begun_ns = 0, begun, ended_ns = 0;

	s->rc = bind_to(s->cpu);
	if (s->rc) {
		pair_give_up(m);
		return;
	}
	atomic_store_explicit(&s->step, step_here(), memory_order_relaxed);
	begun = tsc_at(&begun_ns);
	measure(m, which);
	if (!which) {
		uint64_t ended = tsc_at(&ended_ns);

		/* A TSC that went back has no rate. */
		m->out->ticks = (int64_t)(ended - begun) > 0 ? ended - begun
							     : 0;
		m->out->ns = ended_ns - begun_ns;
	}
	s->aux = aux_is(m, s->cpu);
	s->stayed = sched_getcpu() == (int)s->cpu;
}
