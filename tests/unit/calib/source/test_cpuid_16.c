/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "unit/asking.h"

TestSuite(cpuid_16, .init = init_metal);

Test(cpuid_16, is_a_label_in_bits_15_to_0)
{
	cpuid_alone(0x16, 0xabcd0000 | 2400, 0, 0);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_16), TSCAL_STATUS_HINT));
	cr_assert(ieee_ulp_eq(dbl, est.line.hz, 2.4e9, 0));
	cpuid_alone(0x16, 0, 4000, 100);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_16), TSCAL_STATUS_ABSENT));
}
