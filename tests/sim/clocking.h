/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A clock on the simulated machine, its updates and its readings. */
#ifndef TSCAL_TESTS_CLOCKING_H
#define TSCAL_TESTS_CLOCKING_H

#include <math.h>
#include <stdlib.h>
#include <sys/timex.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "clock/state.h"
#include "plat/sim/sim.h"

#define MS UINT64_C(1000000) /* in ns */
#define S INT64_C(1000000000)
#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"
#define BOOT "/proc/sys/kernel/random/boot_id"
#define BOOT_ID "0c6b8b3e-2f4f-4d51-9d6e-0f6c3f0d9a11"

static struct sim sim;
static struct tscal_clock clk;
static uint64_t random_state;

/* Below n. */
static inline uint64_t random_below(uint64_t n)
{
	random_state = random_state * 6364136223846793005u +
		       1442695040888963407u;
	return (random_state >> 33) % n;
}

/* A PC whose kernel runs on its TSC, some time after it was booted. */
static inline void pc(uint64_t seed)
{
	random_state = seed;
	sim_init(&sim);
	sim_run_tsc(&sim, 2.1e9 + (double)(seed % 997) * 1003.7, seed);
	sim_add_clock(&sim, CLOCK_MONOTONIC_RAW, 3600 * S)->jitter_ps = 2000;
	sim_add_clock(&sim, CLOCK_MONOTONIC, 3600 * S)->jitter_ps = 2000;
	sim_add_clock(&sim, CLOCK_BOOTTIME, 3900 * S)->jitter_ps = 2000;
	sim_add_clock(&sim, CLOCK_REALTIME, 1795000000 * S)->jitter_ps = 2000;
	sim_add_clock(&sim, CLOCK_TAI, 1795000037 * S)->jitter_ps = 2000;
	sim_add_cpuid(&sim, 0, 0, 1, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_add_cpuid(&sim, 1, 0, 0x906ed, 0, 0, 1 << 4);
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", "tsc\n");
	sim_add_file(&sim, CLOCKSOURCE "available_clocksource",
		"tsc hpet acpi_pm \n");
	sim_add_file(&sim, "/proc/cpuinfo", "flags\t\t: tsc\n");
	sim_add_file(&sim, BOOT, BOOT_ID "\n");
	sim.timex_rc = 0;
	sim.timex = (struct plat_timex){.state = TIME_OK,
		.tick = 10000,
		.maxerror_us = 5000,
		.tai = 37};
}

/* Set up as opts says, which may be NULL, on the simulated machine. */
static inline int begin(int clock_id, const struct tscal_clock_opts *opts)
{
	struct tscal_clock_opts o = TSCAL_CLOCK_OPTS_INIT;

	if (opts)
		o = *opts;
	o.platform = &sim.plat;
	return tscal_clock_init(&clk, clock_id, &o, NULL);
}

static inline void wait_ns(uint64_t ns)
{
	sim.plat.ops->wait(&sim.plat, ns, true);
}

/* As tscal_now(), with the TSC of the simulated machine. */
static inline int64_t now(void)
{
	int64_t ns;

	if (clk.page && page_read(clk.page, sim_tsc_now(&sim), &ns))
		return ns;
	return tscal_clock_slow(&clk, 0);
}

/* How far that is off. */
static inline int64_t off_ns(void)
{
	int64_t ns = now();

	return ns - sim_clock_now(&sim, clk.clock_id);
}

static inline int64_t far(int64_t ns)
{
	return ns < 0 ? -ns : ns;
}

/* Every 100 ms, so many times; the events of all of them. */
static inline uint32_t update_for(unsigned times)
{
	uint32_t events = 0;

	for (unsigned i = 0; i < times; i++) {
		int rc;

		wait_ns(100 * MS);
		rc = tscal_clock_update(&clk);
		cr_assert(le(int, 0, rc), "%d", rc);
		events |= (uint32_t)rc;
	}
	return events;
}

static inline struct tscal_stats stats(void)
{
	struct tscal_stats s;

	tscal_clock_stats(&clk, &s);
	return s;
}

#endif /* TSCAL_TESTS_CLOCKING_H */
