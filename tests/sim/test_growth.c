/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A window that grows until bounds are as narrow as asked for, and budgets. */
#include <math.h>
#include <stdlib.h>

#include "calib/source/source.h"
#include "measuring.h"

#define RAW PLAT_COUNTER_CLOCK_RAW
#define N 4

static const enum plat_counter_id ids[N] = {RAW, HPET, PM, PIT};
static struct measured m[N];

/* CLOCK_MONOTONIC_RAW and three timers, each with the reads of its kind. */
static void timers(uint64_t seed)
{
	machine(seed)->error_ppm = 12;
	sim_add_counter(&sim, HPET, 1000000000000000, 69841279, 32)->before_ps =
		500 * NS;
	sim.counters[HPET].error_ppm = -40;
	sim_add_counter(&sim, PM, 3579545, 1, 24)->after_ps = 700 * NS;
	sim.counters[PM].error_ppm = 100;
	sim_add_counter(&sim, PIT, 3579545, 3, 16)->before_ps = 2 * US;
	for (size_t i = 0; i < N; i++)
		m[i] = (struct measured){.id = ids[i]};
}

static struct measure_plan plan_for(
	double target_ppm, unsigned window_ms, unsigned budget_ms)
{
	struct measure_plan plan = PLAN(window_ms, budget_ms);

	plan.target_ppm = target_ppm;
	return plan;
}

/* How far the truth may be, by the bounds. */
static double may_be_off_ppm(const struct measured *r)
{
	return larger(r->out.hi - r->out.hz, r->out.hz - r->out.lo) /
	       r->out.hz * 1e6;
}

Test(sim_growth, stops_where_the_target_is_reached)
{
	static const double targets[] = {20, 5, 1};

	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		/* HPET and PM timer: 2 us of bracket at each end. */
		double enough_ms = 2 * 2e-3 / (targets[i] * 1e-6) + 30;

		timers(i);
		measure(plan_for(targets[i], 10, 30000), m, 3);
		for (size_t k = 0; k < 3; k++) {
			cr_assert(holds_truth(&m[k]), "%s", m[k].out.sentence);
			cr_assert(le(dbl, may_be_off_ppm(&m[k]), targets[i]),
				"%g: %s", targets[i], m[k].out.sentence);
		}
		cr_assert(lt(dbl, (double)sim.now_ps / 1e9, enough_ms), "%g",
			targets[i]);
	}
}

/* Also where the first window misses it by little. */
Test(sim_growth, no_target_is_missed_by_little)
{
	for (double target = 1; target < 300; target *= 1.03) {
		timers((uint64_t)(target * 100));
		measure(plan_for(target, 10, 30000), m, 3);
		for (size_t k = 0; k < 3; k++)
			cr_expect(le(dbl, may_be_off_ppm(&m[k]), target),
				"%g: %s", target, m[k].out.sentence);
	}
}

Test(sim_growth, a_target_that_the_window_reaches_costs_no_more_time)
{
	timers(1);
	measure(plan_for(1000, 10, 30000), m, 3);
	cr_assert(holds_truth(&m[2]));
	cr_assert(lt(u64, sim.now_ps, 15 * MS));
}

Test(sim_growth, a_short_budget_gives_the_best_that_there_is_time_for)
{
	static const unsigned budget_ms[] = {50, 200, 1000};

	for (size_t i = 0; i < 3; i++) {
		timers(i);
		measure(plan_for(0.01, 10, budget_ms[i]), m, 3);
		for (size_t k = 0; k < 3; k++) {
			cr_assert(holds_truth(&m[k]), "%s", m[k].out.sentence);
			cr_assert(lt(dbl, 0.01, may_be_off_ppm(&m[k])));
			cr_assert(lt(dbl, budget_ms[i] * 0.8, m[k].ms),
				"%u: %s", budget_ms[i], m[k].out.sentence);
		}
		cr_assert(lt(u64, sim.now_ps, budget_ms[i] * MS));
	}
}

Test(sim_growth, a_pit_stays_at_half_its_range_while_others_go_on)
{
	timers(1);
	measure(plan_for(0.5, 10, 5000), m, N);
	for (size_t i = 0; i < N; i++)
		cr_assert(holds_truth(&m[i]), "%s", m[i].out.sentence);
	/* It wraps after 54.9 ms. */
	cr_assert(lt(dbl, m[3].ms, 35));
	cr_assert(lt(dbl, 20, m[3].ms));
	for (size_t i = 0; i < 3; i++)
		cr_assert(le(dbl, may_be_off_ppm(&m[i]), 0.5), "%s",
			m[i].out.sentence);
	cr_assert(lt(u64, sim.now_ps, 5000 * MS));
}

/* One that will never reach the target must not keep the others. */
Test(sim_growth, ends_beside_a_counter_that_is_stuck)
{
	for (size_t stuck = 0; stuck < N; stuck++) {
		timers(stuck);
		sim.counters[ids[stuck]].dead = true;
		measure(plan_for(2, 10, 60000), m, N);
		for (size_t i = 0; i < N; i++) {
			if (i == stuck)
				cr_assert(eq(int, m[i].out.status,
					TSCAL_STATUS_STUCK));
			else
				cr_assert(holds_truth(&m[i]), "%s",
					m[i].out.sentence);
		}
		cr_assert(lt(u64, sim.now_ps, 5000 * MS));
	}
}

