/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <math.h>

#include <tscal/conv.h>

Test(conv, refuses_rates_out_of_range_and_leaves_the_struct_alone)
{
	static const double bad[] = {
		0, -1, 250e6, 249e6, 20.000001e9, 1e300, NAN, INFINITY};
	struct tscal_conv c = {.mult = 7, .tsc_hz = 3};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_assert(eq(int, tscal_conv_init(&c, bad[i], 1, 2), -ERANGE));
	cr_assert(eq(long, c.mult, 7));
	cr_assert(ieee_ulp_eq(dbl, c.tsc_hz, 3, 0));
}

Test(conv, accepts_the_ends_of_the_range)
{
	struct tscal_conv c;

	cr_assert(eq(int, tscal_conv_init(&c, nextafter(250e6, 1e9), 0, 0), 0));
	/* Just below 4 ns a tick, and not negative. */
	cr_assert(eq(long, tscal_ticks_to_ns(&c, 1000), 3999));
	cr_assert(eq(int, tscal_conv_init(&c, 20e9, 0, 0), 0));
	cr_assert(eq(long, tscal_ticks_to_ns(&c, 20000), 1000));
}
