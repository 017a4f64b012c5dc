/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Measuring: the truth, the budget, several counters at once. */
#include <math.h>
#include <stdlib.h>

#include "measuring.h"

/*
 * As the kernel makes CLOCK_MONOTONIC_RAW from a TSC that advances in steps of
 * 10 ns, as AMD's does, and whose crystal is 20 ppm off the rate the kernel
 * got: the steps drift through the nanoseconds.
 */
static struct sim_counter *machine_with_steps(uint64_t seed)
{
	struct sim_counter *c = machine(seed);

	sim.tsc_step_ps = 10 * NS;
	sim.rdtsc_ps = 10 * NS + seed % 7 * 300;
	c->mult = (uint32_t)(ldexp(1e9, 24) / (sim.tsc_hz * (1 - 20e-6)));
	c->shift = 24;
	c->before_ps = 11 * NS + seed % 5 * 700;
	c->after_ps = 13 * NS + seed % 3 * 900;
	return c;
}

static void disturb(uint64_t seed)
{
	srand48((long)seed);
	/* SMIs at both ends, an interrupt of 5 ms anywhere. */
	for (int i = 0; i < 3; i++) {
		sim_add_event(&sim, SIM_STEAL, (uint64_t)(drand48() * 150) * US,
			(int64_t)(300 * US));
		sim_add_event(&sim, SIM_STEAL,
			10 * MS + (uint64_t)(drand48() * 400) * US,
			(int64_t)(300 * US));
	}
	sim_add_event(&sim, SIM_STEAL, (uint64_t)(drand48() * 11000) * US,
		(int64_t)(5 * MS));
	sim.wake_ps = (uint64_t)(drand48() * 200) * US;
}

Test(sim_measure, interval_holds_the_truth_whatever_interrupts)
{
	for (uint64_t seed = 0; seed < 1500; seed++) {
		struct sim_counter *c = machine(seed);
		struct measured m;

		c->error_ppm = (double)(seed % 201) - 100;
		c->jitter_ps = seed % 4 * 100 * NS;
		sim.tsc_step_ps = seed % 2 * 10 * NS;
		disturb(seed);
		m = measure_one(c - sim.counters, 10, 50);
		cr_assert(holds_truth(&m), "seed %lu: %s, %.4f ppm, %s",
			(unsigned long)seed, tscal_status_str(m.out.status),
			error_ppm(&m), m.out.sentence);
	}
}

Test(sim_measure, interval_holds_the_truth_of_a_clock_made_of_the_tsc)
{
	for (uint64_t seed = 0; seed < 1000; seed++) {
		struct measured m;

		machine_with_steps(seed);
		disturb(seed);
		m = measure_one(PLAT_COUNTER_CLOCK_RAW, 10, 50);
		cr_assert(holds_truth(&m), "seed %lu: %.4f ppm, %s",
			(unsigned long)seed, error_ppm(&m), m.out.sentence);
	}
}

Test(sim_measure, point_is_far_better_than_the_interval)
{
	for (uint64_t seed = 0; seed < 300; seed++) {
		struct measured m;

		machine_with_steps(seed)->jitter_ps = (seed % 3 + 1) * 2 * NS;
		m = measure_one(PLAT_COUNTER_CLOCK_RAW, 10, 50);
		cr_assert(eq(int, m.out.status, TSCAL_STATUS_READY));
		/* Half a ns of 10 ms: the drift within a burst is 2 ns. */
		cr_assert(lt(dbl, fabs(error_ppm(&m)), 0.05), "seed %lu: %s",
			(unsigned long)seed, m.out.sentence);
		/* Two brackets of some 50 ns in 10 ms. */
		cr_assert(lt(dbl, 2, (m.out.hi - m.out.lo) / m.out.hz * 1e6));
	}
}

Test(sim_measure, a_clock_in_step_with_the_tsc_costs_one_count)
{
	/* Steps of exactly 10 ns: each read falls on the same part of a ns, and
	 * nothing tells which.  1 ns of 10 ms is 0.1 ppm. */
	for (uint64_t seed = 0; seed < 300; seed++) {
		struct sim_counter *c = machine_with_steps(seed);
		struct measured m;

		c->mult = (uint32_t)(ldexp(1e9, 24) / sim.tsc_hz);
		m = measure_one(PLAT_COUNTER_CLOCK_RAW, 10, 50);
		cr_assert(holds_truth(&m));
		cr_assert(lt(dbl, fabs(error_ppm(&m)), 0.1), "seed %lu",
			(unsigned long)seed);
	}
}

