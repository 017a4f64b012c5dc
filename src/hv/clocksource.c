/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "hv/clocksource.h"

#include <string.h>

#include <tscal/calibrate.h>

static const struct clocksource rows[] = {
	{CLOCKSOURCE_TSC, CLOCKSOURCE_OF_TSC, .step_ns = 1},
	{CLOCKSOURCE_TSC_EARLY, CLOCKSOURCE_OF_TSC, .step_ns = 1,
		.provisional = true},
	{CLOCKSOURCE_KVM, CLOCKSOURCE_OF_HYPERVISOR, .step_ns = 1,
		.scaled_tsc = true},
	{CLOCKSOURCE_XEN, CLOCKSOURCE_OF_HYPERVISOR, .step_ns = 1,
		.scaled_tsc = true},
	/* Units of 100 ns (Hypervisor TLFS, Timers). */
	{CLOCKSOURCE_HYPERV_PAGE, CLOCKSOURCE_OF_HYPERVISOR, .step_ns = 101,
		.scaled_tsc = true},
	{CLOCKSOURCE_HYPERV_MSR, CLOCKSOURCE_OF_HYPERVISOR, .step_ns = 101},
	{CLOCKSOURCE_HYPERV_OLD, CLOCKSOURCE_OF_HYPERVISOR, .step_ns = 101},
	/* A period of at most 100 ns (IA-PC HPET 1.0a, 2.3.4). */
	{CLOCKSOURCE_HPET, CLOCKSOURCE_OF_TIMER, TSCAL_ROOT_HPET,
		.step_ns = 101},
	/* 3.579545 MHz (ACPI 6.5, 4.8.3.3), and a third of that. */
	{CLOCKSOURCE_ACPI_PM, CLOCKSOURCE_OF_TIMER, TSCAL_ROOT_PM,
		.step_ns = 281},
	{CLOCKSOURCE_PIT, CLOCKSOURCE_OF_TIMER, TSCAL_ROOT_PIT, .step_ns = 840},
	/* HZ is at least 100; ticks may be late by one. */
	{CLOCKSOURCE_JIFFIES, CLOCKSOURCE_OF_TICKS, .step_ns = 20000000,
		.provisional = true},
	{CLOCKSOURCE_REFINED_JIFFIES, CLOCKSOURCE_OF_TICKS, .step_ns = 20000000,
		.provisional = true},
	/* Unknown or not visible: as coarse as any timer.  A clock that does
	 * not advance for longer is noticed when it is measured. */
	{NULL, CLOCKSOURCE_OF_UNKNOWN, .step_ns = 1000},
};
#define N_NAMED (sizeof(rows) / sizeof(*rows) - 1)

const struct clocksource *clocksource_of(const char *name)
{
	size_t i = 0;

	while (i < N_NAMED && strcmp(rows[i].name, name) != 0)
		i++;
	return &rows[i];
}

const struct clocksource *clocksource_row(size_t i)
{
	return i < N_NAMED ? &rows[i] : NULL;
}
