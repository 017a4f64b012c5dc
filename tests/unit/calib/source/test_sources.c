/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Each source by itself, on a machine made of tables. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit/asking.h"
#include "unit/unfit_ntp.h"

TestSuite(sources, .init = init_metal);

static void leaf(uint32_t leaf, uint32_t eax, uint32_t ebx, uint32_t ecx)
{
	sim.n_cpuid = 0;
	sim_add_cpuid(&sim, leaf, 0, eax, ebx, ecx, 0);
}

/* cpuid-15 ----------------------------------------------------------- */

/* With integers 29 / 2 is 14, and 200 MHz x 14 is 2.8 GHz. */
Test(sources, cpuid_15_multiplies_first)
{
	leaf(0x15, 2, 29, 200000000);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_READY));
	cr_assert(ieee_ulp_eq(dbl, est.line.hz, 2.9e9, 0));
	cr_assert(eq(u32, est.line.roots, TSCAL_ROOT_CPU));
	cr_assert(not(est.assumed));
}

Test(sources, cpuid_15_holds_products_beyond_32_bits)
{
	leaf(0x15, 0x10000, 0x7d00000, 1000000);
	ask(TSCAL_SOURCE_CPUID_15);
	cr_assert(ieee_ulp_eq(dbl, est.line.hz, 2e9, 0));
	/* 2^64 and more: nonsense, but no overflow. */
	leaf(0x15, 1, UINT32_MAX, UINT32_MAX);
	cr_assert(eq(
		int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_IMPLAUSIBLE));
}

Test(sources, cpuid_15_without_a_ratio_divides_by_nothing)
{
	leaf(0x15, 0, 0, 0);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_ABSENT));
	leaf(0x15, 0, 176, 25000000);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_ABSENT));
	leaf(0x15, 2, 0, 25000000);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_ABSENT));
	says("0/2");
}

struct crystal {
	uint32_t den, num;
	double measured_hz, hz;
};

static const struct crystal crystals[] = {
	{2, 0xb0, 2194.84e6, 2200e6},  /* Skylake-SP 50654: 25 MHz */
	{2, 0x14e, 4008.1e6, 4008e6},  /* i7-6700K: 24 MHz */
	{2, 0x156, 4275.2e6, 4275e6},  /* i7-7740X 906E9: 25, not 24 MHz */
	{3, 0xf0, 2000.01e6, 2000e6},  /* Denverton: 25 MHz */
	{3, 0xea, 1497.6e6, 1497.6e6}, /* Goldmont: 19.2 MHz */
	{4, 0x120, 1872.1e6, 1872e6},  /* Spreadtrum: 26 MHz */
	{2, 0x9c, 2995.3e6, 2995.2e6}, /* 38.4 MHz */
};

Test(sources, cpuid_15_finds_the_crystal_that_fits)
{
	for (size_t i = 0; i < sizeof(crystals) / sizeof(*crystals); i++) {
		const struct crystal *c = &crystals[i];

		leaf(0x15, c->den, c->num, 0);
		measured(c->measured_hz);
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_CPUID_15),
				  TSCAL_STATUS_READY),
			"%zu", i);
		cr_expect(epsilon_eq(dbl, est.line.hz, c->hz, 1e-3), "%zu", i);
		cr_expect(est.assumed);
		says("assumed");
	}
}

Test(sources, cpuid_15_takes_no_crystal_that_does_not_fit)
{
	leaf(0x15, 2, 0xb0, 0);
	measured(2200e6 * 1.02);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_HINT));
	says("none that fits");
	cr_assert(zero(dbl, est.line.hz));
	run.measured.counters.raw = (struct measured){
		.out.status = TSCAL_STATUS_SKIPPED};
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_HINT));
	says("no measurement");
}

/* The kernel kept its guess from CPUID 16h: a crystal that fits it would make
 * one declaration two. */
Test(sources, cpuid_15_does_not_fit_a_crystal_to_the_kernels_cpuid)
{
	run.kernel.roots = TSCAL_ROOT_PIT | TSCAL_ROOT_CPU;
	leaf(0x15, 2, 0xb0, 0);
	measured(2200e6);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_HINT));
}

Test(sources, cpuid_15_in_a_guest_is_a_hint)
{
	run.kernel.guest = true;
	leaf(0x15, 2, 208, 25000000);
	measured(2600e6);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_HINT));
	/* Cloud Run: the host's 2.6 GHz, scaled for the guest. */
	measured(2600e6 / 2.8);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_HINT));
	says("2.80 times");
	cr_assert(ieee_ulp_eq(dbl, est.line.hz, 2600e6, 0));
}

Test(sources, cpuid_15_in_a_guest_that_was_not_measured_has_no_ratio_to_it)
{
	run.kernel.guest = true;
	leaf(0x15, 2, 208, 25000000);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_HINT));
	says("it may be the host's");
}

