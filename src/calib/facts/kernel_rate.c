/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Whose oscillator and whose arithmetic stand behind the kernel's rate.
 *
 * Linux, arch/x86/kernel/tsc.c: the rate is declared (tsc_known_freq) by a
 * paravirtual calibrator, secure firmware or CPUID leaf 0x15; or guessed early
 * from the PIT or CPUID leaf 0x16 and then refined over one second against the
 * HPET if that is enabled, else the ACPI PM timer.
 */
#include "calib/judge/judge.h"

#include <string.h>

#include "plat/text.h"

/* tsc_refine_calibration_work() takes a reading at each end of a second, and
 * tsc_read_refs() one whose bracket is below tsc_khz / 32 ticks, 31 us:
 * at most 31 ppm between the two. */
#define SLACK_REFINED_PPM 50
/* quick_pit_calibrate() ends when its error is below 500 ppm. */
#define SLACK_UNREFINED_PPM 500
/* The refined rate is accepted within 1 % of the early one. */
#define SLACK_EARLY_PPM 10000

static void khz(struct kernel_rate *k, uint32_t roots, double slack_ppm,
	const char *how)
{
	k->khz_roots = roots;
	k->slack_ppm = slack_ppm;
	k->khz_how = how;
}

static bool calibrated_by_hypervisor(
	const struct facts *f, const struct hv_vendor *vendor)
{
	return f->dom0 ||
	       (vendor && vendor->linux_calibrates && !f->pv_clock_off);
}

static void declared(const struct facts *f, const struct hv_vendor *vendor,
	struct kernel_rate *k)
{
	if (f->tdx)
		khz(k, TSCAL_ROOT_CPU, 0,
			"took its rate from CPUID 15h, which TDX vouches for");
	else if (!k->guest && f->max_basic >= 0x15)
		khz(k, TSCAL_ROOT_CPU, 0, "took its rate from CPUID 15h");
	else if (!k->guest)
		/* Atom's tables in model-specific registers, or worse. */
		khz(k, TSCAL_ROOT_CPU | TSCAL_ROOT_UNKNOWN, 0,
			"was told its rate, and not by CPUID 15h");
	else if (calibrated_by_hypervisor(f, vendor))
		khz(k, TSCAL_ROOT_HV, 0, "took its rate from the hypervisor");
	else if (f->max_basic < 0x15)
		khz(k, TSCAL_ROOT_HV | TSCAL_ROOT_UNKNOWN, 0,
			"was told its rate, and not by CPUID 15h");
	else
		/* Passed through or made up: who stands behind a CPUID leaf in
		 * a virtual machine cannot be told. */
		khz(k, TSCAL_ROOT_CPU | TSCAL_ROOT_UNKNOWN, 0,
			"believed CPUID 15h in a virtual machine");
}

/*
 * What may stand behind the early guess: CPUID 15h or 16h, the PIT, or where
 * that fails the HPET or the PM timer (pit_hpet_ptimer_calibrate_cpu()).
 */
static uint32_t roots_of_guess(const struct facts *f, bool guest)
{
	uint32_t roots = TSCAL_ROOT_CPU;

	if (guest)
		return roots | TSCAL_ROOT_HV;
	roots |= TSCAL_ROOT_PIT;
	if (text_has_word(f->available, "hpet"))
		roots |= TSCAL_ROOT_HPET;
	if (text_has_word(f->available, "acpi_pm"))
		roots |= TSCAL_ROOT_PM;
	return roots;
}

static void guessed(const struct facts *f, struct kernel_rate *k,
	double slack_ppm, const char *how)
{
	k->guess = true;
	khz(k, roots_of_guess(f, k->guest), slack_ppm, how);
}

