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
#include "calib/stages.h"

#include <string.h>

#include "plat/text.h"

/* The refinement over one second reads its reference to about a microsecond a
 * side: a few ppm.  Emulated references were seen up to 10 ppm off. */
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

static void declared(const struct facts *f, bool guest,
	const struct hv_vendor *vendor, struct kernel_rate *k)
{
	if (f->tdx)
		khz(k, TSCAL_ROOT_CPU, 0,
			"took its rate from CPUID 15h, which TDX vouches for");
	else if (guest && vendor && vendor->linux_calibrates &&
		 !f->pv_clock_off)
		khz(k, TSCAL_ROOT_HV, 0, "took its rate from the hypervisor");
	else if (guest)
		khz(k, TSCAL_ROOT_CPU, 0,
			"believed CPUID 15h inside a virtual machine");
	else
		khz(k, TSCAL_ROOT_CPU, 0, "took its rate from CPUID 15h");
}

static void calibrated(const struct facts *f, bool guest, struct kernel_rate *k)
{
	bool hpet = text_has_word(f->available, "hpet");
	bool pm = text_has_word(f->available, "acpi_pm");

	if (guest)
		khz(k, TSCAL_ROOT_HV,
			hpet || pm ? SLACK_REFINED_PPM : SLACK_UNREFINED_PPM,
			"measured it against timers that the host emulates");
	else if (hpet)
		khz(k, TSCAL_ROOT_HPET, SLACK_REFINED_PPM,
			"measured it against the HPET");
	else if (pm)
		khz(k, TSCAL_ROOT_PM, SLACK_REFINED_PPM,
			"measured it against the ACPI PM timer");
	else
		khz(k, TSCAL_ROOT_PIT | TSCAL_ROOT_CPU, SLACK_UNREFINED_PPM,
			"kept its first guess (PIT or CPUID 16h), unrefined");
}

static void roots_of_khz(const struct facts *f, bool guest,
	const struct hv_vendor *vendor, struct kernel_rate *k)
{
	if (k->provisional)
		khz(k, TSCAL_ROOT_PIT | TSCAL_ROOT_CPU, SLACK_EARLY_PPM,
			"is still refining its first guess");
	else if (f->known_freq == 1)
		declared(f, guest, vendor, k);
	else if (f->known_freq == 0 && f->clocksource_visible)
		calibrated(f, guest, k);
	else
		khz(k, TSCAL_ROOT_UNKNOWN, SLACK_EARLY_PPM,
			"does not show how it got its rate");
}

static void runs_on(struct kernel_rate *k, uint32_t roots, const char *how)
{
	k->roots = roots;
	k->how = how;
}

void roots_of_kernel(const struct facts *f, const struct tscal_hv *hv,
	const struct hv_vendor *vendor, bool assume_metal,
	struct kernel_rate *k)
{
	const char *cs = f->clocksource;
	bool guest = (hv->present || f->virtual_sign[0]) && !assume_metal;

	*k = (struct kernel_rate){
		.tsc = !strcmp(cs, "tsc") || !strcmp(cs, "tsc-early"),
		.provisional = !strcmp(cs, "tsc-early") ||
			       !strcmp(cs, "refined-jiffies") ||
			       !strcmp(cs, "jiffies"),
	};
	roots_of_khz(f, guest, vendor, k);
	if (!f->clocksource_visible)
		runs_on(k, TSCAL_ROOT_UNKNOWN,
			"keeps its clocksource out of sight");
	else if (k->tsc)
		runs_on(k, k->khz_roots, k->khz_how);
	else if (k->provisional)
		runs_on(k, k->khz_roots, "has not chosen a clocksource yet");
	else if (!strcmp(cs, "kvm-clock") || !strcmp(cs, "xen") ||
		 !strncmp(cs, "hyperv_", 7))
		runs_on(k, TSCAL_ROOT_HV, "runs on the hypervisor's clock");
	else if (!strcmp(cs, "hpet"))
		runs_on(k, guest ? TSCAL_ROOT_HV : TSCAL_ROOT_HPET,
			"runs on the HPET");
	else if (!strcmp(cs, "acpi_pm"))
		runs_on(k, guest ? TSCAL_ROOT_HV : TSCAL_ROOT_PM,
			"runs on the ACPI PM timer");
	else
		runs_on(k, TSCAL_ROOT_UNKNOWN,
			"runs on a clocksource unknown to tscal");
}
