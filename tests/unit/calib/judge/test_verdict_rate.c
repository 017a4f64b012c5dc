/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The sentence about the rate: which source is used, which disagree, by how
 * much. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "calib/judge/judge.h"
#include "calib/run.h"

#define HZ 2.5e9

static struct run run;

static struct estimate *add(enum tscal_source id, enum tscal_kind kind,
	uint32_t roots, double off_ppm)
{
	struct estimate *e = &run.est[run.n++];

	*e = (struct estimate){
		.line = {.name = tscal_source_str(id), .id = id, .kind = kind}};
	est_number(e, HZ * (1 + off_ppm / 1e6),
		HZ * (1 + (off_ppm - 0.1) / 1e6),
		HZ * (1 + (off_ppm + 0.1) / 1e6), roots, " ");
	return e;
}

static void kernel(uint32_t roots, double off_ppm, enum kernel_origin origin)
{
	run.kernel.roots = run.kernel.khz_roots = roots;
	run.kernel.origin = run.kernel.khz_origin = origin;
	run.kernel.tsc = true;
	add(TSCAL_SOURCE_VDSO, TSCAL_KIND_KERNEL, roots, off_ppm)->by_kernel =
		true;
	add(TSCAL_SOURCE_CLOCK_RAW, TSCAL_KIND_MEASURED, roots, off_ppm)
		->by_kernel = true;
}

static void init(void)
{
	memset(&run, 0, sizeof(run));
	run.kernel.origin = run.kernel.khz_origin = KERNEL_ON_HYPERVISOR_CLOCK;
}

TestSuite(sentence, .init = init);

static const char *sentence(void)
{
	struct rate_view view = {
		run.est, run.n, &run.facts, &run.hv, &run.kernel};

	compare(run.est, run.n, &run.kernel, &run.info);
	verdict_rate(&view, &run.info);
	return run.info.rate_sentence;
}

static void is(const char *want)
{
	cr_assert(eq(str, (char *)sentence(), (char *)want));
}

Test(sentence, of_no_rate)
{
	is("No source gives a rate.");
}

Test(sentence, of_hints_alone)
{
	add(TSCAL_SOURCE_BRAND, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU, 0);
	is("No source gives a rate; a hint is never used.");
}

