/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What tscal bench makes of the blocks that it measured. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "cli/bench/bench.h"

#define N 10

Test(bench_cost, percentiles_of_blocks_in_any_order)
{
	const double ns[N] = {7, 3, 9, 1, 5, 10, 2, 8, 4, 6};
	const double rdtsc_ns[N] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
	struct bench_cost c = bench_cost_of(ns, rdtsc_ns, N);

	cr_assert(zero(ptr, (void *)(uintptr_t)c.absent));
	cr_assert(eq(dbl, c.ns_min, 1));
	cr_assert(eq(dbl, c.ns_p10, 1));
	cr_assert(eq(dbl, c.ns_median, 5));
	cr_assert(eq(dbl, c.ns_p90, 9));
}

/* The CPU halves its frequency in the middle: the medians are of two
 * frequencies, and the ratio is not. */
Test(bench_cost, the_ratio_is_of_neighbours)
{
	const double rdtsc_ns[N] = {10, 10, 10, 10, 20, 20, 20, 20, 20, 20};
	double ns[N];

	for (int i = 0; i < N; i++)
		ns[i] = 2.5 * rdtsc_ns[i];
	ns[0] = 1000;
	cr_assert(eq(dbl, bench_cost_of(ns, rdtsc_ns, N).ratio_to_rdtsc, 2.5));
}

Test(bench_cost, of_a_single_block)
{
	const double ns[1] = {3}, rdtsc_ns[1] = {2};
	struct bench_cost c = bench_cost_of(ns, rdtsc_ns, 1);

	cr_assert(eq(dbl, c.ns_min, 3));
	cr_assert(eq(dbl, c.ns_p90, 3));
	cr_assert(eq(dbl, c.ratio_to_rdtsc, 1.5));
}
