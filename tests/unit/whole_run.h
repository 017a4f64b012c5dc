/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Whole calibrations of a PC whose counters can all be opened. */
#ifndef TSCAL_TESTS_WHOLE_RUN_H
#define TSCAL_TESTS_WHOLE_RUN_H

#include "unit/opening.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"

static struct tscal_report *report;

/* An Intel PC whose kernel runs on its TSC. */
static inline void init_pc(void)
{
	sim_init(&sim);
	add_counters();
	sim_add_cpuid(&sim, 0, 0, 0x16, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_add_cpuid(&sim, 1, 0, 0x906ed, 0, 0, 1 << 4);
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", "tsc\n");
	sim_add_file(&sim, CLOCKSOURCE "available_clocksource",
		"tsc hpet acpi_pm \n");
	sim_add_file(&sim, "/proc/cpuinfo", "flags\t\t: tsc\n");
	sim_add_file(&sim, "/sys/class/ptp/ptp0/clock_name", "ena-ptp-05\n");
}

static inline void done(void)
{
	tscal_report_free(report);
}

static inline void calibrate(uint32_t flags)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;

	opts.platform = &sim.plat;
	opts.flags = flags;
	tscal_report_free(report);
	report = NULL;
	forget();
	cr_assert(zero(int, tscal_report_new(&opts, &report)));
}

static inline const struct tscal_line *line(enum tscal_source id)
{
	for (size_t i = 0; i < tscal_report_count(report); i++)
		if (tscal_report_line(report, i)->id == id)
			return tscal_report_line(report, i);
	cr_fatal("no such source");
}

#endif /* TSCAL_TESTS_WHOLE_RUN_H */
