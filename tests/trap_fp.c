/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Linked into a program: floating-point exceptions kill it (SIGFPE), as they do
 * a program that uses the library and traps them to find its own errors. */
#include <fenv.h>
#include <stdlib.h>

__attribute__((constructor)) static void trap_fp(void)
{
	volatile double zero = 0;

	feenableexcept(FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW);
	/* For a test that it does trap. */
	if (getenv("TSCAL_TEST_DIVIDE_BY_ZERO"))
		zero = 1 / zero;
}
