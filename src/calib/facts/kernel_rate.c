/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The oscillator and the arithmetic that the kernel's rate is traceable to.
 *
 * Linux, arch/x86/kernel/tsc.c: the rate is declared (tsc_known_freq) by a
 * paravirtual calibrator, secure firmware or CPUID leaf 0x15; or guessed early
 * from the PIT or CPUID leaf 0x16 and then refined over one second against the
 * HPET if that is enabled, else the ACPI PM timer.
 */
#include "calib/facts/kernel_rate.h"

#include <stdio.h>
#include <string.h>

#include "hv/clocksource.h"
#include "plat/text.h"

/* tsc_refine_calibration_work() reads at both ends of a second, and
 * tsc_read_refs() accepts a read of less than tsc_khz / 32 ticks, 31 us: an
 * error of at most 31 ppm. */
#define SLACK_REFINED_PPM 50
/* quick_pit_calibrate() ends when its error is below 500 ppm. */
#define SLACK_UNREFINED_PPM 500
/* The refined rate is accepted within 1 % of the early one. */
#define SLACK_EARLY_PPM 10000
/* The clocksource is chosen before the first program runs
 * (clocksource_done_booting()); only the refinement takes seconds more, or
 * never ends, where its reads of the timer are disturbed again and again
 * (tsc_refine_calibration_work()). */
#define BOOT_S 60

const char *kernel_origin_phrase(enum kernel_origin origin)
{
	static const char *const phrases[] = {
		[KERNEL_TDX] =
			"took its rate from CPUID 15h, which TDX guarantees",
		[KERNEL_SECURE_TSC] = "took its rate from the CPU's firmware "
				      "(SNP Secure TSC)",
		[KERNEL_CPUID_15] = "took its rate from CPUID 15h",
		[KERNEL_CPUID_15_IN_GUEST] =
			"took its rate from CPUID 15h in a virtual machine",
		[KERNEL_HYPERVISOR] = "took its rate from the hypervisor",
		[KERNEL_DECLARED] =
			"took its rate from a source other than CPUID 15h",
		[KERNEL_HPET] = "measured it against the HPET",
		[KERNEL_PM] = "measured it against the ACPI PM timer",
		[KERNEL_HOST_TIMERS] = "measured it against timers that the "
				       "host emulates",
		[KERNEL_PERHAPS_HOST_TIMERS] =
			"measured it against timers that a host may emulate",
		[KERNEL_GUESS_REFINING] = "is still refining its first guess",
		[KERNEL_GUESS_UNFINISHED] =
			"has not refined its first guess, long after it "
			"started",
		[KERNEL_GUESS] = "kept its first guess (PIT or CPUID 16h), "
				 "unrefined",
		[KERNEL_GUESS_BY_COMMAND_LINE] =
			"kept its first guess (tsc_early_khz on its command "
			"line), unrefined",
		[KERNEL_GUESS_PERHAPS] = "may never have refined its first "
					 "guess",
		[KERNEL_NOT_SHOWN] = "does not show how it got its rate",
		[KERNEL_ON_HYPERVISOR_CLOCK] = "runs on the hypervisor's clock",
		[KERNEL_ON_HPET] = "runs on the HPET",
		[KERNEL_ON_PM] = "runs on the ACPI PM timer",
		[KERNEL_ON_PIT] = "runs on the PIT",
		[KERNEL_ON_UNKNOWN] = "runs on a clocksource unknown to tscal",
		[KERNEL_ON_NONE_YET] = "has not chosen a clocksource yet",
		[KERNEL_ON_NONE] = "has found no clocksource, and counts its "
				   "timer's interrupts",
		[KERNEL_ON_HIDDEN] = "does not show its clocksource",
	};

	return phrases[origin];
}

static void khz(struct kernel_rate *k, uint32_t roots, double slack_ppm,
	enum kernel_origin origin)
{
	k->khz_roots = roots;
	k->slack_ppm = slack_ppm;
	k->khz_origin = origin;
}

static bool listed(const struct facts *f, const char *clocksource)
{
	return text_has_word(f->available, clocksource) ||
	       !strcmp(f->clocksource, clocksource);
}

/* A word of the command line switches Linux's driver for the vendor off. */
static bool switched_off(const struct facts *f, const struct hv_vendor *row)
{
	char word[16];

	for (const char *p = f->pv_off; *p; p += strcspn(p, " ") + 1) {
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(p, " "), p);
		if (row->pv_off && text_has_word(row->pv_off, word))
			return true;
	}
	return false;
}

