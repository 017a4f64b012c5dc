/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "unit/asking.h"

TestSuite(tsc_freq_khz, .init = init_metal);

Test(tsc_freq_khz, is_the_kernels_number_cut_to_a_khz)
{
	sim_add_file(&sim, TSC_FREQ_KHZ, "2445422\n");
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_TSC_FREQ_KHZ), TSCAL_STATUS_READY));
	cr_assert(ieee_ulp_eq(dbl, est.line.hz, 2445422e3, 0));
	cr_assert(ieee_ulp_eq(dbl, est.line.hz_hi, 2445423e3, 0));
	cr_assert(est.by_kernel);
}

Test(tsc_freq_khz, junk_is_no_number)
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
