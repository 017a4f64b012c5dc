/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calib/measure/estimator.h"

#define N 1000
#define SLOPE 2.45 /* ticks per count */

static struct plat_sample first[N], last[N];

static struct burst all(const struct plat_sample *s)
{
	return (struct burst){s, N};
}

/* Reads that start at this count, one every 60.3 counts; the TSC is read
 * `before` counts earlier and `after` counts later, and a bit at random. */
static void fill(struct plat_sample *s, double at, double before, double after)
{
	for (size_t i = 0; i < N; i++) {
		double x = at + 60.3 * (double)i;
		double a = x - before - 3 * drand48();
		double b = x + after + 3 * drand48();

		s[i] = (struct plat_sample){
			.tsc_before = (uint64_t)(1e12 + SLOPE * a),
			.ref = (uint64_t)x,
			.tsc_after = (uint64_t)(1e12 + SLOPE * b),
		};
	}
}

static double off_ppm(double slope)
{
	return fabs(slope / SLOPE - 1) * 1e6;
}

/* The definition of the bounds, pair by pair. */
static void all_pairs(struct burst f, struct burst l, double *lo, double *hi)
{
	*lo = -HUGE_VAL;
	*hi = HUGE_VAL;
	for (size_t i = 0; i < f.n; i++)
		for (size_t j = 0; j < l.n; j++) {
			double c = (double)(l.s[j].ref - f.s[i].ref);
			double least = (double)(int64_t)(l.s[j].tsc_before -
							 f.s[i].tsc_after);
			double most = (double)(int64_t)(l.s[j].tsc_after -
							f.s[i].tsc_before);

			*lo = fmax(*lo, least / (c + 1));
			*hi = fmin(*hi, most / (c - 1));
		}
}

Test(estimator, bounds_equal_those_of_all_pairs)
{
	size_t even = 0;

	srand48(1);
	for (int run = 0; run < 20000; run++) {
		struct plat_sample s[2][12];
		struct burst b[2];
		struct rate r;
		enum rate_status rc;
		double lo, hi;

		for (int e = 0; e < 2; e++) {
			uint64_t c = 1000 + 2000 * (uint64_t)e;

			b[e] = (struct burst){s[e], 1 + lrand48() % 12};
			for (size_t i = 0; i < b[e].n; i++) {
				double t = 3e9 + 2.45 * (double)c;

				s[e][i].ref = c;
				s[e][i].tsc_before = (uint64_t)(t)-1 -
						     lrand48() % 200;
				s[e][i].tsc_after = (uint64_t)(t) + 1 +
						    lrand48() % 200;
				/* Sometimes no line passes all. */
				if (run % 3 == 0)
					s[e][i].tsc_before += 200;
				c += lrand48() % 60;
			}
		}
		rc = rate_bounds(b[0], b[1], 1, &r);
		all_pairs(b[0], b[1], &lo, &hi);
		cr_assert(ne(int, rc, RATE_TOO_FEW));
		cr_assert(lt(dbl, fabs(r.lo / lo - 1), 1e-12));
		cr_assert(lt(dbl, fabs(r.hi / hi - 1), 1e-12));
		cr_assert(eq(int, rc, lo <= hi ? RATE_OK : RATE_UNEVEN));
		even += rc == RATE_OK;
	}
	/* Both outcomes were met. */
	cr_assert(lt(sz, 1000, even));
	cr_assert(lt(sz, even, 19000));
}

Test(estimator, needs_reads_and_two_counts_between_the_bursts)
{
	struct plat_sample one = {100, 50, 110}, next = {200, 51, 210};
	struct plat_sample two = {300, 52, 310};
	struct rate r;

	cr_assert(eq(int, RATE_TOO_FEW,
		rate_estimate((struct burst){&one, 0}, all(last), 1, &r)));
	cr_assert(eq(int, RATE_TOO_FEW,
		rate_estimate((struct burst){&one, 1}, (struct burst){&two, 0},
			1, &r)));
	cr_assert(eq(int, RATE_TOO_FEW,
		rate_estimate((struct burst){&one, 1}, (struct burst){&next, 1},
			1, &r)));
	cr_assert(eq(int, RATE_TOO_FEW,
		rate_estimate((struct burst){&two, 1}, (struct burst){&one, 1},
			1, &r)));
	cr_assert(eq(int, RATE_OK,
		rate_estimate((struct burst){&one, 1}, (struct burst){&two, 1},
			1, &r)));
}

