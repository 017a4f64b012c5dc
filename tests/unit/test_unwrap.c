/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Counters of few bits that come round, once and more often. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "calib/unwrap.h"

/* A PIT: one count in 2000 ticks. */
#define TICKS 2000

/* Two reads, so many counts apart; what becomes of the second. */
static enum unwrapped two(uint64_t from, uint64_t counts, uint64_t ticks,
	double rate, uint64_t *out)
{
	struct unwrap u = {
		.mask = 0xffff, .ref = from, .tsc = 77, .rate = rate};
	struct plat_sample s = {
		77 + ticks, (from + counts) & 0xffff, 78 + ticks};
	enum unwrapped how = unwrap(&u, &s, 1);

	*out = s.ref - from;
	return how;
}

Test(unwrap, however_often_it_came_round_while_the_rate_is_known)
{
	for (uint64_t counts = 0; counts < 1000000; counts += 4321)
		for (int off = -8; off <= 8; off++) {
			double rate = 1.0 / TICKS * (1 + off * 1e-3);
			uint64_t out;

			cr_assert(eq(int,
				two(65000, counts, counts * TICKS, rate, &out),
				UNWRAP_OK));
			cr_assert(eq(u64, out, counts));
		}
}

Test(unwrap, once_where_it_is_not)
{
	uint64_t out;

	cr_assert(eq(int, two(65000, 1000, 1000 * TICKS, 0, &out), UNWRAP_OK));
	cr_assert(eq(u64, out, 1000));
	/* Seven eighths of the range on is one back. */
	cr_assert(eq(int, two(9, 60000, 60000 * TICKS, 0, &out), UNWRAP_BACK));
	cr_assert(eq(int, two(9, 0xffff, 2, 0, &out), UNWRAP_BACK));
	/* Also where the rate says that it did not come round. */
	cr_assert(eq(int, two(9, 0xffff, 2, 1.0 / TICKS, &out), UNWRAP_BACK));
}

Test(unwrap, a_rate_that_is_too_far_off_tells_nothing)
{
	uint64_t out;

	/* 10 rounds by a rate that is 3 % off: a third of a round. */
	cr_assert(eq(int, two(0, 655360, 655360 * TICKS, 1.03 / TICKS, &out),
		UNWRAP_ROUND));
}

Test(unwrap, twice_too_fast_is_no_round)
{
	uint64_t out;

	/* A PM timer at double speed: 20000 counts where 10000 are due. */
	cr_assert(eq(int, two(60000, 20000, 10000 * TICKS, 1.0 / TICKS, &out),
		UNWRAP_OK));
	cr_assert(eq(u64, out, 20000));
}

Test(unwrap, a_counter_of_64_bits)
{
	struct unwrap u = {
		.mask = UINT64_MAX, .ref = UINT64_MAX - 1, .tsc = 0, .rate = 1};
	struct plat_sample s[2] = {{1, 5, 2}, {3, 4, 4}};

	cr_assert(eq(int, unwrap(&u, s, 1), UNWRAP_OK));
	cr_assert(eq(int, unwrap(&u, s + 1, 1), UNWRAP_BACK));
}