Test(sim_measure, holds_the_truth_with_reads_of_100_us)
{
	for (uint64_t seed = 0; seed < 300; seed++) {
		struct sim_counter *c = machine(seed);
		struct measured m;

		c->before_ps = 70 * US;
		c->after_ps = 20 * US;
		c->jitter_ps = 10 * US;
		m = measure_one(PLAT_COUNTER_CLOCK_RAW, 10, 50);
		cr_assert(holds_truth(&m), "seed %lu: %s", (unsigned long)seed,
			m.out.sentence);
		/* Stretched: 10 ms would leave 2 % open. */
		cr_assert(lt(dbl, 25, m.ms));
	}
}

Test(sim_measure, samples_an_end_again_that_is_unlike_the_other)
{
	/* All through the last burst the reads take 15 ns longer; then while
	 * the first one runs. */
	static const uint64_t from[] = {9900 * US, 0};
	static const uint64_t until[] = {10180 * US, 500 * US};

	for (size_t i = 0; i < 2; i++) {
		struct measured m;

		machine(5);
		sim_add_event(&sim, SIM_SLOW, from[i], (int64_t)(15 * NS));
		sim_add_event(&sim, SIM_SLOW, until[i], 0);
		m = measure_one(PLAT_COUNTER_CLOCK_RAW, 10, 50);
		cr_assert(holds_truth(&m));
		cr_assert(lt(dbl, fabs(error_ppm(&m)), 0.03), "%s",
			m.out.sentence);
		/* The first end: a window of its own. */
		cr_assert(eq(int, 15 * MS < sim.now_ps, from[i] == 0));
	}
}

/* Hardware timers, whose point is the middle of the interval. */
Test(sim_measure, an_end_of_a_timer_with_few_or_slow_reads_is_sampled_again)
{
	static const uint64_t ends[] = {0, 3 * MS};
	static const enum plat_counter_id timers[] = {HPET, PM, PIT};

	for (uint64_t seed = 0; seed < 600; seed++) {
		uint64_t end = ends[seed % 2];
		struct sim_counter *c;
		struct measured m;

		machine(seed);
		c = sim_add_counter(&sim, timers[seed % 3],
			seed % 3 ? 3579545 : 10000000, seed % 3 == 2 ? 3 : 1,
			seed % 3 == 2 ? 16 : 24);
		c->before_ps = c->after_ps = 200 * NS;
		c->jitter_ps = 100 * NS;
		c->spin = seed & 4;
		/* The first few reads, then another guest runs; or all reads
		 * cross a bus that another device uses. */
		if (seed % 4 < 2) {
			sim_add_event(&sim, SIM_STEAL,
				end + (2 + seed % 10) * US, 2 * MS);
			sim_add_event(&sim, SIM_STEAL,
				end + 2 * MS + (4 + seed % 20) * US, 2 * MS);
		} else {
			sim_add_event(&sim, SIM_SLOW, end ? end - MS / 4 : 0,
				(int64_t)(2 * US));
			sim_add_event(&sim, SIM_SLOW,
				end + (c->spin ? 120 : 400) * US, 0);
		}
		m = measure_one(timers[seed % 3], 3, 50);
		cr_assert(holds_truth(&m), "%lu: %s", seed, m.out.sentence);
		cr_assert(lt(dbl, (m.out.hi - m.out.lo) / m.out.hz, 400e-6),
			"%lu: +-%g ppm, %s", seed,
			(m.out.hi - m.out.lo) / m.out.hz * 5e5, m.out.sentence);
		cr_assert(lt(dbl, fabs(error_ppm(&m)), 60), "%lu: %s", seed,
			m.out.sentence);
		cr_assert(le(u64, sim.now_ps, 50 * MS));
	}
}

/* Sampling an end again may come too late for a counter that wraps. */
Test(sim_measure, a_timer_that_wraps_before_it_is_sampled_again_keeps_its_rate)
{
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct measured m;
		struct sim_counter *c;

		machine(seed);
		c = sim_add_counter(&sim, PIT, 3579545, 3, 16);
		c->before_ps = c->after_ps = 200 * NS;
		c->jitter_ps = 100 * NS;
		c->spin = true;
		/* A few reads of the last burst, then another guest runs. */
		sim_add_event(&sim, SIM_STEAL,
			27460 * US + (2 + seed % 14) * US, 15 * MS);
		sim_add_event(&sim, SIM_STEAL, 42840 * US, 15 * MS);
		m = measure_one(PIT, 30, 150);
		cr_assert(holds_truth(&m), "%lu: %s", seed, m.out.sentence);
	}
}