/* A container that masks /sys: nobody can say that the kernel's clock is none
 * of the TSC's. */
Test(sources, clock_raw_is_the_kernels_unless_the_clocksource_is_seen)
{
	measured(2.4e9);
	ask(TSCAL_SOURCE_CLOCK_RAW);
	cr_assert(est.by_kernel);
	run.kernel.tsc = false;
	ask(TSCAL_SOURCE_CLOCK_RAW);
	cr_assert(not(est.by_kernel));
	run.facts.clocksource_visible = false;
	ask(TSCAL_SOURCE_CLOCK_RAW);
	cr_assert(est.by_kernel);
}

Test(sources, bogomips_of_a_declared_rate_is_no_guess)
{
	run.facts.bogomips = 4800;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_BOGOMIPS), TSCAL_STATUS_HINT));
	says("its first guess");
	run.facts.known_freq = 1;
	run.kernel.khz_origin = KERNEL_HYPERVISOR;
	ask(TSCAL_SOURCE_BOGOMIPS);
	says("at boot: the kernel took its rate from the hypervisor");
}

Test(sources, cpuid_15_under_tdx_is_vouched_for)
{
	run.kernel.guest = true;
	run.facts.tdx = true;
	leaf(0x15, 2, 208, 25000000);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_READY));
}

/* QEMU's TCG answers beyond its last leaf with another leaf's data. */
Test(sources, cpuid_beyond_the_maximum_is_junk)
{
	static const struct plat_cpuid junk = {0x21f, 0xa88, 0xa88, 0};

	sim.out_of_range = &junk;
	run.facts.max_basic = 0xd;
	measured(2.4e9);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_ABSENT));
	says("ends at leaf 0xd");
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_16), TSCAL_STATUS_ABSENT));
	run.facts.cpuid_readable = false;
	run.facts.max_basic = 0;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_ABSENT));
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_16), TSCAL_STATUS_ABSENT));
	says("cannot be read");
}

Test(sources, cpuid_not_recorded_is_not_zero)
{
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_ABSENT));
	says("recording");
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_16), TSCAL_STATUS_ABSENT));
	says("recording");
}

/* cpuid-16, brand ----------------------------------------------------- */

Test(sources, cpuid_16_is_a_label_in_bits_15_to_0)
{
	leaf(0x16, 0xabcd0000 | 2400, 0, 0);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_16), TSCAL_STATUS_HINT));
	cr_assert(ieee_ulp_eq(dbl, est.line.hz, 2.4e9, 0));
	leaf(0x16, 0, 4000, 100);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_16), TSCAL_STATUS_ABSENT));
}

struct brand {
	const char *text;
	double hz; /* 0: names none */
};

static const struct brand brands[] = {
	{"Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz", 2.5e9},
	{"Intel(R) Core(TM) i7-6700K CPU @ 4.00GHz", 4e9},
	{"Intel(R) Pentium(R) III Mobile CPU @ 866MHz", 866e6},
	{"AMD EPYC 7742 64-Core Processor", 0},
	{"13th Gen Intel(R) Core(TM) i9-13900K", 0},
	{"CPU @ home", 0},
	{"CPU @ 2.50 GHz", 0},
	{"CPU @ 2.50THz", 0},
	{"CPU @ nanGHz", 0},
	{"CPU @ -2.5GHz", 0},
	{"CPU @ .5GHz", 0},
	{"CPU @ GHz", 0},
	{"@", 0},
	{"\?\?\?\?\?@\?\?\?\?", 0},
};

Test(sources, brand_is_a_label_or_nothing)
{
	for (size_t i = 0; i < sizeof(brands) / sizeof(*brands); i++) {
		const struct brand *b = &brands[i];

		snprintf(run.facts.brand, sizeof(run.facts.brand), "%s",
			b->text);
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_BRAND),
				  b->hz > 0 ? TSCAL_STATUS_HINT
					    : TSCAL_STATUS_ABSENT),
			"%s", b->text);
		cr_expect(
			ieee_ulp_eq(dbl, est.line.hz, b->hz, 1), "%s", b->text);
	}
	run.facts.brand[0] = '\0';
	cr_expect(eq(int, STATUS(TSCAL_SOURCE_BRAND), TSCAL_STATUS_ABSENT));
}

/* The kernel's numbers ----------------------------------------------- */

Test(sources, bogomips_is_a_guess_never_refined)
{
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_BOGOMIPS), TSCAL_STATUS_ABSENT));
	run.facts.bogomips = 4890.84;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_BOGOMIPS), TSCAL_STATUS_HINT));
	cr_assert(epsilon_eq(dbl, est.line.hz, 2445.42e6, 1e-3));
	/* 4890.849 is cut to 4890.84. */
	cr_assert(le(dbl, 2445.4245e6, est.line.hz_hi));
}