Test(estimator, sorts_and_loses_nothing)
{
	static double v[RATE_BURST_MAX * 2];

	srand48(2);
	for (size_t n = 0; n <= RATE_BURST_MAX * 2; n += 1 + n / 3) {
		double sum = 0, sorted = 0;

		for (size_t i = 0; i < n; i++) {
			v[i] = n % 2 ? (double)(lrand48() % 7)
				     : drand48() - 0.5;
			sum += v[i];
		}
		rate_sort(v, n);
		for (size_t i = 0; i < n; i++) {
			sorted += v[i];
			if (i)
				cr_assert(le(dbl, v[i - 1], v[i]));
		}
		cr_assert(lt(dbl, fabs(sum - sorted), 1e-9));
	}
}

Test(estimator, one_lucky_read_moves_the_middle_but_not_the_point)
{
	struct rate r;

	srand48(3);
	fill(first, 0, 25, 25);
	fill(last, 1e7, 25, 25);
	/* One bracket that is 20 counts tighter on one side. */
	last[500].tsc_before += (uint64_t)(20 * SLOPE);
	cr_assert(
		eq(int, rate_estimate(all(first), all(last), 1, &r), RATE_OK));
	cr_assert(r.settled);
	cr_assert(lt(dbl, 0.5, off_ppm((r.lo + r.hi) / 2)));
	cr_assert(lt(dbl, off_ppm(r.point), 0.02));
}

Test(estimator, interrupted_reads_do_not_move_the_point)
{
	struct rate r;

	srand48(4);
	fill(first, 0, 25, 25);
	fill(last, 1e7, 25, 25);
	for (size_t i = 0; i < N; i += 10) {
		first[i].tsc_before -= 1000000;
		last[i].tsc_after += 700000;
	}
	/* References stay in order; each such read is only less tight. */
	cr_assert(
		eq(int, rate_estimate(all(first), all(last), 1, &r), RATE_OK));
	cr_assert(r.settled);
	cr_assert(lt(dbl, off_ppm(r.point), 0.02));
}

Test(estimator, knows_the_end_whose_reads_are_slower)
{
	struct rate r;

	srand48(5);
	fill(first, 0, 25, 25);
	fill(last, 1e7, 35, 30);
	cr_assert(
		eq(int, rate_estimate(all(first), all(last), 1, &r), RATE_OK));
	cr_assert(not(r.settled));
	cr_assert(not(r.first_worse));
	cr_assert(r.lo <= SLOPE && SLOPE <= r.hi);

	fill(first, 0, 35, 30);
	fill(last, 1e7, 25, 25);
	cr_assert(
		eq(int, rate_estimate(all(first), all(last), 1, &r), RATE_OK));
	cr_assert(not(r.settled));
	cr_assert(r.first_worse);
}

Test(estimator, a_handful_of_reads_settles_nothing)
{
	struct burst few = {last, 5};
	struct rate r;

	srand48(6);
	fill(first, 0, 25, 25);
	fill(last, 1e7, 25, 25);
	cr_assert(eq(int, rate_estimate(all(first), few, 1, &r), RATE_OK));
	cr_assert(not(r.settled));
	/* Again: the short one, not the first. */
	cr_assert(not(r.first_worse));
}

Test(estimator, reads_that_scatter_alike_at_both_ends_get_the_middle)
{
	struct rate r;

	srand48(9);
	fill(first, 0, 25, 25);
	fill(last, 1e7, 25, 25);
	for (size_t i = 0; i < N; i++) {
		first[i].tsc_before -= lrand48() % 500;
		first[i].tsc_after += lrand48() % 500;
		last[i].tsc_before -= lrand48() % 500;
		last[i].tsc_after += lrand48() % 500;
	}
	cr_assert(
		eq(int, rate_estimate(all(first), all(last), 1, &r), RATE_OK));
	/* Once more would be no better. */
	cr_assert(r.settled);
	cr_assert(epsilon_eq(dbl, r.point, (r.lo + r.hi) / 2, 1e-12));
}

Test(estimator, bursts_of_unlike_length_compare_by_rank)
{
	struct burst half = {last, 300};
	struct rate r;

	srand48(7);
	fill(first, 0, 25, 25);
	fill(last, 1e7, 25, 25);
	cr_assert(eq(int, rate_estimate(all(first), half, 1, &r), RATE_OK));
	cr_assert(r.settled);
	cr_assert(lt(dbl, off_ppm(r.point), 0.05));
}

Test(estimator, slow_counters_get_the_middle)
{
	struct rate r;

	/* A read lasts ten counts: ranks would show how the loop beats. */
	srand48(8);
	fill(first, 0, 5, 5);
	fill(last, 1e5, 5, 5);
	cr_assert(
		eq(int, rate_estimate(all(first), all(last), 1, &r), RATE_OK));
	cr_assert(r.settled);
	cr_assert(epsilon_eq(dbl, r.point, (r.lo + r.hi) / 2, 1e-12));
}