Test(sim_measure, states_when_the_ends_stay_unlike)
{
	struct measured m;

	machine(5);
	for (int i = 0; i < 30; i++)
		sim_add_event(&sim, SIM_SLOW, i * 5 * MS + 1 * MS,
			(int64_t)((i + 1) * 15 * NS));
	m = measure_one(PLAT_COUNTER_CLOCK_RAW, 10, 50);
	cr_assert(holds_truth(&m));
	cr_assert(ne(ptr, strstr(m.out.sentence, "ends differ"), NULL), "%s",
		m.out.sentence);
	cr_assert(le(u64, sim.now_ps, 50 * MS));
}

Test(sim_measure, several_counters_share_one_window)
{
	struct measured m[4] = {
		{.id = PLAT_COUNTER_CLOCK_RAW},
		{.id = HPET},
		{.id = PM},
		{.id = PIT},
	};
	struct measure_plan plan = PLAN(10, 50);

	for (uint64_t seed = 0; seed < 200; seed++) {
		machine(seed)->error_ppm = 12;
		/* HPET: 69841279 fs; the others: 3579545 Hz and a third. */
		sim_add_counter(&sim, HPET, 1000000000000000, 69841279, 32)
			->error_ppm = -40;
		sim.counters[HPET].before_ps = 500 * NS;
		sim_add_counter(&sim, PM, 3579545, 1, 24)->error_ppm = 100;
		sim.counters[PM].after_ps = 700 * NS;
		sim_add_counter(&sim, PIT, 3579545, 3, 16)->before_ps = 2 * US;
		/* Both wrap within the window. */
		sim.counters[PM].start = 0xffffff - 9000;
		sim.counters[PIT].start = 0xffff - 900;
		disturb(seed);
		measure(plan, m, 4);
		for (size_t i = 0; i < 4; i++)
			cr_assert(holds_truth(&m[i]), "seed %lu, %zu: %s",
				(unsigned long)seed, i, m[i].out.sentence);
		/* One wait, not four; 5 ms were stolen. */
		cr_assert(lt(u64, sim.now_ps, 30 * MS));
	}
}

Test(sim_measure, a_stuck_counter_leaves_the_others_alone)
{
	struct measured m[3] = {
		{.id = PM}, {.id = HPET}, {.id = PLAT_COUNTER_CLOCK_RAW}};
	struct measure_plan plan = PLAN(10, 50);

	machine(1);
	sim_add_counter(&sim, PM, 3579545, 1, 24)->stops_at_ps = 1;
	measure(plan, m, 3);
	cr_assert(eq(int, m[0].out.status, TSCAL_STATUS_STUCK));
	cr_assert(eq(int, m[1].out.status, TSCAL_STATUS_ABSENT));
	cr_assert(holds_truth(&m[2]));
}

Test(sim_measure, look_ups_may_outlast_the_window)
{
	struct measure_plan plan = PLAN(10, 50);
	struct measured m = {.id = PLAT_COUNTER_CLOCK_RAW};

	machine(9);
	measure_open(&sim.plat, &m, NULL, space);
	measure_begin(&sim.plat, &plan, space, 1);
	sim_wait(&sim.plat, 25000000, true);
	measure_finish(&sim.plat, &plan, space, 1);
	measure_close(&sim.plat, space, 1);
	cr_assert(holds_truth(&m), "%s", m.out.sentence);
	cr_assert(lt(u64, sim.now_ps, 30 * MS));
}

Test(sim_measure, slewing_does_not_move_the_result)
{
	/* The fastest slew of the kernel, adjtimex(2): 10 %. */
	static const double slew[] = {-1e5, -500, 0, 500, 1e5};

	for (size_t i = 0; i < sizeof(slew) / sizeof(*slew); i++) {
		struct measured m;

		machine(3)->jitter_ps = 2 * NS;
		sim.mono_ppm = slew[i];
		m = measure_one(PLAT_COUNTER_CLOCK_RAW, 10, 50);
		cr_assert(holds_truth(&m));
		cr_assert(lt(dbl, fabs(error_ppm(&m)), 0.03));
	}
}