/*
 * Whether Linux took the rate from the hypervisor: 1, 0; -1: not known.  Its
 * drivers for KVM's and Xen's clocks take the rate from the pvclock record, and
 * register a clocksource too (kvmclock_init(), xen_time_init()), which is never
 * removed: it shows what they did, whatever CPUID names.
 */
static int calibrated_by_hypervisor(
	const struct facts *f, const struct hypervisor *hv)
{
	const struct hv_vendor *row = hv->vendor;

	if (f->dom0 || listed(f, CLOCKSOURCE_KVM) || listed(f, CLOCKSOURCE_XEN))
		return 1;
	if (!row || switched_off(f, row))
		return 0;
	return hv->offers_linux;
}

static void declared(const struct facts *f, const struct hypervisor *hv,
	struct kernel_rate *k)
{
	if (f->secure_tsc)
		/* The firmware scales the TSC to the rate that the hypervisor
		 * named when it launched the guest (SNP_LAUNCH_START,
		 * DESIRED_TSC_FREQ). */
		khz(k, TSCAL_ROOT_FW | TSCAL_ROOT_HV, 0, KERNEL_SECURE_TSC);
	else if (hv->hyperv_tdx && k->hv_calibrated == 1)
		/* By Hyper-V's MSR, to which a paravisor that reads CPUID 15h
		 * may answer with that (Linux, ms_hyperv_init_platform()). */
		khz(k, TSCAL_ROOT_HV | TSCAL_ROOT_CPU, 0, KERNEL_HYPERVISOR);
	else if (f->tdx)
		khz(k, TSCAL_ROOT_CPU, 0, KERNEL_TDX);
	else if (k->guest_perhaps || (!k->guest && f->cpuid_rc))
		/* Which leaves there are, or who answers them, is not known. */
		khz(k, TSCAL_ROOT_CPU | TSCAL_ROOT_HV | TSCAL_ROOT_UNKNOWN, 0,
			KERNEL_NOT_SHOWN);
	else if (!k->guest && f->max_basic >= 0x15)
		khz(k, TSCAL_ROOT_CPU, 0, KERNEL_CPUID_15);
	else if (!k->guest)
		/* Atom's tables in model-specific registers, or another origin.
		 */
		khz(k, TSCAL_ROOT_CPU | TSCAL_ROOT_UNKNOWN, 0, KERNEL_DECLARED);
	else if (k->hv_calibrated == 1)
		khz(k, TSCAL_ROOT_HV, 0, KERNEL_HYPERVISOR);
	else if (k->hv_calibrated < 0)
		khz(k, TSCAL_ROOT_CPU | TSCAL_ROOT_HV | TSCAL_ROOT_UNKNOWN, 0,
			KERNEL_NOT_SHOWN);
	else if (f->max_basic < 0x15)
		khz(k, TSCAL_ROOT_HV | TSCAL_ROOT_UNKNOWN, 0, KERNEL_DECLARED);
	else
		/* Passed through or made up: the origin of a CPUID leaf in a
		 * virtual machine is not known. */
		khz(k, TSCAL_ROOT_CPU | TSCAL_ROOT_UNKNOWN, 0,
			KERNEL_CPUID_15_IN_GUEST);
}

/*
 * Possible origins of the early guess: CPUID 15h or 16h, the PIT, or where that
 * fails the HPET or the PM timer (pit_hpet_ptimer_calibrate_cpu()).
 */
static uint32_t roots_of_guess(const struct facts *f, bool guest)
{
	uint32_t roots = TSCAL_ROOT_CPU;

	if (guest)
		return roots | TSCAL_ROOT_HV;
	roots |= TSCAL_ROOT_PIT;
	if (text_has_word(f->available, CLOCKSOURCE_HPET))
		roots |= TSCAL_ROOT_HPET;
	if (text_has_word(f->available, CLOCKSOURCE_ACPI_PM))
		roots |= TSCAL_ROOT_PM;
	return roots;
}

static void guessed(const struct facts *f, struct kernel_rate *k,
	double slack_ppm, enum kernel_origin origin)
{
	k->guess = k->may_be_guess = true;
	khz(k, roots_of_guess(f, k->guest), slack_ppm, origin);
}

