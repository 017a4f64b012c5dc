/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the tests of measuring on the simulated machine have in common. */
#ifndef TSCAL_TESTS_MEASURING_H
#define TSCAL_TESTS_MEASURING_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "calib/measure/window.h"
#include "plat/sim/sim.h"

#define MS UINT64_C(1000000000) /* in ps */
#define US UINT64_C(1000000)
#define NS UINT64_C(1000)

#define HPET PLAT_COUNTER_HPET
#define PM PLAT_COUNTER_ACPI_PM
#define PIT PLAT_COUNTER_PIT

/* A plan that begins with the machine. */
#define PLAN(window_ms, budget_ms)                                             \
	{                                                                      \
		.window_ns = (window_ms)*UINT64_C(1000000),                    \
		.deadline_ns = (budget_ms)*UINT64_C(1000000),                  \
	}

/* Machines in all of a test that tries thousands. */
#ifdef TSCAL_TEST_FEWER
#define RUNS 2000
#else
#define RUNS 10000
#endif

static struct sim sim;
static struct measure_space space[4];

/* A machine with CLOCK_MONOTONIC_RAW; returns that. */
static inline struct sim_counter *machine(uint64_t seed)
{
	sim_init(&sim);
	sim_run_tsc(&sim, 2.4e9 + (double)(seed % 1000) * 1234.5, seed);
	return sim_add_clock_raw(&sim);
}

/* Nothing is looked up while the window is open. */
static inline void measure(
	struct measure_plan plan, struct measured *m, size_t n)
{
	size_t open = 0;

	for (size_t i = 0; i < n; i++)
		open += !measure_open(&sim.plat, &m[i], NULL, &space[open]);
	measure_begin(&sim.plat, &plan, space, open);
	measure_finish(&sim.plat, &plan, space, open);
	measure_close(&sim.plat, space, open);
}

/* One counter, measured within this budget. */
static inline struct measured measure_one(
	enum plat_counter_id id, unsigned window_ms, unsigned budget_ms)
{
	struct measure_plan plan = {
		.window_ns = window_ms * UINT64_C(1000000),
		.deadline_ns = sim_now_ns(&sim.plat) +
			       budget_ms * UINT64_C(1000000),
	};
	struct measured m = {.id = id, .what = "the counter"};

	measure(plan, &m, 1);
	return m;
}

static inline bool holds_truth(const struct measured *m)
{
	double hz = sim_hz(&sim, m->id);

	return m->out.status == TSCAL_STATUS_READY && m->out.lo <= hz &&
	       hz <= m->out.hi && m->out.lo <= m->out.hz &&
	       m->out.hz <= m->out.hi;
}

static inline double error_ppm(const struct measured *m)
{
	return (m->out.hz / sim_hz(&sim, m->id) - 1) * 1e6;
}

#endif /* TSCAL_TESTS_MEASURING_H */