#define TSC_FREQ_KHZ "/sys/devices/system/cpu/cpu0/tsc_freq_khz"

Test(sources, tsc_freq_khz_is_the_kernels_number_cut_to_a_khz)
{
	sim_add_file(&sim, TSC_FREQ_KHZ, "2445422\n");
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_TSC_FREQ_KHZ), TSCAL_STATUS_READY));
	cr_assert(ieee_ulp_eq(dbl, est.line.hz, 2445422e3, 0));
	cr_assert(ieee_ulp_eq(dbl, est.line.hz_hi, 2445423e3, 0));
	cr_assert(est.by_kernel);
}

Test(sources, tsc_freq_khz_junk_is_no_number)
{
	static const char *const junk[] = {"", "fast", "2445422 kHz",
		"-2445422", "nan", "inf", "0x2545", "2445422\n2445422", "1e6"};

	for (size_t i = 0; i < sizeof(junk) / sizeof(*junk); i++) {
		sim.n_files = 0;
		sim_add_file(&sim, TSC_FREQ_KHZ, junk[i]);
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_TSC_FREQ_KHZ),
				  TSCAL_STATUS_ERROR),
			"%s", junk[i]);
	}
	sim.n_files = 0;
	sim_add_file(&sim, TSC_FREQ_KHZ, "99999999999999999999999999");
	cr_expect(eq(int, STATUS(TSCAL_SOURCE_TSC_FREQ_KHZ),
		TSCAL_STATUS_IMPLAUSIBLE));
	sim.n_files = 0;
	cr_expect(eq(
		int, STATUS(TSCAL_SOURCE_TSC_FREQ_KHZ), TSCAL_STATUS_ABSENT));
	sim_add_file_error(&sim, TSC_FREQ_KHZ, -EACCES);
	cr_expect(eq(
		int, STATUS(TSCAL_SOURCE_TSC_FREQ_KHZ), TSCAL_STATUS_DENIED));
}

Test(sources, perf_page_that_hides_its_time_is_absent)
{
	sim.perf_rc = 0;
	sim.perf = (struct plat_perf_page){
		.cap_user_time = false, .time_mult = 1 << 30, .time_shift = 31};
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_PERF_PAGE), TSCAL_STATUS_ABSENT));
	sim.perf.cap_user_time = true;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_PERF_PAGE), TSCAL_STATUS_READY));
	cr_assert(ieee_ulp_eq(dbl, est.line.hz, 2e9, 0));
	sim.perf.time_mult = 0;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_PERF_PAGE), TSCAL_STATUS_ABSENT));
	sim.perf.time_mult = 1;
	sim.perf.time_shift = 9999;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_PERF_PAGE), TSCAL_STATUS_ABSENT));
	sim.perf_rc = -EACCES;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_PERF_PAGE), TSCAL_STATUS_DENIED));
}

/* With clocksource=hpet RAW is the HPET's, tsc_khz is not. */
Test(sources, the_kernels_khz_have_roots_of_their_own)
{
	run.kernel.roots = TSCAL_ROOT_HPET;
	run.kernel.khz_roots = TSCAL_ROOT_CPU;
	run.kernel.tsc = false;
	sim.perf_rc = sim.kvm_rc = 0;
	sim.kvm_khz = 2400000;
	sim.perf = (struct plat_perf_page){true, 31, 1 << 30};
	run.facts.bogomips = 4800;
	sim_add_file(&sim, TSC_FREQ_KHZ, "2400000");
	measured(2.4e9);
	cr_expect(eq(u32, ask(TSCAL_SOURCE_PERF_PAGE)->roots, TSCAL_ROOT_CPU));
	cr_expect(eq(u32, ask(TSCAL_SOURCE_KVM_IOCTL)->roots, TSCAL_ROOT_CPU));
	cr_expect(eq(u32, ask(TSCAL_SOURCE_BOGOMIPS)->roots, TSCAL_ROOT_CPU));
	cr_expect(
		eq(u32, ask(TSCAL_SOURCE_TSC_FREQ_KHZ)->roots, TSCAL_ROOT_CPU));
	cr_expect(eq(u32, ask(TSCAL_SOURCE_CLOCK_RAW)->roots, TSCAL_ROOT_HPET));
	cr_expect(not(est.by_kernel));
}

Test(sources, kvm_ioctl_runs_only_when_named)
{
	for (size_t i = 0; i < n_sources; i++)
		cr_expect(eq(int, sources[i]->only_named,
			sources[i]->id == TSCAL_SOURCE_KVM_IOCTL));
	sim.kvm_rc = 0;
	sim.kvm_khz = 0;
	cr_assert(eq(
		int, STATUS(TSCAL_SOURCE_KVM_IOCTL), TSCAL_STATUS_IMPLAUSIBLE));
	sim.kvm_rc = -EOPNOTSUPP;
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_KVM_IOCTL), TSCAL_STATUS_SKIPPED));
}

