/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Whole calibrations of a simulated PC whose timers are read. */
#ifndef TSCAL_TESTS_PC_H
#define TSCAL_TESTS_PC_H

#include <math.h>

#include <tscal/calibrate.h>

#include "measuring.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"
#define TSC_HZ 2.4e9

/* ACPI 6.5, 5.2.9: a FADT of ACPI 1.0 whose PM timer is at port 0x808. */
static inline int fadt(void *buf, size_t size)
{
	uint8_t table[116] = "FACP", sum = 0;

	table[4] = sizeof(table);
	table[76] = 0x08;
	table[77] = 0x08;
	table[91] = 4;
	for (size_t i = 0; i < sizeof(table); i++)
		sum = (uint8_t)(sum + table[i]);
	table[9] = (uint8_t)-sum;
	size = size < sizeof(table) ? size : sizeof(table);
	memcpy(buf, table, size);
	return (int)size;
}

static const struct plat_ops *ops_of_sim;

/* A table holds NULs, which the sim's files of text cannot. */
static inline int files_and_fadt(
	struct tscal_platform *p, const char *path, void *buf, size_t size)
{
	if (!strcmp(path, "/sys/firmware/acpi/tables/FACP"))
		return fadt(buf, size);
	return ops_of_sim->read_file(p, path, buf, size);
}

/*
 * Bare metal whose kernel runs on its TSC, at the rate that it measured against
 * the HPET; each counter this many ppm off.
 */
static inline void pc(double kernel_ppm, double hpet_ppm, double pm_ppm)
{
	static struct plat_ops ops;
	struct sim_counter *raw = machine(1);

	ops_of_sim = sim.plat.ops;
	ops = *ops_of_sim;
	ops.read_file = files_and_fadt;
	sim.plat.ops = &ops;
	sim.tsc_hz = TSC_HZ;
	raw->mult = (uint32_t)(ldexp(1e9, 24) / TSC_HZ *
			       (1 + kernel_ppm * 1e-6));
	raw->shift = 24;
	raw->jitter_ps = 2 * NS;
	sim_add_mult_page(&sim, 0x108, raw->mult, 24);
	sim_add_counter(&sim, HPET, 1000000000000000, 69841279, 32)->error_ppm =
		hpet_ppm;
	sim.counters[HPET].before_ps = 500 * NS;
	sim_add_counter(&sim, PM, 3579545, 1, 24)->error_ppm = pm_ppm;
	sim.counters[PM].before_ps = 900 * NS;
	sim_add_counter(&sim, PIT, 3579545, 3, 16)->before_ps = 2 * US;
	sim_add_cpuid(&sim, 0, 0, 1, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_add_cpuid(&sim, 1, 0, 0x906ed, 0, 0, 1 << 4);
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", "tsc\n");
	sim_add_file(&sim, CLOCKSOURCE "available_clocksource",
		"tsc hpet acpi_pm \n");
	sim_add_file(&sim, "/proc/cpuinfo", "flags\t\t: tsc\n");
}

static struct tscal_report *report;
static const struct tscal_info *info;

static inline void calibrate(uint32_t flags)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;

	opts.platform = &sim.plat;
	opts.flags = flags;
	cr_assert(eq(int, tscal_report_new(&opts, &report), 0));
	info = tscal_report_info(report);
}

static inline const struct tscal_line *line_of(enum tscal_source id)
{
	for (size_t i = 0; i < tscal_report_count(report); i++)
		if (tscal_report_line(report, i)->id == id)
			return tscal_report_line(report, i);
	cr_fatal("no such source");
}

#endif /* TSCAL_TESTS_PC_H */
