/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Counters of few bits that wrap, once or more often. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "calib/measure/unwrap.h"

/* A PIT: one count in 2000 ticks. */
#define TICKS 2000

/* Two reads, so many counts apart; the second, unwrapped. */
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

Test(unwrap, any_number_of_wraps_while_the_rate_is_known)
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
	/* Also where by the rate it did not wrap. */
	cr_assert(eq(int, two(9, 0xffff, 2, 1.0 / TICKS, &out), UNWRAP_BACK));
}

Test(unwrap, a_rate_that_is_too_far_off_counts_no_wraps)
{
	uint64_t out;

	/* 10 wraps by a rate that is 3 % off: a third of a wrap. */
	cr_assert(eq(int, two(0, 655360, 655360 * TICKS, 1.03 / TICKS, &out),
		UNWRAP_LOST));
}

Test(unwrap, more_wraps_than_can_be_counted)
{
	uint64_t out;

	cr_assert(eq(int,
		two(0, 20 * 65536, UINT64_C(20) * 65536 * TICKS, 1.0 / TICKS,
			&out),
		UNWRAP_LOST));
	cr_assert(eq(int, two(0, 5, INT64_MAX, 1e300, &out), UNWRAP_LOST));
}

Test(unwrap, twice_too_fast_is_no_wrap)
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

Test(unwrap, leaves_out_what_was_caught)
{
	static const struct {
		unsigned width;
		uint64_t ref[8];
		int n, kept;
		uint64_t first;
	} cases[] = {
		/* One is caught low, one high; a wrap. */
		{16, {10, 20, 30, 40, 50, 60, 70, 80}, 8, 6, 20},
		{16, {10, 20, 30, 0x100 + 40, 50, 60, 70, 80}, 8, 2, 20},
		{16, {0x300, 0x305, 0x20a, 0x30f, 0x314, 0x319, 0x31e, 0x323},
			8, 3, 0x314},
		{16, {0xfff0, 0xfff8, 0, 8, 16, 24, 32, 40}, 8, 6, 0xfff8},
		/* Two in a row. */
		{16, {0x10a, 0x10f, 0x014, 0x019, 0x11e, 0x123, 0x128, 0x12d},
			8, 3, 0x11e},
		/* A counter that goes back is no read error: all stay. */
		{16, {80, 70, 60, 50, 40, 30, 20, 10}, 8, 8, 80},
		{24, {1, 2, 3}, 3, 1, 2},
		/* Nothing is between two. */
		{24, {1, 2}, 2, 2, 1},
		{24, {1}, 1, 1, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct plat_sample s[8];
		int kept;

		for (int k = 0; k < cases[i].n; k++)
			s[k] = (struct plat_sample){
				(uint64_t)k, cases[i].ref[k], (uint64_t)k + 1};
		kept = drop_torn_reads(s, cases[i].n, cases[i].width);
		cr_expect(eq(int, kept, cases[i].kept), "case %zu", i);
		cr_expect(eq(u64, s[0].ref, cases[i].first), "case %zu", i);
	}
}
