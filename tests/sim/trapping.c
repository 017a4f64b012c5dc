/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Linked into the tests of this folder with ld's --wrap: what they call of the
 * library runs with floating-point exceptions trapped, as in a program that
 * traps them to find its own errors.  Only these calls: Criterion divides 0 by
 * 0 itself.
 */
#include <fenv.h>

#include <tscal/calibrate.h>
#include <tscal/clock.h>

#include "calib/measure/window.h"

#define TRAPPED (FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW)

/* What was trapped before: one wrapped function may call another. */
static int trap(void)
{
	/* An x87 exception that is pending would be raised at once. */
	feclearexcept(FE_ALL_EXCEPT);
	return feenableexcept(TRAPPED);
}

static void restore(int before)
{
	fedisableexcept(TRAPPED & ~before);
}

/* TRAP(type, function, (parameters), (arguments)) */
#define TRAP(type, name, params, args)                                         \
	type __real_##name params;                                             \
	type __wrap_##name params;                                             \
	type __wrap_##name params                                              \
	{                                                                      \
		int before = trap();                                           \
		type result = __real_##name args;                              \
                                                                               \
		restore(before);                                               \
		return result;                                                 \
	}

TRAP(int, tscal_clock_init_sized,
	(struct tscal_clock * clk, size_t clk_size, int clock_id,
		const struct tscal_clock_opts *opts, size_t opts_size,
		struct tscal_info *info, size_t info_size),
	(clk, clk_size, clock_id, opts, opts_size, info, info_size))
TRAP(int, tscal_clock_update, (struct tscal_clock * clk), (clk))
TRAP(int, tscal_clock_check, (struct tscal_clock * clk), (clk))
TRAP(int, tscal_calibrate_sized,
	(const struct tscal_opts *opts, struct tscal_info *info, size_t size),
	(opts, info, size))
TRAP(int, tscal_report_new,
	(const struct tscal_opts *opts, struct tscal_report **out), (opts, out))

void __real_measure_finish(struct tscal_platform *plat,
	const struct measure_plan *plan, struct measure_space *space, size_t n);
void __wrap_measure_finish(struct tscal_platform *plat,
	const struct measure_plan *plan, struct measure_space *space, size_t n);
void __wrap_measure_finish(struct tscal_platform *plat,
	const struct measure_plan *plan, struct measure_space *space, size_t n)
{
	int before = trap();

	__real_measure_finish(plat, plan, space, n);
	restore(before);
}