/* However long the first window was. */
Test(sim_growth, a_counter_may_need_a_second)
{
	static const unsigned window_ms[] = {10, 500, 900, 990};

	for (size_t i = 0; i < 4; i++) {
		timers(i);
		sim_add_counter(&sim, PLAT_COUNTER_REALTIME, 1000000000, 1, 64)
			->error_ppm = 30;
		m[1] = (struct measured){
			.id = PLAT_COUNTER_REALTIME, .least_ns = 1000000000};
		measure(plan_for(0, window_ms[i], i ? 2000 : 1200), m, 2);
		cr_assert(holds_truth(&m[0]), "%s", m[0].out.sentence);
		cr_assert(holds_truth(&m[1]), "%s", m[1].out.sentence);
		cr_assert(le(dbl, 1000, m[1].ms), "%s", m[1].out.sentence);
		/* What can count so long takes part: it costs a burst. */
		cr_assert(le(dbl, 999, m[0].ms), "%s", m[0].out.sentence);
		cr_assert(lt(u64, sim.now_ps, 1300 * MS));
	}
}

Test(sim_growth, a_jump_in_the_longer_window_shows)
{
	/* 20 us and 1 ms, forth and back. */
	static const double jumps_s[] = {20e-6, -20e-6, 1e-3, -1e-3};

	for (size_t i = 0; i < 4; i++)
		for (uint64_t at = 40 * MS; at < 140 * MS; at += 30 * MS) {
			timers(at);
			sim_add_event(&sim, SIM_JUMP, at,
				(int64_t)(sim.tsc_hz * jumps_s[i]));
			measure(plan_for(0.01, 10, 150), m, 3);
			for (size_t k = 0; k < 3; k++)
				cr_assert(eq(int, m[k].out.status,
						  TSCAL_STATUS_UNSTABLE),
					"%g s: %s", jumps_s[i],
					m[k].out.sentence);
		}
}

Test(sim_growth, a_budget_of_1_ms_is_kept)
{
	for (uint64_t seed = 0; seed < 300; seed++) {
		timers(seed);
		sim.counters[RAW].jitter_ps = seed % 5 * 10 * NS;
		measure(plan_for(seed % 2 ? 0.1 : 0, 1, 1), m, 3);
		for (size_t i = 0; i < 3; i++)
			cr_assert(holds_truth(&m[i]), "seed %lu: %s",
				(unsigned long)seed, m[i].out.sentence);
		cr_assert(le(u64, sim.now_ps, 1 * MS + 4 * US));
	}
}

static double between(double lo, double hi)
{
	return lo + drand48() * (hi - lo);
}

/* 100 ns, 1 us, 10 us or 100 us, more or less. */
static uint64_t cost_ps(void)
{
	return (uint64_t)(1e5 * pow(10, between(0, 3)));
}

static void any_plan(uint64_t seed)
{
	unsigned budget_ms, window_ms;
	uint64_t reads = 0, stolen = 0;
	size_t n;

	srand48((long)seed);
	timers(seed);
	budget_ms = (unsigned)pow(10, between(0, 3.5));
	window_ms = 1 + (unsigned)(budget_ms * drand48() * 0.999);
	n = 1 + (size_t)between(0, N);
	for (size_t i = 0; i < n; i++) {
		struct sim_counter *c = &sim.counters[ids[i]];

		c->before_ps = cost_ps();
		c->after_ps = cost_ps();
		c->jitter_ps = cost_ps() / 4;
		reads += c->before_ps + c->after_ps + 2 * c->jitter_ps +
			 2 * sim.rdtsc_ps;
	}
	for (int i = (int)between(0, 4); i > 0; i--) {
		uint64_t slice = (uint64_t)between(1, 5 * MS);

		sim_add_event(&sim, SIM_STEAL,
			(uint64_t)(budget_ms * MS * between(0, 1.1)),
			(int64_t)slice);
		stolen += slice;
	}
	measure(plan_for(pow(10, between(-3, 3)), window_ms, budget_ms), m, n);
	for (size_t i = 0; i < n; i++)
		if (m[i].out.status == TSCAL_STATUS_READY)
			cr_assert(holds_truth(&m[i]), "seed %lu: %s",
				(unsigned long)seed, m[i].out.sentence);
	/* The sixteenth that is left for what follows takes up the last
	 * reads of all bursts but the last, unless they are slow for
	 * such a budget: then each of four bursts ends within one. */
	reads *= reads * 50 > budget_ms * MS ? 4 : 1;
	cr_assert(le(u64, sim.now_ps, budget_ms * MS + reads + stolen),
		"seed %lu: %u of %u ms, %zu counters", (unsigned long)seed,
		window_ms, budget_ms, n);
}

Test(sim_growth, no_plan_goes_beyond_its_deadline)
{
	for (uint64_t seed = 0; seed < 2000; seed++)
		any_plan(seed);
	/* 5 ms stolen at the end of 16: the window of 12 that was wanted is
	 * over, and there is no time for another burst. */
	any_plan(11601);
}
