/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The ACPI power management timer: 3.579545 MHz (ACPI 6.5, 4.8.3.3), a quarter
 * of the PC's 14.31818 MHz.  The specification gives it no tolerance. */
#include <string.h>

#include "calib/source/source.h"

/*
 * MSR_EMULATE_PM_TIMER: firmware sets bit 16 and the port, and microcode
 * emulates the timer at that port from the CPU's crystal (coreboot,
 * enable_pm_timer_emulation()).
 */
#define MSR_EMULATE_PM_TIMER 0x121
#define EMULATE_EN (UINT64_C(1) << 16)

static bool emulated_by_microcode(const struct source_view *v)
{
	uint64_t msr;

	return !strcmp(v->facts->cpu_vendor, "GenuineIntel") &&
	       !v->kernel->guest &&
	       !v->plat->ops->rdmsr(v->plat, 0, MSR_EMULATE_PM_TIMER, &msr) &&
	       msr & EMULATE_EN &&
	       (msr & 0xffff) == v->measured->counters.pm_port;
}

static void read(const struct source_view *v, struct estimate *est)
{
	if (counter_read(v, est, PLAT_COUNTER_ACPI_PM, TSCAL_ROOT_PM))
		est->of_cpu_crystal = emulated_by_microcode(v);
}

const struct source source_acpi_pm = {
	.id = TSCAL_SOURCE_ACPI_PM,
	.name = "acpi-pm",
	.kind = TSCAL_KIND_MEASURED,
	.counter = PLAT_COUNTER_BIT(PLAT_COUNTER_ACPI_PM),
	.probe = "ports",
	.needs = "a PM timer in ACPI's FADT, its I/O port (CAP_SYS_RAWIO); "
		 "--probe "
		 "ports",
	.read = read,
};
