/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* cpuid-15: the ratio and the crystal of CPUID leaf 0x15. */
#include "unit/asking.h"

TestSuite(cpuid_15, .init = init_metal);

/* With integers 29 / 2 is 14, and 200 MHz x 14 is 2.8 GHz. */
Test(cpuid_15, multiplies_first)
{
	cpuid_alone(0x15, 2, 29, 200000000);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_READY));
	cr_assert(ieee_ulp_eq(dbl, est.line.hz, 2.9e9, 0));
	cr_assert(eq(u32, est.line.roots, TSCAL_ROOT_CPU));
	cr_assert(not(est.assumed));
}

Test(cpuid_15, holds_products_beyond_32_bits)
{
	cpuid_alone(0x15, 0x10000, 0x7d00000, 1000000);
	ask(TSCAL_SOURCE_CPUID_15);
	cr_assert(ieee_ulp_eq(dbl, est.line.hz, 2e9, 0));
	/* 2^64 and more: nonsense, but no overflow. */
	cpuid_alone(0x15, 1, UINT32_MAX, UINT32_MAX);
	cr_assert(eq(
		int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_IMPLAUSIBLE));
}

Test(cpuid_15, without_a_ratio_divides_by_nothing)
{
	cpuid_alone(0x15, 0, 0, 0);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_ABSENT));
	cpuid_alone(0x15, 0, 176, 25000000);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_ABSENT));
	cpuid_alone(0x15, 2, 0, 25000000);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_ABSENT));
	sentence_has("0/2");
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

Test(cpuid_15, finds_the_crystal_that_fits)
{
	for (size_t i = 0; i < sizeof(crystals) / sizeof(*crystals); i++) {
		const struct crystal *c = &crystals[i];

		cpuid_alone(0x15, c->den, c->num, 0);
		measured(c->measured_hz);
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_CPUID_15),
				  TSCAL_STATUS_READY),
			"%zu", i);
		cr_expect(epsilon_eq(dbl, est.line.hz, c->hz, 1e-3), "%zu", i);
		cr_expect(est.assumed);
		sentence_has("assumed");
	}
}

Test(cpuid_15, takes_no_crystal_that_does_not_fit)
{
	cpuid_alone(0x15, 2, 0xb0, 0);
	measured(2200e6 * 1.02);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_HINT));
	sentence_has("no known one fits");
	cr_assert(zero(dbl, est.line.hz));
	run.measured.counters.raw = (struct measured){
		.out.status = TSCAL_STATUS_SKIPPED};
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_HINT));
	sentence_has("no measurement");
}

/* The kernel kept its guess from CPUID 16h: a crystal that fits it would count
 * one declaration twice. */
Test(cpuid_15, does_not_fit_a_crystal_to_the_kernels_cpuid)
{
	run.kernel.roots = TSCAL_ROOT_PIT | TSCAL_ROOT_CPU;
	cpuid_alone(0x15, 2, 0xb0, 0);
	measured(2200e6);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_HINT));
}

Test(cpuid_15, in_a_guest_is_a_hint)
{
	run.kernel.guest = true;
	cpuid_alone(0x15, 2, 208, 25000000);
	measured(2600e6);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_HINT));
	/* Cloud Run: the host's 2.6 GHz, scaled for the guest. */
	measured(2600e6 / 2.8);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_HINT));
	sentence_has("2.80 times");
	cr_assert(ieee_ulp_eq(dbl, est.line.hz, 2600e6, 0));
}

Test(cpuid_15, in_a_guest_that_was_not_measured_has_no_ratio_to_it)
{
	run.kernel.guest = true;
	cpuid_alone(0x15, 2, 208, 25000000);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_HINT));
	sentence_has("the rate may be its host's");
}

Test(cpuid_15, under_tdx_is_ready)
{
	run.kernel.guest = true;
	run.facts.tdx = true;
	cpuid_alone(0x15, 2, 208, 25000000);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_READY));
}
