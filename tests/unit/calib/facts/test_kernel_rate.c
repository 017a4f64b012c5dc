/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The oscillator and arithmetic that the kernel's rates are derived from. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "calib/facts/kernel_rate.h"

#define HV TSCAL_ROOT_HV
#define CPU TSCAL_ROOT_CPU
#define HPET TSCAL_ROOT_HPET
#define PM TSCAL_ROOT_PM
#define PIT TSCAL_ROOT_PIT
#define UNKNOWN TSCAL_ROOT_UNKNOWN

#define ALL "tsc hpet acpi_pm"

/* A vendor that Linux has a calibrator for, and another. */
static const struct hv_vendor calibrated = {.id = "kvm",
	.name = "KVM",
	.linux_clocksource = "kvm-clock",
	.pv_off = "no-kvmclock nopv"};
/* One whose rate Linux takes without a clocksource of its own. */
static const struct hv_vendor by_leaf = {
	.id = "acrn", .name = "ACRN", .pv_off = "nopv"};
static const struct hv_vendor uncalibrated = {.id = "bhyve", .name = "bhyve"};

enum where { METAL, PARAVIRT, BY_LEAF, OTHER_VM, HIDDEN_VM };

struct row {
	const char *what;
	enum where where;
	const char *cs, *available; /* cs NULL: no /sys */
	int8_t known;
	bool tdx, secure_tsc, dom0, assume_metal, knows_host, no_15h, no_offer,
		offer_unknown;
	const char *pv_off;
	double uptime_s;
	uint32_t roots, khz_roots;
	double slack_ppm;
	bool guess;
};