static void calibrated(const struct facts *f, struct kernel_rate *k)
{
	bool hpet = text_has_word(f->available, CLOCKSOURCE_HPET);
	bool pm = text_has_word(f->available, CLOCKSOURCE_ACPI_PM);

	if (!text_has_word(f->available, CLOCKSOURCE_TSC))
		/* Registered only after the refinement; whether it was removed
		 * since is not known. */
		guessed(f, k, SLACK_EARLY_PPM, KERNEL_GUESS_PERHAPS);
	else if (!hpet && !pm)
		guessed(f, k, SLACK_UNREFINED_PPM,
			f->early_khz ? KERNEL_GUESS_BY_COMMAND_LINE
				     : KERNEL_GUESS);
	else if (k->guest) {
		k->khz_by_host_clock = true;
		khz(k, TSCAL_ROOT_HV, SLACK_REFINED_PPM,
			k->guest_perhaps ? KERNEL_PERHAPS_HOST_TIMERS
					 : KERNEL_HOST_TIMERS);
	} else if (hpet)
		khz(k, TSCAL_ROOT_HPET, SLACK_REFINED_PPM, KERNEL_HPET);
	else
		khz(k, TSCAL_ROOT_PM, SLACK_REFINED_PPM, KERNEL_PM);
}

static void roots_of_khz(const struct facts *f, const struct hypervisor *hv,
	const struct clocksource *cs, struct kernel_rate *k)
{
	if (k->provisional)
		guessed(f, k, SLACK_EARLY_PPM, KERNEL_GUESS_REFINING);
	else if (cs->provisional && k->tsc)
		guessed(f, k, SLACK_EARLY_PPM, KERNEL_GUESS_UNFINISHED);
	else if (f->known_freq == 1)
		declared(f, hv, k);
	else if (f->known_freq == 0 && f->clocksource_visible)
		calibrated(f, k);
	else {
		k->may_be_guess = true;
		khz(k, TSCAL_ROOT_UNKNOWN, SLACK_EARLY_PPM, KERNEL_NOT_SHOWN);
	}
}

static void runs_on(
	struct kernel_rate *k, uint32_t roots, enum kernel_origin origin)
{
	k->roots = roots;
	k->origin = origin;
}

/* Runs on a timer, which the host emulates in a guest. */
static void runs_on_timer(struct kernel_rate *k, uint32_t root)
{
	k->raw_by_host_clock = k->guest;
	runs_on(k, k->guest ? TSCAL_ROOT_HV : root,
		root == TSCAL_ROOT_HPET ? KERNEL_ON_HPET
		: root == TSCAL_ROOT_PM ? KERNEL_ON_PM
					: KERNEL_ON_PIT);
}

static void roots_of_raw(const struct facts *f, const struct clocksource *cs,
	struct kernel_rate *k)
{
	if (!f->clocksource_visible) {
		runs_on(k, TSCAL_ROOT_UNKNOWN, KERNEL_ON_HIDDEN);
		return;
	}
	switch (cs->of) {
	case CLOCKSOURCE_OF_TSC:
		k->raw_by_host_clock = k->khz_by_host_clock;
		runs_on(k, k->khz_roots, k->khz_origin);
		break;
	case CLOCKSOURCE_OF_TICKS:
		if (k->ticks_for_good)
			runs_on(k, TSCAL_ROOT_UNKNOWN, KERNEL_ON_NONE);
		else
			runs_on(k, k->khz_roots, KERNEL_ON_NONE_YET);
		break;
	case CLOCKSOURCE_OF_HYPERVISOR:
		runs_on(k, TSCAL_ROOT_HV, KERNEL_ON_HYPERVISOR_CLOCK);
		break;
	case CLOCKSOURCE_OF_TIMER:
		runs_on_timer(k, cs->root);
		break;
	case CLOCKSOURCE_OF_UNKNOWN:
		runs_on(k, TSCAL_ROOT_UNKNOWN, KERNEL_ON_UNKNOWN);
	}
}

struct kernel_rate kernel_rate_find(const struct facts *f,
	const struct hypervisor *hv, const char *sign, bool assume_metal)
{
	const struct clocksource *cs = clocksource_of(f->clocksource);
	/* assume_metal overrules other signs, but not CPUID, Xen or the kernel.
	 */
	struct kernel_rate k = {
		.guest = hv->id.present || f->dom0 || f->kernel_knows_host ||
			 (sign[0] && !assume_metal),
		.sign = sign,
		.tsc = cs->of == CLOCKSOURCE_OF_TSC,
		.ticks = cs->of == CLOCKSOURCE_OF_TICKS,
		.hv_calibrated = calibrated_by_hypervisor(f, hv),
	};

	k.provisional = cs->provisional && !(f->uptime_s > BOOT_S);
	k.ticks_for_good = k.ticks && !k.provisional;
	k.guest_perhaps = k.guest && f->guest_unknown && !hv->id.present &&
			  !f->dom0 && !strcmp(sign, f->virtual_sign);
	roots_of_khz(f, hv, cs, &k);
	roots_of_raw(f, cs, &k);
	return k;
}