/* Turbo bins and bad labels are 2 % off, rounding of a label is less. */
Test(sentence, of_a_label_two_percent_off)
{
	add(TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	add(TSCAL_SOURCE_BRAND, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU, -2e4);
	is("Only hv-leaf gives a rate. This rate is 2.04 % above the nominal "
	   "one (brand).");
	init();
	add(TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	add(TSCAL_SOURCE_BRAND, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU, -1.4e4);
	is("Only hv-leaf gives a rate.");
}

Test(sentence, of_the_kernel_alone)
{
	kernel(TSCAL_ROOT_HPET, 0, KERNEL_HPET);
	is("Only the kernel's rate is available: the kernel measured it "
	   "against the HPET.");
}

Test(sentence, of_one_source)
{
	add(TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	is("Only hv-leaf gives a rate.");
}

Test(sentence, of_a_guess)
{
	run.kernel.guess = run.kernel.may_be_guess = true;
	kernel(TSCAL_ROOT_PIT | TSCAL_ROOT_CPU, 0, KERNEL_GUESS_REFINING);
	is("Only the kernel's rate is available: the kernel is still refining "
	   "its first guess.");
}

Test(sentence, of_ntp_gives_the_sign)
{
	kernel(TSCAL_ROOT_HPET, 0, KERNEL_NOT_SHOWN);
	add(TSCAL_SOURCE_ADJTIMEX, TSCAL_KIND_MEASURED, TSCAL_ROOT_NTP, 12.3);
	is("NTP has measured this rate: the true rate is 12.3 ppm above the "
	   "rate of vdso.");
}

Test(sentence, of_loose_agreement_states_it)
{
	kernel(TSCAL_ROOT_HPET, 0, KERNEL_NOT_SHOWN);
	add(TSCAL_SOURCE_ADJTIMEX, TSCAL_KIND_MEASURED, TSCAL_ROOT_NTP, -300);
	is("NTP has measured this rate: the true rate is 300 ppm below the "
	   "rate of vdso. adjtimex agrees only loosely: 300 ppm below.");
}

/* The source named as confirming is the one of agreement_ppm. */
Test(sentence, of_a_crystal_that_is_assumed)
{
	add(TSCAL_SOURCE_CPUID_15, TSCAL_KIND_ENUMERATED, TSCAL_ROOT_CPU, 10)
		->assumed = true;
	kernel(TSCAL_ROOT_HPET, 0, KERNEL_HPET);
	is("The kernel measured it against the HPET; cpuid-15 confirms vdso to "
	   "10.2 ppm; its crystal is assumed, the only one that fits.");
}

Test(sentence, of_nitro)
{
	add(TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0.2);
	add(TSCAL_SOURCE_KVMCLOCK, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	is("hv-leaf and kvmclock differ by 0.5 kHz because one is rounded; all "
	   "available "
	   "sources derive from the hypervisor.");
}

Test(sentence, of_a_kernel_that_uses_cpuid)
{
	kernel(TSCAL_ROOT_CPU | TSCAL_ROOT_UNKNOWN, 0,
		KERNEL_CPUID_15_IN_GUEST);
	is("The kernel took its rate from CPUID 15h in a virtual machine; "
	   "nothing independent confirms it.");
}

/* Without /sys it is unknown whether the kernel took CPUID's number. */
Test(sentence, of_cpuid_beside_an_unseen_clocksource)
{
	add(TSCAL_SOURCE_CPUID_15, TSCAL_KIND_ENUMERATED, TSCAL_ROOT_CPU, 0);
	kernel(TSCAL_ROOT_UNKNOWN, 0, KERNEL_ON_HIDDEN);
	is("cpuid-15 and the kernel agree, but the kernel does not show its "
	   "clocksource: they may have the same origin.");
}

Test(sentence, of_a_restored_snapshot)
{
	add(TSCAL_SOURCE_KVMCLOCK, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	kernel(TSCAL_ROOT_HV, 200, KERNEL_NOT_SHOWN);
	is("The kernel still uses another host's rate, 200 ppm above the one "
	   "that kvmclock reports; CLOCK_MONOTONIC_RAW is off by as much.");
}

Test(sentence, of_a_falseticker)
{
	add(TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 1.8e6);
	add(TSCAL_SOURCE_KVMCLOCK, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	kernel(TSCAL_ROOT_HV, 0, KERNEL_NOT_SHOWN);
	is("hv-leaf (180 % above) contradicts the source used, kvmclock.");
}

Test(sentence, of_several_falsetickers)
{
	add(TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, -1e4);
	add(TSCAL_SOURCE_CPUID_15, TSCAL_KIND_ENUMERATED, TSCAL_ROOT_CPU, 5);
	kernel(TSCAL_ROOT_HPET, 0, KERNEL_NOT_SHOWN);
	add(TSCAL_SOURCE_TSC_FREQ_KHZ, TSCAL_KIND_KERNEL, TSCAL_ROOT_FW, 1234);
	add(TSCAL_SOURCE_ADJTIMEX, TSCAL_KIND_MEASURED, TSCAL_ROOT_NTP, -900);
	is("hv-leaf (1 % below), tsc-freq-khz (1229 ppm above) and adjtimex "
	   "(905 ppm below) contradict the source used, cpuid-15.");
}

Test(sentence, of_a_leaked_leaf_and_of_a_label)
{
	struct estimate *e;

	add(TSCAL_SOURCE_KVMCLOCK, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	e = add(TSCAL_SOURCE_CPUID_15, TSCAL_KIND_ENUMERATED, TSCAL_ROOT_CPU,
		1.8e6);
	e->line.status = TSCAL_STATUS_HINT;
	kernel(TSCAL_ROOT_HV, 0, KERNEL_NOT_SHOWN);
	add(TSCAL_SOURCE_BRAND, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU, -3e4);
	is("All available sources derive from the hypervisor; nothing "
	   "independent confirms it. CPUID 15h reports the host's rate, 2.80 "
	   "times this one: ignored. This rate is 3.09 % above the nominal one "
	   "(brand).");
}

/* CPUID 16h is rounded, or of a lower power limit: of two labels the nearer one
 * is compared, whichever is first. */
Test(sentence, of_two_labels_has_the_nearer_one)
{
	static const double ppm_of_16[] = {-6e4, -3e4};
	static const double ppm_of_brand[] = {-3e4, -6e4};
	static const char *const name[] = {"brand", "cpuid-16"};

	for (int i = 0; i < 2; i++) {
		char owed[200];

		init();
		add(TSCAL_SOURCE_KVMCLOCK, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV,
			0);
		kernel(TSCAL_ROOT_HV, 0, KERNEL_NOT_SHOWN);
		add(TSCAL_SOURCE_CPUID_16, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU,
			ppm_of_16[i]);
		add(TSCAL_SOURCE_BRAND, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU,
			ppm_of_brand[i]);
		snprintf(owed, sizeof(owed),
			"All available sources derive from the hypervisor; "
			"nothing independent confirms it. This rate is 3.09 %% "
			"above the nominal one (%s).",
			name[i]);
		is(owed);
	}
}

/* A label that is right hides one that is not. */
Test(sentence, of_a_label_that_is_right_has_no_remark)
{
	add(TSCAL_SOURCE_KVMCLOCK, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	kernel(TSCAL_ROOT_HV, 0, KERNEL_NOT_SHOWN);
	add(TSCAL_SOURCE_CPUID_16, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU, -6e4);
	add(TSCAL_SOURCE_BRAND, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU, 0);
	is("All available sources derive from the hypervisor; nothing "
	   "independent confirms it.");
}

/* The longest sentence: no name is cut. */
Test(sentence, of_eleven_falsetickers_fits)
{
	for (enum tscal_source id = 1; id < TSCAL_SOURCE_COUNT; id++)
		add(id, TSCAL_KIND_REPORTED, TSCAL_ROOT_PHC(id), id * 11111.1);
	sentence();
	cr_assert(eq(int, (int)run.info.rate, TSCAL_RATE_CONFLICT));
	cr_assert(
		eq(int,
			run.info.rate_sentence[strlen(run.info.rate_sentence) -
					       1],
			'.'),
		"%s", run.info.rate_sentence);
}

/* A timer in a guest is no second HPET beside the kernel's clock. */
Test(sentence, of_a_guest_whose_timers_agree)
{
	kernel(TSCAL_ROOT_HV, 0, KERNEL_ON_HYPERVISOR_CLOCK);
	run.kernel.guest = true;
	run.hv.id.present = true;
	add(TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, TSCAL_ROOT_HV, 3);
	is("All available sources derive from the hypervisor; nothing "
	   "independent confirms it.");
}

Test(sentence, of_one_hpet_that_is_counted_twice)
{
	kernel(TSCAL_ROOT_HPET, 0, KERNEL_HPET);
	add(TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, TSCAL_ROOT_HPET, 0.5);
	is("hpet is the only reference of both the kernel and tscal: the "
	   "kernel measured it against the HPET.");
}

/* The timers of a host whose leaf is used. */
static struct estimate *timer(
	enum tscal_source id, double off_ppm, double bound_ppm)
{
	struct estimate *e = add(
		id, TSCAL_KIND_MEASURED, TSCAL_ROOT_HV, off_ppm);

	e->by_host_clock = true;
	e->line.hz_lo = HZ * (1 + (off_ppm - bound_ppm) / 1e6);
	e->line.hz_hi = HZ * (1 + (off_ppm + bound_ppm) / 1e6);
	return e;
}

Test(sentence, of_a_leaf_that_the_closest_timer_checks)
{
	add(TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	timer(TSCAL_SOURCE_HPET, 50, 3000);
	timer(TSCAL_SOURCE_PIT, 5, 10);
	is("hv-leaf agrees with the host's own timers (pit to 15.1 ppm); "
	   "nothing independent of the host confirms it. hpet is too coarse "
	   "here to compare.");
}

Test(sentence, of_a_leaf_that_timers_check_coarsely)
{
	add(TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	timer(TSCAL_SOURCE_ACPI_PM, 50, 450);
	is("The host's own timers (acpi-pm) do not contradict hv-leaf, but are "
	   "too coarse to show an error of 500 ppm.");
}

Test(sentence, of_a_leaf_that_no_timer_can_check)
{
	add(TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	timer(TSCAL_SOURCE_HPET, 946, 4400);
	timer(TSCAL_SOURCE_ACPI_PM, 50, 950);
	is("Only hv-leaf gives a rate. hpet and acpi-pm are too coarse here to "
	   "compare.");
}

Test(sentence, of_a_coarse_timer_alone)
{
	timer(TSCAL_SOURCE_HPET, 0, 4400);
	is("Only hpet gives a rate. hpet is known to +-4400 ppm only.");
}

/* Two ends of a chain contradict each other, not what is between. */
Test(sentence, of_two_that_contradict_each_other)
{
	add(TSCAL_SOURCE_CPUID_15, TSCAL_KIND_ENUMERATED, TSCAL_ROOT_CPU, 300);
	add(TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, TSCAL_ROOT_HPET, -300);
	add(TSCAL_SOURCE_NTP, TSCAL_KIND_MEASURED, TSCAL_ROOT_NTP, 0);
	is("cpuid-15 is 600 ppm above hpet; ntp is used. hpet agrees only "
	   "loosely: 300 ppm below.");
}

Test(sentence, of_a_guest_without_a_leaf_whose_timers_agree)
{
	run.kernel.guest = run.hv.id.present = true;
	kernel(TSCAL_ROOT_CPU, 0, KERNEL_CPUID_15_IN_GUEST);
	add(TSCAL_SOURCE_ACPI_PM, TSCAL_KIND_MEASURED, TSCAL_ROOT_CPU, 3);
	is("acpi-pm agrees to 3.2 ppm, but all timers here derive from the "
	   "host's clock; the kernel took its rate from CPUID 15h in a virtual "
	   "machine.");
}

/* A clock that NTP makes faster is too slow: true seconds have fewer ticks. */
Test(sentence, says_that_no_crystal_fits)
{
	struct estimate *e;

	kernel(TSCAL_ROOT_HPET, 0, KERNEL_HPET);
	e = add(TSCAL_SOURCE_CPUID_15, TSCAL_KIND_ENUMERATED, 0, 0);
	e->line.status = TSCAL_STATUS_HINT;
	e->line.hz = e->line.hz_lo = e->line.hz_hi = 0;
	cr_assert(ne(ptr, strstr(sentence(), "No known crystal fits"), NULL));
	/* A host may make the ratio up. */
	run.kernel.guest = true;
	cr_assert(eq(ptr, strstr(sentence(), "No known crystal"), NULL));
}

/* A rate that is so wrong makes an offset: it must not hide the limit. */
Test(sentence, of_ntp_at_its_limit_with_an_offset)
{
	kernel(TSCAL_ROOT_HPET, 0, KERNEL_HPET);
	run.facts.timex = (struct plat_timex){
		.freq = -500 * 65536, .tick = 10000, .offset_ns = 50000000};
	cr_assert(ne(ptr,
		strstr(sentence(),
			" NTP's correction is at its limit: it corrects an "
			"offset, or the true rate is 499 ppm or more above "
			"the kernel's."),
		NULL));
}

Test(sentence, of_ntp_at_its_limit_has_the_direction)
{
	run.facts.timex = (struct plat_timex){
		.freq = 500 << 16, .tick = 10000, .status = 1};
	kernel(TSCAL_ROOT_HPET, 0, KERNEL_HPET);
	cr_assert(ne(ptr,
		strstr(sentence(), "499 ppm or more below the kernel's."),
		NULL));
	run.facts.timex.freq = -(500 << 16);
	cr_assert(ne(ptr,
		strstr(sentence(), "499 ppm or more above the kernel's."),
		NULL));
	run.facts.timex.freq = 498 << 16;
	cr_assert(eq(ptr, strstr(sentence(), "limit"), NULL));
}

Test(sentence, compares_with_the_best_label_once)
{
	add(TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	add(TSCAL_SOURCE_CPUID_16, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU, 1600);
	add(TSCAL_SOURCE_BRAND, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU, -3e5);
	is("Only hv-leaf gives a rate.");
	init();
	add(TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, TSCAL_ROOT_HV, 0);
	add(TSCAL_SOURCE_CPUID_16, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU, -2e4);
	add(TSCAL_SOURCE_BRAND, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU, -3e5);
	is("Only hv-leaf gives a rate. This rate is 2.04 % above the nominal "
	   "one (cpuid-16).");
}

Test(sentence, of_a_guess_names_the_only_crystal_that_fits)
{
	struct estimate *e;

	run.kernel.guess = run.kernel.may_be_guess = true;
	kernel(TSCAL_ROOT_PIT | TSCAL_ROOT_CPU, 0, KERNEL_GUESS);
	e = add(TSCAL_SOURCE_CPUID_15, TSCAL_KIND_ENUMERATED, TSCAL_ROOT_CPU,
		1753);
	e->assumed = true;
	e->line.status = TSCAL_STATUS_HINT;
	cr_assert(ne(ptr,
			  strstr(sentence(),
				  "The only crystal that fits CPUID 15h's "
				  "ratio gives 2504.38 MHz, 1753 ppm above: "
				  "the kernel may be off by as much."),
			  NULL),
		"%s", run.info.rate_sentence);
}

/* Every remark at once: what does not fit is left out, nothing is cut. */
Test(sentence, is_never_cut)
{
	static const enum tscal_source loose[] = {TSCAL_SOURCE_HPET,
		TSCAL_SOURCE_ACPI_PM, TSCAL_SOURCE_PIT, TSCAL_SOURCE_ADJTIMEX};

	run.facts.timex = (struct plat_timex){
		.freq = 500 << 16, .tick = 10000, .status = 1};
	kernel(TSCAL_ROOT_UNKNOWN, 0, KERNEL_ON_UNKNOWN);
	for (size_t i = 0; i < 4; i++)
		add(loose[i], TSCAL_KIND_MEASURED, TSCAL_ROOT_UNKNOWN, -222);
	add(TSCAL_SOURCE_CPUID_16, TSCAL_KIND_NOMINAL, TSCAL_ROOT_CPU, -3e5);
	sentence();
	cr_assert(eq(ptr, strstr(run.info.rate_sentence, " ..."), NULL), "%s",
		run.info.rate_sentence);
	cr_assert(eq(chr,
		run.info.rate_sentence[strlen(run.info.rate_sentence) - 1],
		'.'));
	cr_assert(ne(ptr, strstr(run.info.rate_sentence, "limit"), NULL));
}
