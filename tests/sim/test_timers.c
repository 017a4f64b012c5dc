/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Hardware timers beside CLOCK_MONOTONIC_RAW, on thousands of machines of which
 * no two are alike.  Whatever befalls one: each counter holds the truth, or is
 * thrown out with the status that is owed; the budget is kept.
 */
#include <math.h>
#include <stdlib.h>

#include "measuring.h"

/* The troubles that share the machines, a test for each. */
enum trouble {
	INTERRUPTED, /* by SMIs and other guests, as all of these are */
	EMULATED,
	WRAPS,
	PM_DOUBLE,
	HPET_OFF,
	PIT_STOPS,
	DEAD,
	BACK,
	TSC_JUMPS,
	EACH_ITS_OWN, /* any fault, for each counter */
	TROUBLES
};
_Static_assert(RUNS % TROUBLES == 0, "as many machines for each trouble");

#define WINDOW_MS 10
#define BUDGET_MS 50
#define N 4

static const enum plat_counter_id ids[N] = {
	PLAT_COUNTER_CLOCK_RAW, HPET, PM, PIT};

/* A machine's counters: what is owed of each, and what came out. */
static struct owed {
	enum tscal_status status;
	bool slow; /* reads that take long may leave too much open instead */
} owed[N];
static struct measured m[N];

static double between(double lo, double hi)
{
	return lo + drand48() * (hi - lo);
}

static uint64_t ps(double lo_us, double hi_us)
{
	return (uint64_t)(between(lo_us, hi_us) * 1e6);
}

static struct sim_counter *counter(size_t i)
{
	return &sim.counters[ids[i]];
}

static double counts_per_s(const struct sim_counter *c)
{
	return (double)c->num / (double)c->den;
}

static void a_read_takes(struct sim_counter *c, double least_us, double most_us,
	double jitter_us)
{
	c->before_ps = ps(least_us / 2, most_us / 2);
	c->after_ps = ps(least_us / 2, most_us / 2);
	c->jitter_ps = ps(0, jitter_us);
}

/* Somewhere, or just below the end of its range. */
static void starts(struct sim_counter *c, bool wraps)
{
	double range = ldexp(1, (int)c->width);

	if (wraps)
		c->start = (uint64_t)(range -
				      counts_per_s(c) * between(2e-4, 9e-3));
	else
		c->start = (uint64_t)(range * between(0, 1));
}

/* Some reads are faster than a count of theirs: it has to be reckoned with. */
static void build(uint64_t seed, enum trouble trouble)
{
	srand48((long)seed);
	a_read_takes(machine(seed), 0.04, 0.2, seed % 3 * 0.05);
	sim.tsc_step_ps = seed % 2 * 10 * NS;
	sim.wake_ps = ps(0, 200);
	/* 14.31818 MHz as HPETs declare it, in fs. */
	sim_add_counter(&sim, HPET, 1000000000000000, 69841279, 32);
	a_read_takes(counter(1), 0.05, 1.5, 0.2);
	sim_add_counter(&sim, PM, 3579545, 1, 24);
	a_read_takes(counter(2), 0.1, 2.5, 0.5);
	sim_add_counter(&sim, PIT, 3579545, 3, 16);
	a_read_takes(counter(3), 0.5, 6, 1);
	for (size_t i = 0; i < N; i++) {
		counter(i)->error_ppm = between(-100, 100);
		starts(counter(i), i && (trouble == WRAPS || drand48() < 0.3));
		owed[i] = (struct owed){TSCAL_STATUS_READY, false};
		m[i] = (struct measured){.id = ids[i]};
	}
}

/* SMIs at both ends of the window, and turns of another guest anywhere. */
static void interrupt(void)
{
	int slices = (int)between(0, 3);

	for (int i = 0; i < 3; i++) {
		sim_add_event(&sim, SIM_STEAL, ps(0, 200), (int64_t)(300 * US));
		sim_add_event(
			&sim, SIM_STEAL, ps(10000, 11000), (int64_t)(300 * US));
	}
	/* Two may meet the same burst, first and when it is taken again. */
	for (size_t i = 0; i < N; i++)
		owed[i].slow = slices > 1;
	for (int i = 0; i < slices; i++)
		sim_add_event(&sim, SIM_STEAL, ps(0, 13000), (int64_t)(5 * MS));
}

static void emulate(size_t i)
{
	a_read_takes(counter(i), 90, 110, 15);
	owed[i].slow = true;
}

static void kill_counter(size_t i)
{
	counter(i)->dead = true;
	counter(i)->dead_value = drand48() < 0.5
					 ? 0
					 : UINT64_MAX >>
						   (64 - counter(i)->width);
	owed[i] = (struct owed){TSCAL_STATUS_STUCK, false};
}

static void before_it_begins(enum trouble trouble)
{
	switch (trouble) {
	case EMULATED:
		for (size_t i = 1; i < N; i++)
			emulate(i);
		break;
	case PM_DOUBLE:
		counter(2)->error_ppm = 1e6 + between(-100, 100);
		break;
	case HPET_OFF:
		counter(1)->error_ppm = drand48() < 0.5 ? -500 : 500;
		break;
	case DEAD:
		kill_counter((size_t)between(0, N));
		break;
	case EACH_ITS_OWN:
		for (size_t i = 1; i < N; i++)
			if (drand48() < 0.2)
				emulate(i);
		for (size_t i = 0; i < N; i++)
			if (drand48() < 0.2)
				kill_counter(i);
		break;
	default:
		break;
	}
}

static void stop(size_t i, uint64_t at_ps)
{
	counter(i)->stops_at_ps = at_ps;
	owed[i] = (struct owed){TSCAL_STATUS_STUCK, false};
}