/* hv-leaf ------------------------------------------------------------- */

Test(sources, hv_leaf_says_why_it_is_silent)
{
	static const struct hv_vendor mute = {.id = "bhyve"};

	cr_assert(eq(int, STATUS(TSCAL_SOURCE_HV_LEAF), TSCAL_STATUS_ABSENT));
	says("no hypervisor");
	run.hv.id.present = true;
	strcpy(run.hv.id.main.name, "bhyve");
	run.hv.vendor = &mute;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_HV_LEAF), TSCAL_STATUS_ABSENT));
	says("bhyve defines no timing leaf");
}

/* adjtimex ------------------------------------------------------------ */

Test(sources, adjtimex_is_no_witness_unless_ntp_has_settled)
{
	measured(2.4e9);
	for (size_t i = 0; i < N_UNFIT; i++) {
		run.facts.timex = sim.timex = unfit[i].timex;
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX),
				  TSCAL_STATUS_ABSENT),
			"%s", unfit[i].what);
		says(unfit[i].sentence);
	}
	run.facts.timex_rc = -EPERM;
	cr_expect(eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_DENIED));
}

Test(sources, adjtimex_just_within_its_conditions_is_a_witness)
{
	static const struct plat_timex fit[] = {
		{.freq = 1, .tick = 10000, .maxerror_us = 999999},
		{.freq = 499 * 65536 - 1, .tick = 10000, .offset_ns = 1000000},
		{.freq = 1 - 499 * 65536, .tick = 10000, .offset_ns = -1000000},
	};

	measured(2.4e9);
	for (size_t i = 0; i < sizeof(fit) / sizeof(*fit); i++) {
		run.facts.timex = sim.timex = fit[i];
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX),
				  TSCAL_STATUS_READY),
			"%zu: %s", i, est.line.sentence);
	}
}

/* The kernel's clock is slowed by 12.3 ppm to be right: its RAW second is too
 * short, so a true second has more ticks. */
Test(sources, adjtimex_gives_ticks_per_true_second)
{
	run.facts.timex.freq = sim.timex.freq = -806093; /* -12.3 ppm */
	run.raw_rate.out = (struct outcome){
		TSCAL_STATUS_READY, 2.4e9, 2.4e9, 2.4e9, ""};
	measured(2.4e9 * (1 + 3e-6));
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_READY));
	cr_assert(epsilon_eq(dbl, ppm(est.line.hz, 2.4e9), 12.3, 0.001));
	cr_assert(eq(u32, est.line.roots, TSCAL_ROOT_NTP));
	cr_assert(lt(dbl, 0, est.line.tolerance_ppm));
	cr_assert(not(est.by_kernel));
}

Test(sources, adjtimex_that_changes_meanwhile_is_unstable)
{
	measured(2.4e9);
	sim.timex.freq++;
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_UNSTABLE));
	sim.timex = run.facts.timex;
	sim.timex.tick = 9999;
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_UNSTABLE));
	sim.timex_rc = -EPERM;
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_UNSTABLE));
}

/* F6: what NTP follows may be the host's clock. */
Test(sources, adjtimex_beside_a_ptp_clock_of_the_host_proves_nothing)
{
	measured(2.4e9);
	run.facts.host_ptp = true;
	cr_assert(
		eq(u32, ask(TSCAL_SOURCE_ADJTIMEX)->roots, TSCAL_ROOT_UNKNOWN));
	run.facts.host_ptp = false;
	run.kernel.guest = true;
	cr_assert(eq(u32, ask(TSCAL_SOURCE_ADJTIMEX)->roots, TSCAL_ROOT_NTP));
	/* In a guest without /sys nobody can tell. */
	run.facts.clocksource_visible = false;
	cr_assert(
		eq(u32, ask(TSCAL_SOURCE_ADJTIMEX)->roots, TSCAL_ROOT_UNKNOWN));
	run.facts.clocksource_visible = true;
	run.facts.ptp_unseen = true;
	cr_assert(
		eq(u32, ask(TSCAL_SOURCE_ADJTIMEX)->roots, TSCAL_ROOT_UNKNOWN));
	/* No host, nothing to follow but the network. */
	run.kernel.guest = false;
	cr_assert(eq(u32, ask(TSCAL_SOURCE_ADJTIMEX)->roots, TSCAL_ROOT_NTP));
}

Test(sources, adjtimex_does_not_rest_on_a_glance)
{
	measured(2.4e9);
	run.measured.quick = true;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_ABSENT));
	run.raw_rate.out = (struct outcome){
		TSCAL_STATUS_READY, 2.4e9, 2.4e9, 2.4e9, ""};
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_READY));
}