Test(sim_measure, keeps_the_budget_with_slow_reads)
{
	static const uint64_t cost[] = {50, 1000, 20000, 580000};
	static const unsigned budget[] = {1, 5, 20, 50, 200};

	for (size_t i = 0; i < sizeof(cost) / sizeof(*cost); i++)
		for (size_t k = 0; k < sizeof(budget) / sizeof(*budget); k++) {
			struct sim_counter *c = machine(k);
			unsigned window = budget[k] < 10 ? budget[k] : 10;
			struct measured m;
			uint64_t over;

			c->before_ps = cost[i] * NS / 2;
			c->after_ps = cost[i] * NS / 2;
			m = measure_one(
				PLAT_COUNTER_CLOCK_RAW, window, budget[k]);
			if (m.out.status == TSCAL_STATUS_READY)
				cr_assert(holds_truth(&m));
			else
				cr_assert(eq(int, m.out.status,
					TSCAL_STATUS_UNSTABLE));
			/* Each of four bursts ends within a read. */
			over = 4 * (c->before_ps + c->after_ps + 20 * NS);
			cr_assert(le(u64, sim.now_ps, budget[k] * MS + over),
				"%lu ns, %u ms: %lu ps", (unsigned long)cost[i],
				budget[k], (unsigned long)sim.now_ps);
		}
}

Test(sim_measure, a_window_beyond_the_wrap_is_shortened)
{
	struct measured m;

	machine(2);
	sim_add_counter(&sim, PM, 3579545, 1, 24);
	m = measure_one(PM, 20000, 60000);
	cr_assert(holds_truth(&m), "%s", m.out.sentence);
	cr_assert(lt(dbl, m.ms, 2500)); /* half of 4.69 s */
}

Test(sim_measure, late_is_better_than_nothing)
{
	struct measured m;

	machine(2);
	sim.now_ps = 100 * MS;
	m = (struct measured){.id = PLAT_COUNTER_CLOCK_RAW};
	/* Others took all the time before it began. */
	measure((struct measure_plan)PLAN(10, 50), &m, 1);
	cr_assert(holds_truth(&m), "%s", m.out.sentence);
	cr_assert(lt(u64, sim.now_ps, 104 * MS));
}

Test(sim_measure, cost_of_rdtsc)
{
	/* A common one, AMD's steps, and one that traps. */
	static const uint64_t cost_ps[] = {10 * NS, 9630, 2 * US};

	for (size_t i = 0; i < 3; i++) {
		double ns;

		machine(4);
		sim.rdtsc_ps = cost_ps[i];
		sim.tsc_step_ps = i == 1 ? 10 * NS : 0;
		sim_add_event(&sim, SIM_STEAL, 1 * US, (int64_t)(50 * US));
		ns = measure_rdtsc_ticks(&sim.plat, space) / sim.tsc_hz * 1e9;
		cr_assert(lt(dbl, fabs(ns - cost_ps[i] / 1e3),
				  cost_ps[i] / 1e3 * 0.05),
			"%.3f ns", ns);
		cr_assert(lt(u64, sim.now_ps, 500 * US));
	}
}

/* A chipset of the nineties, and a PIT whose bytes another reader takes. */
Test(sim_measure, reads_that_are_caught_while_the_counter_changes)
{
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct measured m[2] = {{.id = PM}, {.id = PIT}};

		machine(seed);
		sim_add_counter(&sim, PM, 3579545, 1, 24)->error_ppm = 60;
		sim_add_counter(&sim, PIT, 3579545, 3, 16)->error_ppm = -60;
		for (size_t i = 0; i < 2; i++) {
			struct sim_counter *c = &sim.counters[m[i].id];

			c->spin = c->verify = true;
			c->before_ps = c->after_ps = 500 * NS;
			c->caught = 100;
		}
		measure((struct measure_plan)PLAN(10, 1000), m, 2);
		cr_assert(holds_truth(&m[0]), "%s", m[0].out.sentence);
		cr_assert(holds_truth(&m[1]), "%s", m[1].out.sentence);
		/* What is left out is not taken for too few reads. */
		cr_assert(lt(dbl, m[0].ms, 12), "%g ms", m[0].ms);
		/* Unverified they are a counter that jumps. */
		sim.counters[PM].verify = false;
		sim.counters[PM].caught = 4;
		measure((struct measure_plan)PLAN(10, 1000), m, 1);
		cr_assert(eq(int, m[0].out.status, TSCAL_STATUS_UNSTABLE));
	}
}