/* By more than a slow read hides. */
static void go_back(size_t i, uint64_t at_ps)
{
	counter(i)->back_at_ps = at_ps;
	counter(i)->back_by = (uint64_t)(counts_per_s(counter(i)) *
					 between(1e-3, 6e-3));
	owed[i] = (struct owed){TSCAL_STATUS_UNSTABLE, false};
}

static void jump(uint64_t at_ps)
{
	/* 20 us to 20 s: more than the brackets of a PIT. */
	double s = 20e-6 * pow(1e6, drand48());

	sim_add_event(&sim, SIM_JUMP, at_ps,
		(int64_t)(sim.tsc_hz * (drand48() < 0.5 ? s : -s)));
	for (size_t i = 0; i < N; i++)
		owed[i].status = TSCAL_STATUS_UNSTABLE;
}

/* A moment after all first bursts and before all last ones: of a window that
 * was interrupted a quarter is left at least. */
static uint64_t moment(const struct measure_plan *plan)
{
	double us = (double)plan->first_ns / 1e3;
	double gone_us = (double)(sim_now_ns(&sim.plat) -
				  space[N - 1].first->begun_ns) /
			 1e3;

	us = us - gone_us > us / 4 ? us - gone_us : us / 4;
	return sim.now_ps + ps(1, us * 0.95);
}

static void while_it_is_open(
	enum trouble trouble, const struct measure_plan *plan)
{
	switch (trouble) {
	case PIT_STOPS:
		stop(N - 1, moment(plan));
		break;
	case BACK:
		go_back((size_t)between(0, N), moment(plan));
		break;
	case TSC_JUMPS:
		jump(moment(plan));
		break;
	case EACH_ITS_OWN:
		for (size_t i = 0; i < N; i++) {
			double which = drand48();

			if (counter(i)->dead || which < 0.6)
				continue;
			if (which < 0.8)
				stop(i, moment(plan));
			else
				go_back(i, moment(plan));
		}
		break;
	default:
		break;
	}
}

static bool as_owed(size_t i)
{
	if (m[i].out.status == TSCAL_STATUS_READY)
		return owed[i].status == TSCAL_STATUS_READY &&
		       holds_truth(&m[i]);
	if (owed[i].slow && m[i].out.status == TSCAL_STATUS_UNSTABLE &&
		strstr(m[i].out.sentence, "reads are slow"))
		return true;
	return m[i].out.status == owed[i].status && m[i].out.sentence[0];
}

static void run(uint64_t seed, enum trouble trouble)
{
	struct measure_plan plan = PLAN(WINDOW_MS, BUDGET_MS);
	uint64_t last_reads_ps = 0;

	build(seed, trouble);
	interrupt();
	before_it_begins(trouble);
	for (size_t i = 0; i < N; i++)
		measure_open(&sim.plat, &m[i], NULL, &space[i]);
	measure_begin(&sim.plat, &plan, space, N);
	while_it_is_open(trouble, &plan);
	measure_finish(&sim.plat, &plan, space, N);
	measure_close(&sim.plat, space, N);
	for (size_t i = 0; i < N; i++) {
		const struct sim_counter *c = counter(i);

		last_reads_ps += c->before_ps + c->after_ps + 2 * c->jitter_ps +
				 2 * sim.rdtsc_ps;
		cr_assert(as_owed(i), "seed %lu, %s: %s, %.4f ppm, %s",
			(unsigned long)seed, plat_counter_name(ids[i]),
			tscal_status_str(m[i].out.status), error_ppm(&m[i]),
			m[i].out.sentence);
	}
	cr_assert(le(u64, sim.now_ps, BUDGET_MS * MS + last_reads_ps),
		"seed %lu", (unsigned long)seed);
}

static void run_all_of(enum trouble trouble)
{
	size_t done = 0, numbers = 0;

	for (uint64_t i = 0; i < RUNS / TROUBLES; i++, done++) {
		run(trouble * UINT64_C(1000000) + i, trouble);
		for (size_t k = 0; k < N; k++)
			numbers += m[k].out.status == TSCAL_STATUS_READY;
	}
	cr_assert(eq(sz, done, RUNS / TROUBLES));
	/* That slow reads may leave too much open is no way out. */
	if (trouble == EMULATED)
		cr_assert(lt(sz, done * N * 9 / 10, numbers), "%zu", numbers);
	else if (trouble < PIT_STOPS)
		cr_assert(
			lt(sz, done * N * 999 / 1000, numbers), "%zu", numbers);
}

Test(sim_timers, smis_and_stolen_slices)
{
	run_all_of(INTERRUPTED);
}

Test(sim_timers, emulated_with_reads_of_100_us)
{
	run_all_of(EMULATED);
}

Test(sim_timers, all_wrap_within_the_window)
{
	run_all_of(WRAPS);
}

Test(sim_timers, a_pm_timer_at_double_speed)
{
	run_all_of(PM_DOUBLE);
}

Test(sim_timers, an_hpet_500_ppm_off)
{
	run_all_of(HPET_OFF);
}

Test(sim_timers, a_pit_that_stops)
{
	run_all_of(PIT_STOPS);
}

Test(sim_timers, one_reads_zero_or_all_ones)
{
	run_all_of(DEAD);
}

Test(sim_timers, one_goes_back)
{
	run_all_of(BACK);
}

Test(sim_timers, the_tsc_jumps)
{
	run_all_of(TSC_JUMPS);
}

Test(sim_timers, each_with_a_fault_of_its_own)
{
	run_all_of(EACH_ITS_OWN);
}
