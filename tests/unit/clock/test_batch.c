/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal_tsc_to_ns_n(): the same as one by one, wherever the arrays lie. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "clock/convert/batch.h"

/* Beyond the size from which results are streamed, and not a multiple of
 * anything. */
#define MANY (((8u << 20) / 8) + 77)
#define GUARD 64

static struct tscal_conv conv;

static uint64_t stamp(size_t i)
{
	return conv.tsc_epoch + (uint64_t)i * 0x9e3779b97f4a7 -
	       (UINT64_C(1) << 59);
}

static void set_up(void)
{
	cr_assert(zero(
		int, tscal_conv_init(&conv, 2445421966.123, 1u << 30, -12345)));
}

TestSuite(batch, .init = set_up);

/* n stamps at from, converted to to, which may be the same address; nothing
 * else is written.  from and to are within mem. */
static void check_by(unsigned char *mem, size_t size, size_t from, size_t to,
	size_t n, bool avx2)
{
	memset(mem, 0xa5, size);
	for (size_t i = 0; i < n; i++) {
		uint64_t t = stamp(i);

		memcpy(mem + from + i * 8, &t, 8);
	}
	batch_convert(&conv, (void *)(mem + from), (void *)(mem + to), n, avx2);
	for (size_t i = 0; i < n; i++) {
		int64_t got, want = tscal_tsc_to_ns(&conv, stamp(i));

		memcpy(&got, mem + to + i * 8, 8);
		if (got != want)
			cr_fatal(
				"%zu of %zu from +%zu to +%zu", i, n, from, to);
	}
	for (size_t i = 0; i < GUARD; i++) {
		cr_assert(eq(u8, mem[to - 1 - i], 0xa5));
		cr_assert(eq(u8, mem[to + n * 8 + i], 0xa5));
	}
}

static void check(
	unsigned char *mem, size_t size, size_t from, size_t to, size_t n)
{
	check_by(mem, size, from, to, n, false);
	if (__builtin_cpu_supports("avx2"))
		check_by(mem, size, from, to, n, true);
}

Test(batch, any_size_and_alignment)
{
	static unsigned char mem[8192] __attribute__((aligned(64)));

	for (size_t n = 0; n <= 200; n++)
		for (size_t from = 0; from < 8; from++)
			for (size_t to = 0; to < 8; to++)
				check(mem, sizeof(mem), GUARD + from, 4096 + to,
					n);
}

Test(batch, in_place_at_any_alignment)
{
	static unsigned char mem[2048] __attribute__((aligned(64)));

	for (size_t n = 0; n <= 200; n++)
		for (size_t at = GUARD; at < GUARD + 8; at++)
			check(mem, sizeof(mem), at, at, n);
}

Test(batch, beyond_the_caches)
{
	size_t bytes = MANY * 8 + 4 * GUARD, size = 2 * bytes;
	unsigned char *mem = malloc(size);

	cr_assert(ne(ptr, mem, NULL));
	check(mem, size, GUARD, bytes + GUARD, MANY);
	check(mem, size, GUARD + 3, bytes + GUARD + 5, MANY);
	check(mem, size, bytes + GUARD, GUARD, MANY);
	check(mem, size, GUARD, GUARD, MANY);
	check(mem, size, GUARD + 1, GUARD + 1, MANY);
	check(mem, size, GUARD, bytes + GUARD, (8u << 20) / 8);
	free(mem);
}

Test(batch, zero_elements_touch_nothing)
{
	tscal_tsc_to_ns_n(&conv, NULL, NULL, 0);
}

/* Ticks of both signs and all sizes, also those that no converter converts. */
Test(batch, same_as_one_by_one_for_any_stamps)
{
	enum { N = 4096 };
	static uint64_t tsc[N];
	static int64_t ns[N];
	uint64_t state = 20261126;

	for (int round = 0; round < 500; round++) {
		double hz = round % 3 ? 250000001 + round * 39e6 : 20e9;

		cr_assert(zero(int, tscal_conv_init(&conv, hz, state,
					    (int64_t)(state * 7))));
		for (int i = 0; i < N; i++) {
			state = state * 6364136223846793005u + 1;
			tsc[i] = conv.tsc_epoch +
				 (state >> state % 64) *
					 (state & 8 ? UINT64_MAX : 1);
		}
		tscal_tsc_to_ns_n(&conv, tsc, ns, N);
		for (int i = 0; i < N; i++)
			if (ns[i] != tscal_tsc_to_ns(&conv, tsc[i]))
				cr_fatal("%a Hz, %lu ticks", hz,
					tsc[i] - conv.tsc_epoch);
	}
}
