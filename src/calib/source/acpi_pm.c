/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The ACPI power management timer: 3.579545 MHz (ACPI 6.5, 4.8.3.3), a quarter
 * of the PC's 14.31818 MHz.  The specification gives it no tolerance. */
#include <string.h>

#include "calib/measure/counters.h"
#include "calib/source/source.h"

/*
 * MSR_EMULATE_PM_TIMER, by which firmware has microcode count at that port what
 * it makes of the CPU's crystal: bit 16 and the port (coreboot,
 * enable_pm_timer_emulation()).
 */
#define MSR_EMULATE_PM_TIMER 0x121
#define EMULATE_EN (UINT64_C(1) << 16)

static bool emulated_by_microcode(const struct run *run)
{
	uint64_t v;

	return !strcmp(run->facts.cpu_vendor, "GenuineIntel") &&
	       !run->kernel.guest &&
	       !run->plat->ops->rdmsr(run->plat, 0, MSR_EMULATE_PM_TIMER, &v) &&
	       v & EMULATE_EN && (v & 0xffff) == run->pm_port;
}

static void survey(struct run *run, struct estimate *est)
{
	counters_survey(run, est, PLAT_COUNTER_ACPI_PM);
}

static void ask(struct run *run, struct estimate *est)
{
	if (counters_ask(run, est, PLAT_COUNTER_ACPI_PM))
		run->pm_of_crystal = emulated_by_microcode(run);
}

const struct source source_acpi_pm = {
	.id = TSCAL_SOURCE_ACPI_PM,
	.name = "acpi-pm",
	.kind = TSCAL_KIND_MEASURED,
	.probe = "ports",
	.needs = "a PM timer in ACPI's FADT, its I/O port (root); --probe "
		 "ports",
	.survey = survey,
	.ask = ask,
};
