/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* cpuid-15 and cpuid-16 on a CPU without the leaf. */
#include <errno.h>

#include "unit/asking.h"

TestSuite(cpuid_leaf, .init = init_metal);

/* QEMU's TCG answers beyond its last leaf with another leaf's data. */
Test(cpuid_leaf, beyond_the_maximum_is_junk)
{
	static const struct plat_cpuid junk = {0x21f, 0xa88, 0xa88, 0};

	sim.out_of_range = &junk;
	run.facts.max_basic = 0xd;
	measured(2.4e9);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_ABSENT));
	sentence_has("ends at leaf 0xd");
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_16), TSCAL_STATUS_ABSENT));
	run.facts.cpuid_rc = -ENODATA;
	run.facts.max_basic = 0;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_ABSENT));
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_16), TSCAL_STATUS_ABSENT));
	sentence_has("CPUID leaf 0x0 is not in the recording");
}

Test(cpuid_leaf, not_recorded_is_not_zero)
{
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_15), TSCAL_STATUS_ABSENT));
	sentence_has("recording");
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_CPUID_16), TSCAL_STATUS_ABSENT));
	sentence_has("recording");
}
