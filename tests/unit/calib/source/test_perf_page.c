/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "unit/asking.h"

TestSuite(perf_page, .init = init_metal);

Test(perf_page, that_hides_its_time_is_absent)
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