static const struct row rows[] = {
	/* Bare metal, clocksource tsc. */
	{"cpuid 15h names the crystal", METAL, "tsc", ALL, 1, .roots = CPU,
		.khz_roots = CPU},
	{"refined by HPET", METAL, "tsc", ALL, 0, .roots = HPET,
		.khz_roots = HPET, .slack_ppm = 50},
	{"refined by the PM timer", METAL, "tsc", "tsc acpi_pm", 0, .roots = PM,
		.khz_roots = PM, .slack_ppm = 50},
	{"neither HPET nor PM timer", METAL, "tsc", "tsc", 0,
		.roots = PIT | CPU, .khz_roots = PIT | CPU, .slack_ppm = 500,
		.guess = true},
	{"/proc/cpuinfo hidden", METAL, "tsc", ALL, -1, .roots = UNKNOWN,
		.khz_roots = UNKNOWN, .slack_ppm = 1e4},
	/* The first seconds: the guess may rest on whatever there is. */
	{"tsc-early", METAL, "tsc-early", "hpet tsc-early acpi_pm", 0,
		.roots = PIT | CPU | HPET | PM,
		.khz_roots = PIT | CPU | HPET | PM, .slack_ppm = 1e4,
		.guess = true},
	{"tsc-early, no timers", METAL, "tsc-early", "tsc-early", 0,
		.roots = PIT | CPU, .khz_roots = PIT | CPU, .slack_ppm = 1e4,
		.guess = true},
	{"refined-jiffies", METAL, "refined-jiffies", "refined-jiffies", 0,
		.roots = PIT | CPU, .khz_roots = PIT | CPU, .slack_ppm = 1e4,
		.guess = true},
	{"jiffies", METAL, "jiffies", "jiffies", 0, .roots = PIT | CPU,
		.khz_roots = PIT | CPU, .slack_ppm = 1e4, .guess = true},
	{"jiffies, a minute after boot", METAL, "jiffies", "jiffies", 0,
		.uptime_s = 60, .roots = PIT | CPU, .khz_roots = PIT | CPU,
		.slack_ppm = 1e4, .guess = true},
	{"jiffies for good", METAL, "jiffies", "jiffies", 0, .uptime_s = 61,
		.roots = UNKNOWN, .khz_roots = PIT | CPU, .slack_ppm = 1e4,
		.guess = true},
	{"refined-jiffies for good", PARAVIRT, "refined-jiffies",
		"refined-jiffies", 1, .uptime_s = 86400, .roots = UNKNOWN,
		.khz_roots = CPU | UNKNOWN},
	/* Another clocksource: RAW is that, tsc_khz is what it was. */
	{"clocksource=hpet, tsc refined", METAL, "hpet", ALL, 0, .roots = HPET,
		.khz_roots = HPET, .slack_ppm = 50},
	{"clocksource=hpet, known from CPUID", METAL, "hpet", ALL, 1,
		.roots = HPET, .khz_roots = CPU},
	{"clocksource=acpi_pm, refined by HPET", METAL, "acpi_pm", ALL, 0,
		.roots = PM, .khz_roots = HPET, .slack_ppm = 50},
	{"tsc rejected, perhaps before its refinement", METAL, "hpet",
		"hpet acpi_pm", 0, .roots = HPET,
		.khz_roots = PIT | CPU | HPET | PM, .slack_ppm = 1e4,
		.guess = true},
	{"pit", METAL, "pit", "tsc pit", 0, .roots = PIT,
		.khz_roots = PIT | CPU, .slack_ppm = 500, .guess = true},
	{"a clocksource of tomorrow", METAL, "quartz", "tsc quartz", 1,
		.roots = UNKNOWN, .khz_roots = CPU},
	{"no /sys", METAL, NULL, "", 1, .roots = UNKNOWN, .khz_roots = CPU},
	{"no /sys, no /proc", METAL, NULL, "", -1, .roots = UNKNOWN,
		.khz_roots = UNKNOWN, .slack_ppm = 1e4},

	/* Guests of a hypervisor that tells Linux its rate. */
	{"F5: kvm-clock", PARAVIRT, "kvm-clock", "kvm-clock tsc hpet acpi_pm",
		1, .roots = HV, .khz_roots = HV},
	{"F5: tsc by kvmclock", PARAVIRT, "tsc", "tsc kvm-clock", 1,
		.roots = HV, .khz_roots = HV},
	{"xen", PARAVIRT, "xen", "xen tsc hpet acpi_pm", 1, .roots = HV,
		.khz_roots = HV},
	{"hyper-v page", BY_LEAF, "hyperv_clocksource_tsc_page",
		"hyperv_clocksource_tsc_page acpi_pm", 1, .roots = HV,
		.khz_roots = HV},
	{"hyper-v msr, old kernels", BY_LEAF, "hyperv_clocksource",
		"hyperv_clocksource", 1, .roots = HV, .khz_roots = HV},
	{"hyper-v msr", BY_LEAF, "hyperv_clocksource_msr",
		"hyperv_clocksource_msr", 1, .roots = HV, .khz_roots = HV},
	{"F2: emulated HPET", PARAVIRT, "tsc", ALL, 0, .roots = HV,
		.khz_roots = HV, .slack_ppm = 50},
	{"emulated PM timer as clocksource", BY_LEAF, "acpi_pm", ALL, 1,
		.roots = HV, .khz_roots = HV},
	{"emulated HPET as clocksource", BY_LEAF, "hpet", ALL, 1, .roots = HV,
		.khz_roots = HV},
	{"a guest's first guess is not the PIT's", PARAVIRT, "tsc-early",
		"tsc-early kvm-clock", 1, .roots = HV | CPU,
		.khz_roots = HV | CPU, .slack_ppm = 1e4, .guess = true},
	{"a guest without timers", PARAVIRT, "tsc", "tsc", 0, .roots = HV | CPU,
		.khz_roots = HV | CPU, .slack_ppm = 500, .guess = true},
	{"kvm-clock, tsc dropped", PARAVIRT, "kvm-clock", "kvm-clock acpi_pm",
		0, .roots = HV, .khz_roots = HV | CPU, .slack_ppm = 1e4,
		.guess = true},
	/* kvmclock_init() registers the clocksource: without it Linux took no
	 * rate from KVM, for whatever reason. */
	{"F4: kvm-clock did not start: it believed CPUID", PARAVIRT, "tsc", ALL,
		1, .roots = CPU | UNKNOWN, .khz_roots = CPU | UNKNOWN},
	{"kvm-clock under another signature", OTHER_VM, "kvm-clock",
		"kvm-clock", 1, .roots = HV, .khz_roots = HV},
	{"xen under another signature", OTHER_VM, "tsc", "tsc xen", 1,
		.roots = HV, .khz_roots = HV},
	/* Where the list is not visible, what the hypervisor offers and the
	 * command line decide. */
	{"no /sys: kvm-clock is offered", PARAVIRT, NULL, "", 1,
		.roots = UNKNOWN, .khz_roots = HV},
	{"no /sys: kvm-clock is not offered", PARAVIRT, NULL, "", 1,
		.no_offer = true, .roots = UNKNOWN, .khz_roots = CPU | UNKNOWN},
	{"no /sys: what KVM offers is not known", PARAVIRT, NULL, "", 1,
		.offer_unknown = true, .roots = UNKNOWN,
		.khz_roots = CPU | HV | UNKNOWN},
	{"no /sys: no-kvmclock", PARAVIRT, NULL, "", 1,
		.pv_off = "no-kvmclock ", .roots = UNKNOWN,
		.khz_roots = CPU | UNKNOWN},
	{"no /sys: nopv", PARAVIRT, NULL, "", 1, .pv_off = "nopv xen_nopv ",
		.roots = UNKNOWN, .khz_roots = CPU | UNKNOWN},
	{"no /sys: another driver is off", PARAVIRT, NULL, "", 1,
		.pv_off = "xen_nopv ", .roots = UNKNOWN, .khz_roots = HV},
	{"a leaf that Linux reads", BY_LEAF, "tsc", ALL, 1, .roots = HV,
		.khz_roots = HV},
	{"a leaf that is not there", BY_LEAF, "tsc", ALL, 1, .no_offer = true,
		.roots = CPU | UNKNOWN, .khz_roots = CPU | UNKNOWN},
	{"nopv: it is not read", BY_LEAF, "tsc", ALL, 1, .pv_off = "nopv ",
		.roots = CPU | UNKNOWN, .khz_roots = CPU | UNKNOWN},
	{"no-kvmclock is not about that leaf", BY_LEAF, "tsc", ALL, 1,
		.pv_off = "no-kvmclock ", .roots = HV, .khz_roots = HV},

	/* Guests of others. */
	{"F4: bhyve, Bochs: it believed CPUID", OTHER_VM, "tsc", ALL, 1,
		.roots = CPU | UNKNOWN, .khz_roots = CPU | UNKNOWN},
	{"refined by emulated timers", OTHER_VM, "tsc", ALL, 0, .roots = HV,
		.khz_roots = HV, .slack_ppm = 50},
	{"assume-metal does not overrule CPUID", OTHER_VM, "hpet", ALL, 0,
		.assume_metal = true, .roots = HV, .khz_roots = HV,
		.slack_ppm = 50},
	{"TDX guarantees CPUID", PARAVIRT, "tsc", "tsc", 1, .tdx = true,
		.roots = CPU, .khz_roots = CPU},
	{"SNP Secure TSC", PARAVIRT, "tsc", "tsc", 1, .secure_tsc = true,
		.roots = TSCAL_ROOT_FW | HV, .khz_roots = TSCAL_ROOT_FW | HV},
	{"Xen dom0 that CPUID does not show", METAL, "tsc",
		"xen tsc hpet acpi_pm", 1, .dom0 = true, .roots = HV,
		.khz_roots = HV},

	/* The hypervisor bit is hidden; DMI or WAET show a guest. */
	{"F3: hidden, HPET", HIDDEN_VM, "tsc", ALL, 0, .roots = HV,
		.khz_roots = HV, .slack_ppm = 50},
	{"F3: hidden, clocksource hpet", HIDDEN_VM, "hpet", ALL, 0, .roots = HV,
		.khz_roots = HV, .slack_ppm = 50},
	{"hidden, believed CPUID", HIDDEN_VM, "tsc", ALL, 1,
		.roots = CPU | UNKNOWN, .khz_roots = CPU | UNKNOWN},
	{"known, but CPUID ends before 15h (Atom)", METAL, "tsc", ALL, 1,
		.no_15h = true, .roots = CPU | UNKNOWN,
		.khz_roots = CPU | UNKNOWN},
	{"hidden, and CPUID ends before 15h", HIDDEN_VM, "tsc", ALL, 1,
		.no_15h = true, .roots = HV | UNKNOWN,
		.khz_roots = HV | UNKNOWN},
	{"kvm-clock in the list, --assume-metal", METAL, "tsc",
		"tsc kvm-clock hpet", 0, .knows_host = true,
		.assume_metal = true, .roots = HV, .khz_roots = HV,
		.slack_ppm = 50},
	{"hidden, --assume-metal", HIDDEN_VM, "tsc", ALL, 0,
		.assume_metal = true, .roots = HPET, .khz_roots = HPET,
		.slack_ppm = 50},
};

