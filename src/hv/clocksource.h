/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The clocksources of Linux on x86, by their names in sysfs, and what each
 * implies. */
#ifndef TSCAL_CLOCKSOURCE_H
#define TSCAL_CLOCKSOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCKSOURCE_TSC "tsc"
#define CLOCKSOURCE_TSC_EARLY "tsc-early"
#define CLOCKSOURCE_KVM "kvm-clock"
#define CLOCKSOURCE_XEN "xen"
#define CLOCKSOURCE_HYPERV_PAGE "hyperv_clocksource_tsc_page"
/* The MSR, by kernels before 4.14 (arch/x86/kernel/cpu/mshyperv.c). */
#define CLOCKSOURCE_HYPERV_OLD "hyperv_clocksource"
#define CLOCKSOURCE_HYPERV_MSR "hyperv_clocksource_msr"
#define CLOCKSOURCE_HPET "hpet"
#define CLOCKSOURCE_ACPI_PM "acpi_pm"
#define CLOCKSOURCE_PIT "pit"
#define CLOCKSOURCE_JIFFIES "jiffies"
#define CLOCKSOURCE_REFINED_JIFFIES "refined-jiffies"

struct clocksource {
	const char *name; /* NULL: one that tscal does not know */
	enum {
		CLOCKSOURCE_OF_UNKNOWN,
		CLOCKSOURCE_OF_TSC,	   /* the TSC at the kernel's rate */
		CLOCKSOURCE_OF_HYPERVISOR, /* its clock */
		CLOCKSOURCE_OF_TIMER,	   /* a timer with an oscillator */
		CLOCKSOURCE_OF_TICKS,	   /* timer interrupts */
	} of;
	uint32_t root; /* TSCAL_ROOT_* of a timer on bare metal */
	/* By how much the clock advances at a time: its period, and 1 ns for
	 * what is cut off.  Reads of a TSC include both already. */
	uint64_t step_ns;
	bool provisional; /* the kernel runs on it only until it has another */
	/* It is RDTSC times a factor that the hypervisor keeps: the kernel
	 * trusts this TSC even where it does not list it. */
	bool scaled_tsc;
};

/* The row of that name; for an unknown one the last row, never NULL. */
const struct clocksource *clocksource_of(const char *name);

/* Row i of the table, NULL from the one without a name on. */
const struct clocksource *clocksource_row(size_t i);

#endif /* TSCAL_CLOCKSOURCE_H */
