/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A machine whose counters can all be opened, and how often they were. */
#ifndef TSCAL_TESTS_OPENING_H
#define TSCAL_TESTS_OPENING_H

#include "unit/asking.h"
#include "calib/measure/counters.h"
#include "unit/fadt.h"

#define RDTSC PLAT_COUNTER_RDTSC
#define RAW PLAT_COUNTER_CLOCK_RAW
#define REALTIME PLAT_COUNTER_REALTIME
#define HPET PLAT_COUNTER_HPET
#define PM PLAT_COUNTER_ACPI_PM
#define PIT PLAT_COUNTER_PIT
#define PHC PLAT_COUNTER_PHC

#define ONLY(source) (UINT64_C(1) << TSCAL_SOURCE_##source)

/* The hardware among the counters, and the sources that they are. */
static const struct hardware {
	enum plat_counter_id id;
	enum tscal_source source;
	uint32_t root; /* on bare metal */
} hardware[] = {
	{HPET, TSCAL_SOURCE_HPET, TSCAL_ROOT_HPET},
	{PM, TSCAL_SOURCE_ACPI_PM, TSCAL_ROOT_PM},
	{PIT, TSCAL_SOURCE_PIT, TSCAL_ROOT_PIT},
	{PHC, TSCAL_SOURCE_PHC, TSCAL_ROOT_PHC(0)},
};
#define N_HARDWARE (sizeof(hardware) / sizeof(*hardware))

static struct plat_ops ops;
static unsigned opened[PLAT_COUNTER_COUNT], closed[PLAT_COUNTER_COUNT];
static struct plat_where given[PLAT_COUNTER_COUNT];
static struct table fadt;

static inline int open_counted(struct tscal_platform *p,
	enum plat_counter_id id, const struct plat_where *where,
	struct plat_counter *out)
{
	opened[id]++;
	given[id] = where ? *where : (struct plat_where){.number = ~0u};
	return sim_counter_open(p, id, where, out);
}

static inline void close_counted(
	struct tscal_platform *p, enum plat_counter_id id)
{
	closed[id]++;
	sim_counter_close(p, id);
}

static inline void forget(void)
{
	memset(opened, 0, sizeof(opened));
	memset(closed, 0, sizeof(closed));
}

static inline unsigned total(const unsigned *n)
{
	unsigned sum = 0;

	for (size_t id = 0; id < PLAT_COUNTER_COUNT; id++)
		sum += n[id];
	return sum;
}

/* A TSC of 2.4 GHz and all counters, each with its true rate. */
static inline void add_counters(void)
{
	sim_run_tsc(&sim, 2.4e9, 1);
	sim_add_clock_raw(&sim);
	sim_add_counter(&sim, REALTIME, 1000000000, 1, 64)->error_ppm = 1;
	sim_add_counter(&sim, HPET, 14318180, 1, 32)->spin = true;
	sim_add_counter(&sim, PM, 3579545, 1, 24)->spin = true;
	sim_add_counter(&sim, PIT, 1193182, 1, 16)->spin = true;
	sim_add_counter(&sim, PHC, 1000000000, 1, 64);
	fadt = fadt_of_qemu(3);
	sim_add_bytes(&sim, FACP, fadt.bytes, fadt.size);
	ops = *sim.plat.ops;
	ops.counter_open = open_counted;
	ops.counter_close = close_counted;
	sim.plat.ops = &ops;
	forget();
}

/* The same before the counters are opened. */
static inline void init_counters(void)
{
	init_metal();
	add_counters();
	strcpy(run.facts.available, "tsc hpet acpi_pm");
	run.facts.ptp = 0;
	run.opts = (struct tscal_opts){.budget_ms = 50, .window_ms = 10};
}

#endif /* TSCAL_TESTS_OPENING_H */