static void kernel_of(const struct row *r, struct kernel_rate *k)
{
	struct facts f = {.known_freq = r->known,
		.max_basic = r->no_15h ? 0x14 : 0x16,
		.kernel_knows_host = r->knows_host,
		.tdx = r->tdx,
		.secure_tsc = r->secure_tsc,
		.dom0 = r->dom0,
		.uptime_s = r->uptime_s > 0 ? r->uptime_s : -1,
		.clocksource_visible = r->cs != NULL};
	struct hypervisor hv = {
		.id.present = r->where == PARAVIRT || r->where == BY_LEAF ||
			      r->where == OTHER_VM,
		.offers_linux =
			r->offer_unknown
				? -1
				: !r->no_offer &&
					  (r->where == BY_LEAF ||
						  (r->where == PARAVIRT &&
							  !r->cs)),
	};

	snprintf(
		f.clocksource, sizeof(f.clocksource), "%s", r->cs ? r->cs : "");
	snprintf(f.available, sizeof(f.available), "%s", r->available);
	snprintf(f.pv_off, sizeof(f.pv_off), "%s", r->pv_off ? r->pv_off : "");
	if (r->where == HIDDEN_VM)
		strcpy(f.virtual_sign, "DMI sys_vendor is \"QEMU\"");
	hv.vendor = r->where == PARAVIRT   ? &calibrated
		    : r->where == BY_LEAF  ? &by_leaf
		    : r->where == OTHER_VM ? &uncalibrated
					   : NULL;
	*k = kernel_rate_find(&f, &hv, f.virtual_sign, r->assume_metal);
}