static void calibrated(const struct facts *f, struct kernel_rate *k)
{
	bool hpet = text_has_word(f->available, "hpet");
	bool pm = text_has_word(f->available, "acpi_pm");

	if (!text_has_word(f->available, "tsc"))
		/* Registered only after the refinement; if it was there and is
		 * gone, nobody can tell. */
		guessed(f, k, SLACK_EARLY_PPM,
			"may never have refined its first guess");
	else if (!hpet && !pm)
		guessed(f, k, SLACK_UNREFINED_PPM,
			f->early_khz ? "kept its first guess (tsc_early_khz "
				       "on its command line), unrefined"
				     : "kept its first guess (PIT or CPUID "
				       "16h), unrefined");
	else if (k->guest) {
		k->khz_by_host_clock = true;
		khz(k, TSCAL_ROOT_HV, SLACK_REFINED_PPM,
			"measured it against timers that the host emulates");
	} else if (hpet)
		khz(k, TSCAL_ROOT_HPET, SLACK_REFINED_PPM,
			"measured it against the HPET");
	else
		khz(k, TSCAL_ROOT_PM, SLACK_REFINED_PPM,
			"measured it against the ACPI PM timer");
}

static void roots_of_khz(const struct facts *f, const struct hv_vendor *vendor,
	struct kernel_rate *k)
{
	if (k->provisional)
		guessed(f, k, SLACK_EARLY_PPM,
			"is still refining its first guess");
	else if (f->known_freq == 1)
		declared(f, vendor, k);
	else if (f->known_freq == 0 && f->clocksource_visible)
		calibrated(f, k);
	else
		khz(k, TSCAL_ROOT_UNKNOWN, SLACK_EARLY_PPM,
			"does not show how it got its rate");
}

/* Runs on a timer, which in a guest the host emulates. */
static void runs_on_timer(struct kernel_rate *k, uint32_t root, const char *how)
{
	k->roots = k->guest ? TSCAL_ROOT_HV : root;
	k->raw_by_host_clock = k->guest;
	k->how = how;
}

static void runs_on(struct kernel_rate *k, uint32_t roots, const char *how)
{
	k->roots = roots;
	k->how = how;
}

void roots_of_kernel(const struct facts *f, const struct tscal_hv *hv,
	const struct hv_vendor *vendor, const char *sign, bool assume_metal,
	struct kernel_rate *k)
{
	const char *cs = f->clocksource;

	/* What CPUID, Xen or the kernel says is never overruled, mere looks
	 * are. */
	*k = (struct kernel_rate){
		.guest = hv->present || f->dom0 || f->kernel_knows_host ||
			 (sign[0] && !assume_metal),
		.sign = sign,
		.tsc = !strcmp(cs, "tsc") || !strcmp(cs, "tsc-early"),
		.provisional = !strcmp(cs, "tsc-early") ||
			       !strcmp(cs, "refined-jiffies") ||
			       !strcmp(cs, "jiffies"),
	};
	roots_of_khz(f, vendor, k);
	if (!f->clocksource_visible)
		runs_on(k, TSCAL_ROOT_UNKNOWN,
			"keeps its clocksource out of sight");
	else if (k->tsc) {
		k->raw_by_host_clock = k->khz_by_host_clock;
		runs_on(k, k->khz_roots, k->khz_how);
	} else if (k->provisional)
		runs_on(k, k->khz_roots, "has not chosen a clocksource yet");
	else if (!strcmp(cs, "kvm-clock") || !strcmp(cs, "xen") ||
		 !strncmp(cs, "hyperv_", 7))
		runs_on(k, TSCAL_ROOT_HV, "runs on the hypervisor's clock");
	else if (!strcmp(cs, "hpet"))
		runs_on_timer(k, TSCAL_ROOT_HPET, "runs on the HPET");
	else if (!strcmp(cs, "acpi_pm"))
		runs_on_timer(k, TSCAL_ROOT_PM, "runs on the ACPI PM timer");
	else if (!strcmp(cs, "pit"))
		runs_on_timer(k, TSCAL_ROOT_PIT, "runs on the PIT");
	else
		runs_on(k, TSCAL_ROOT_UNKNOWN,
			"runs on a clocksource unknown to tscal");
}
