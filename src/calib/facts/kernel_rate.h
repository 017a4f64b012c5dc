/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The kernel's own rates: their origin and their accuracy. */
#ifndef TSCAL_KERNEL_RATE_H
#define TSCAL_KERNEL_RATE_H

#include "calib/facts/facts.h"
#include "calib/facts/hypervisor.h"

/* The origin of a rate of the kernel's. */
enum kernel_origin {
	KERNEL_NOT_SHOWN,
	/* Its calibration of the TSC: declared, */
	KERNEL_TDX,
	KERNEL_SECURE_TSC,
	KERNEL_CPUID_15,
	KERNEL_CPUID_15_IN_GUEST,
	KERNEL_HYPERVISOR,
	KERNEL_DECLARED, /* not by CPUID 15h */
	/* measured, */
	KERNEL_HPET,
	KERNEL_PM,
	KERNEL_HOST_TIMERS,
	KERNEL_PERHAPS_HOST_TIMERS,
	/* or its first guess. */
	KERNEL_GUESS_REFINING,
	KERNEL_GUESS_UNFINISHED,
	KERNEL_GUESS,
	KERNEL_GUESS_BY_COMMAND_LINE,
	KERNEL_GUESS_PERHAPS,
	/* The clocksource behind CLOCK_MONOTONIC_RAW. */
	KERNEL_ON_HYPERVISOR_CLOCK,
	KERNEL_ON_HPET,
	KERNEL_ON_PM,
	KERNEL_ON_PIT,
	KERNEL_ON_UNKNOWN,
	KERNEL_ON_NONE_YET,
	KERNEL_ON_NONE,
	KERNEL_ON_HIDDEN,
};

/* To follow "the kernel": "measured it against the HPET". */
const char *kernel_origin_phrase(enum kernel_origin origin);

struct kernel_rate {
	uint32_t roots; /* behind CLOCK_MONOTONIC_RAW */
	enum kernel_origin origin;
	bool tsc;	  /* RAW is the TSC scaled by mult/shift */
	bool provisional; /* still refining */
	/* RAW counts the timer's interrupts: the kernel has no clocksource; for
	 * good, where it has had a minute to find one. */
	bool ticks, ticks_for_good;
	/* Linux' driver for the hypervisor took the rate from it: 1, 0; -1: not
	 * known. */
	int hv_calibrated;
	bool guest; /* in a virtual machine: the host emulates timers */
	/* guest is set to be careful: facts->guest_unknown, and neither the
	 * hypervisor's leaves nor a timer decided it. */
	bool guest_perhaps;
	/* The sign of it where CPUID shows none, as the start of a sentence. */
	const char *sign;
	/* tsc_khz was measured against such timers; RAW is such a timer.  Then
	 * the rate is relative to the host's clock, not to the guest's TSC. */
	bool khz_by_host_clock, raw_by_host_clock;
	bool guess; /* tsc_khz is a first guess, not refined */
	/* The same, or nothing excludes it: how it got its rate is not shown.
	 */
	bool may_be_guess;
	/* Of tsc_khz, the kernel's calibration of the TSC, made with any
	 * clocksource.  The same as above if the clocksource is the TSC. */
	uint32_t khz_roots;
	enum kernel_origin khz_origin;
	/* Largest error of that calibration relative to its roots, in ppm; 0
	 * for a declared rate (except for rounding). */
	double slack_ppm;
};

/*
 * sign: what shows that this is a guest where CPUID does not, "" for nothing;
 * assume_metal overrules it.
 */
struct kernel_rate kernel_rate_find(const struct facts *facts,
	const struct hypervisor *hv, const char *sign, bool assume_metal);

#endif /* TSCAL_KERNEL_RATE_H */