Test(kernel_rate, of_every_clocksource_known_freq_and_hypervisor)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		struct kernel_rate k;

		kernel_of(r, &k);
		cr_expect(eq(u32, k.roots, r->roots), "%s", r->what);
		cr_expect(eq(u32, k.khz_roots, r->khz_roots), "%s", r->what);
		cr_expect(ieee_ulp_eq(dbl, k.slack_ppm, r->slack_ppm, 0), "%s",
			r->what);
		cr_expect(eq(int, k.guess, r->guess), "%s", r->what);
		/* A rate of hidden origin may be a guess; a declared one is
		 * none. */
		cr_expect(
			eq(int, k.may_be_guess,
				r->guess || (k.khz_origin == KERNEL_NOT_SHOWN &&
						    r->known != 1)),
			"%s", r->what);
		cr_expect(ne(ptr, (void *)kernel_origin_phrase(k.origin), NULL),
			"%s", r->what);
		cr_expect(ne(ptr, (void *)kernel_origin_phrase(k.khz_origin),
				  NULL),
			"%s", r->what);
	}
}

/* A guest's kernel never has a hardware timer of its own: those are derived
 * from the host's clock (F2, F3, F6). */
Test(kernel_rate, a_guest_never_has_hardware_timers)
{
	static const char *const cs[] = {"tsc", "tsc-early", "hpet", "acpi_pm",
		"pit", "jiffies", "refined-jiffies", "kvm-clock", "xen"};
	static const char *const available[] = {"tsc", ALL, "hpet", "tsc hpet"};

	for (size_t i = 0; i < 9; i++)
		for (size_t a = 0; a < 4; a++)
			for (int n = 0; n < 4 * 3 * 2; n++) {
				struct row r = {"", PARAVIRT + n % 4, cs[i],
					available[a],
					.known = (int8_t)(n / 4 % 3 - 1),
					.no_offer = n / 12};
				struct kernel_rate k;

				kernel_of(&r, &k);
				cr_expect(zero(u32, (k.roots | k.khz_roots) &
							    (HPET | PM | PIT)),
					"%s, %s, %d", cs[i], available[a], n);
			}
}

Test(kernel_rate, states_when_the_kernel_is_still_refining)
{
	static const char *const cs[] = {
		"tsc-early", "jiffies", "refined-jiffies", "tsc", "hpet"};

	for (size_t i = 0; i < 5; i++) {
		struct row r = {"", METAL, cs[i], ALL, .known = 0};
		struct kernel_rate k;

		kernel_of(&r, &k);
		cr_expect(eq(int, k.provisional, i < 3), "%s", cs[i]);
		cr_expect(eq(int, k.tsc, i == 0 || i == 3), "%s", cs[i]);
		/* A clocksource is chosen at once; refining may never end. */
		r.uptime_s = 3600;
		kernel_of(&r, &k);
		cr_expect(not(k.provisional), "%s", cs[i]);
		cr_expect(eq(int, k.khz_origin == KERNEL_GUESS_UNFINISHED,
				  i == 0),
			"%s", cs[i]);
		cr_expect(eq(int, k.ticks_for_good, i == 1 || i == 2), "%s",
			cs[i]);
	}
}
