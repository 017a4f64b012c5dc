/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What a timing leaf reports, and when it is not asked. */
#include "unit/scanning.h"

Test(hv_leaf, tcg_answers_543_at_0x40000010)
{
	static const struct plat_cpuid junk = {543, 2696, 2696, 0};

	guest();
	sim.out_of_range = &junk;
	add_base(0x40000000, 0x40000001, "TCGTCGTCGTCG");
	detect();
	assert_main("tcg", 0x40000000, 0x40000001);
	cr_assert(eq(sz, hv.n_also, 0));
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
}

Test(hv_leaf, intel_kvm_answers_with_its_highest_basic_leaf)
{
	/* Leaf 0x16: base, maximum and bus MHz. */
	static const struct plat_cpuid leaf_16 = {2200, 3500, 100, 0};

	guest();
	sim.out_of_range = &leaf_16;
	add_base(0x40000000, 0x40000001, "KVMKVMKVM\0\0\0");
	ask();
	assert_main("kvm", 0x40000000, 0x40000001);
	cr_assert(eq(sz, hv.n_also, 0));
	assert_no_number(TSCAL_STATUS_ABSENT);
}

Test(hv_leaf, maximum_leaf_one_too_small)
{
	guest();
	add_base(0x40000000, 0x4000000f, "VMwareVMware");
	sim_add_cpuid(&sim, 0x40000010, 0, 2400000, 0, 0, 0);
	ask();
	assert_no_number(TSCAL_STATUS_ABSENT);
	cr_assert(strstr(answer.outcome.sentence, "0x4000000f") != NULL);
}

Test(hv_leaf, xen_whose_toolstack_cut_the_time_leaf)
{
	guest();
	add_base(0x40000000, 0x40000002, "XenVMMXenVMM");
	sim_add_cpuid(&sim, 0x40000003, 0, 1, 2, 2400010, 1);
	ask();
	assert_no_number(TSCAL_STATUS_ABSENT);
	cr_assert(not(answer.emulated));
	cr_assert(not(answer.steady));
}

Test(hv_leaf, maximum_leaf_that_is_absurd_promises_nothing)
{
	static const uint32_t absurd[] = {
		0xffffffff, 0x40000100, 0x3fffffff, 0x10, 1, 0};

	for (size_t i = 0; i < sizeof(absurd) / sizeof(*absurd); i++) {
		guest();
		add_base(0x40000000, absurd[i], "VMwareVMware");
		sim_add_cpuid(&sim, 0x40000010, 0, 2400000, 0, 0, 0);
		ask();
		assert_main("vmware", 0x40000000, 0x40000000);
		cr_assert(eq(u32, hv.main.eax, absurd[i]));
		assert_no_number(TSCAL_STATUS_ABSENT);
	}
}

Test(hv_leaf, maximum_leaf_of_the_lower_base_does_not_count_for_the_higher)
{
	guest();
	add_base(0x40000000, 0x400000ff, "Microsoft Hv");
	add_base(0x40000100, 0x40000010, "KVMKVMKVM\0\0\0");
	sim_add_cpuid(&sim, 0x40000110, 0, 2400000, 0, 0, 0);
	ask();
	assert_main("kvm", 0x40000100, 0x40000100);
	assert_no_number(TSCAL_STATUS_ABSENT);
}

Test(hv_leaf, khz_zero)
{
	guest();
	add_base(0x40000000, 0x40000010, "KVMKVMKVM\0\0\0");
	sim_add_cpuid(&sim, 0x40000010, 0, 0, 1000000, 0, 0);
	ask();
	assert_no_number(TSCAL_STATUS_ABSENT);
	cr_assert(strstr(answer.outcome.sentence, "zero") != NULL);
}

Test(hv_leaf, khz_that_no_tsc_ticks_at)
{
	static const uint32_t khz[] = {1, 543, 9999, 20000001, 0xffffffff};

	for (size_t i = 0; i < sizeof(khz) / sizeof(*khz); i++) {
		guest();
		add_base(0x40000000, 0x40000010, "KVMKVMKVM\0\0\0");
		sim_add_cpuid(&sim, 0x40000010, 0, khz[i], 0, 0, 0);
		ask();
		assert_no_number(TSCAL_STATUS_IMPLAUSIBLE);
	}
}

Test(hv_leaf, khz_at_the_limits_and_beyond_32_bits_of_hz)
{
	static const uint32_t khz[] = {10000, 4294968, 20000000};

	for (size_t i = 0; i < sizeof(khz) / sizeof(*khz); i++) {
		guest();
		add_base(0x40000000, 0x40000010, "VMwareVMware");
		sim_add_cpuid(&sim, 0x40000010, 0, khz[i], 0, 0, 0);
		ask();
		assert_khz(khz[i]);
		cr_assert(answer.outcome.hi - answer.outcome.lo == 2e3);
	}
}

Test(hv_leaf, a_leaf_that_was_not_recorded_is_not_zero)
{
	guest();
	add_base(0x40000000, 0x40000010, "KVMKVMKVM\0\0\0");
	ask();
	assert_no_number(TSCAL_STATUS_ABSENT);
	cr_assert(strstr(answer.outcome.sentence, "recording") != NULL);
}

Test(hv_leaf, hyperv_never_defines_0x40000010)
{
	guest();
	add_base(0x40000000, 0x40000010, "Microsoft Hv");
	sim_add_cpuid(&sim, 0x40000010, 0, 2400000, 0, 0, 0);
	detect();
	assert_main("hyperv", 0x40000000, 0x40000010);
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
	cr_assert(eq(u32, hv_vendor_of(&hv.main)->watch, TSCAL_WATCH_HYPERV));
}
