/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "unit/asking.h"

TestSuite(bogomips, .init = init_metal);

Test(bogomips, is_a_guess_never_refined)
{
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_BOGOMIPS), TSCAL_STATUS_ABSENT));
	run.facts.bogomips = 4890.84;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_BOGOMIPS), TSCAL_STATUS_HINT));
	cr_assert(epsilon_eq(dbl, est.line.hz, 2445.42e6, 1e-3));
	/* 4890.849 is cut to 4890.84. */
	cr_assert(le(dbl, 2445.4245e6, est.line.hz_hi));
}

Test(bogomips, of_a_declared_rate_is_no_guess)
{
	run.facts.bogomips = 4800;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_BOGOMIPS), TSCAL_STATUS_HINT));
	sentence_has("the kernel's first guess");
	run.facts.known_freq = 1;
	run.kernel.khz_origin = KERNEL_HYPERVISOR;
	ask(TSCAL_SOURCE_BOGOMIPS);
	sentence_has(
		"not updated: the kernel took its rate from the hypervisor");
}
