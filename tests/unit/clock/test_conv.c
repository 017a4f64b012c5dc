/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <gmp.h>
#include <math.h>
#include <stdlib.h>

#include <tscal/conv.h>

Test(conv, refuses_rates_out_of_range_and_leaves_the_struct_unchanged)
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

/* Against exact rationals --------------------------------------------- */

static mpq_t rate, ratio;
static mpz_t whole;

static void exact_init(void)
{
	mpq_inits(rate, ratio, NULL);
	mpz_init(whole);
}

static void exact_fini(void)
{
	mpq_clears(rate, ratio, NULL);
	mpz_clear(whole);
}

TestSuite(exact, .init = exact_init, .fini = exact_fini);

/* floor(n * 10^9 / hz), or floor(n * hz / 10^9); a double is a rational. */
static int64_t exact(int64_t n, double hz, bool to_ns)
{
	mpq_set_d(rate, hz);
	mpq_set_si(ratio, 1000000000, 1);
	if (to_ns)
		mpq_div(ratio, ratio, rate);
	else
		mpq_div(ratio, rate, ratio);
	mpq_set_si(rate, n, 1);
	mpq_mul(ratio, ratio, rate);
	mpz_fdiv_q(whole, mpq_numref(ratio), mpq_denref(ratio));
	cr_assert(mpz_fits_slong_p(whole));
	return mpz_get_si(whole);
}

static void check(double hz, int64_t n)
{
	struct tscal_conv c;
	int64_t got, want;

	cr_assert(eq(int, tscal_conv_init(&c, hz, 0, 0), 0));
	got = tscal_ticks_to_ns(&c, n);
	want = exact(n, hz, true);
	cr_assert(le(long, labs(got - want), 1), "%a Hz, %ld ticks", hz, n);
	/* The other way it is exact: n is now in ns, where the answer fits. */
	if (labs(n) < INT64_MAX / 20) {
		got = tscal_ns_to_ticks(&c, n);
		want = exact(n, hz, false);
		cr_assert(eq(long, got, want), "%a Hz, %ld ns", hz, n);
	}
}

Test(exact, every_decade_of_ticks_at_rates_across_the_range)
{
	for (double hz = nextafter(250e6, 1e9); hz <= 20e9; hz *= 1.0371) {
		check(hz, 0);
		for (int64_t n = 1; n <= INT64_C(100000000000000000); n *= 10)
			for (int64_t off = -1; off <= 1; off++) {
				check(hz, n + off);
				check(hz, -n - off);
			}
		for (unsigned bit = 0; bit < 60; bit++) {
			check(hz, INT64_C(1) << bit);
			check(hz, -(INT64_C(1) << bit));
		}
		check(hz, (INT64_C(1) << 60) - 1);
		check(hz, -(INT64_C(1) << 60) + 1);
	}
	check(20e9, (INT64_C(1) << 60) - 1);
}

static uint64_t random_bits(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1d;
}

/* Rates even on a logarithmic scale, ticks of every size. */
static void random_case(uint64_t *state, double *hz, int64_t *n)
{
	uint64_t r = random_bits(state);

	*hz = 250.001e6 * exp2((double)(r >> 11) / (1L << 53) * 6.3218);
	*n = (int64_t)(random_bits(state) >> 4) >> (r % 60);
	if (r & 1024)
		*n = -*n;
}

Test(exact, a_million_random_cases)
{
	uint64_t state = 20261122;
	double hz;
	int64_t n;

	for (int i = 0; i < 1000000; i++) {
		random_case(&state, &hz, &n);
		check(hz, n);
	}
}

/*
 * Ten million without a rational: ns is right if it is within 1 of the exact
 * quotient's floor, that is, if (ns - 1) * q <= ticks * 10^9 * 2^25 and
 * < (ns + 2) * q, where q is the rate in 2^-25 Hz.  GMP checks a thousandth of
 * that arithmetic too, and the test above a million.
 */
Test(exact, ten_million_random_cases)
{
	uint64_t state = 20261126;
	double hz;
	int64_t n;

	for (int i = 0; i < 10000000; i++) {
		struct tscal_conv c;
		int64_t ns, back;
		tscal_i128 rest, part;

		random_case(&state, &hz, &n);
		cr_assert_eq(tscal_conv_init(&c, hz, 0, 0), 0);
		ns = tscal_ticks_to_ns(&c, n);
		/* In halves, as the products have up to 150 bits: ticks * 10^9
		 * = ns * hz + rest, with hz = whole + part / 2^25. */
		rest = (tscal_i128)n * 1000000000 -
		       (tscal_i128)ns * (TSCAL_HZ_Q25_(hz) >> 25);
		part = (tscal_i128)ns * (TSCAL_HZ_Q25_(hz) & 33554431);
		rest = rest * 33554432 - part;
		if (rest < -(tscal_i128)TSCAL_HZ_Q25_(hz) ||
			rest >= 2 * (tscal_i128)TSCAL_HZ_Q25_(hz))
			cr_fatal("%a Hz, %ld ticks: %ld ns", hz, n, ns);
		/* There and back: 1 ns is up to 20 ticks, and the floor 1. */
		back = tscal_ns_to_ticks(&c, ns);
		if (labs(back - n) > (int64_t)(2 * hz / 1e9) + 1)
			cr_fatal("%a Hz, %ld ticks: back %ld", hz, n, back);
		if (i % 1000 == 0)
			check(hz, n);
	}
}

/* Epochs anywhere, also where the TSC or the nanoseconds wrap. */
Test(exact, epochs_may_lie_anywhere)
{
	static const uint64_t tsc[] = {
		0, 1, INT64_MAX, UINT64_MAX - 5, UINT64_MAX};
	static const int64_t ns[] = {
		INT64_MIN, -1, 0, 1700000000000000000, INT64_MAX};

	for (size_t i = 0; i < 5; i++)
		for (size_t k = 0; k < 5; k++) {
			struct tscal_conv c;

			cr_assert(eq(int,
				tscal_conv_init(&c, 2.5e9, tsc[i], ns[k]), 0));
			cr_expect(eq(long, tscal_tsc_to_ns(&c, tsc[i]), ns[k]));
			cr_expect(eq(u64, tscal_ns_to_tsc(&c, ns[k]), tsc[i]));
			/* 2.5 ticks a ns, within 1 ns. */
			for (int64_t off = -1000; off <= 1000; off += 400) {
				int64_t got = tscal_tsc_to_ns(
					&c, tsc[i] + (uint64_t)(off / 2 * 5));
				uint64_t miss = (uint64_t)got -
						(uint64_t)ns[k] - (uint64_t)off;

				cr_expect(le(long, labs((int64_t)miss), 1));
			}
		}
}

/* How far tscal_tsc_to_ns() of this TSC value is from ns, with wraps. */
static int64_t after(const struct tscal_conv *c, uint64_t tsc, int64_t ns)
{
	return (int64_t)((uint64_t)tscal_tsc_to_ns(c, tsc) - (uint64_t)ns);
}

/* What conv.h states of tscal_ns_to_tsc(), with any epochs, up to 2^60 ticks
 * from them. */
Test(exact, a_deadline_is_the_last_tick_not_after_it)
{
	static const double ends[] = {250e6, 20e9};
	uint64_t state = 20261128;

	for (int i = 0; i < 1000000; i++) {
		int64_t n, ns, ticks, quarter, epoch;
		struct tscal_conv c;
		uint64_t tsc;
		double hz;

		random_case(&state, &hz, &n);
		if (i % 4 < 2)
			hz = nextafter(ends[i % 4], 1e9);
		epoch = (int64_t)random_bits(&state);
		cr_assert_eq(
			tscal_conv_init(&c, hz, random_bits(&state), epoch), 0);
		/* In ns, with |n| < 2^60 ticks. */
		n = (int64_t)((double)n / 1.001 * fmin(1, 1e9 / hz));
		ns = (int64_t)((uint64_t)epoch + (uint64_t)n);
		tsc = tscal_ns_to_tsc(&c, ns);
		ticks = (int64_t)(tsc - c.tsc_epoch);
		/* ticks <= n * hz / 10^9 < ticks + 1 */
		tscal_i128 at = (tscal_i128)n * TSCAL_HZ_Q25_(hz);
		tscal_i128 tick = (tscal_i128)1000000000 << 25;
		cr_assert(ticks * tick <= at && at < (ticks + 1) * tick,
			"%a Hz, %ld ns: %ld", hz, n, ticks);
		cr_assert(after(&c, tsc, ns) <= 0 &&
				  (double)-after(&c, tsc, ns) < 1e9 / hz + 2,
			"%a Hz, %ld ns: %ld", hz, n, after(&c, tsc, ns));
		quarter = (int64_t)ceil(hz / 4e9);
		cr_assert(after(&c, tsc - (uint64_t)quarter - 1, ns) < 0,
			"%a Hz, %ld ns: earlier", hz, n);
		cr_assert(after(&c, tsc + (uint64_t)quarter + 1, ns) >= 0,
			"%a Hz, %ld ns: later", hz, n);
	}
}

/* There and back: a nanosecond is a few ticks, and no more is lost. */
Test(exact, converting_there_and_back_loses_at_most_1_ns)
{
	uint64_t state = 7;

	for (int i = 0; i < 100000; i++) {
		struct tscal_conv c;
		double hz = 251e6 + (double)(random_bits(&state) >> 30);
		int64_t n = (int64_t)(random_bits(&state) >> 5), back;

		if (tscal_conv_init(&c, hz, 0, 0))
			continue;
		back = tscal_ns_to_ticks(&c, tscal_ticks_to_ns(&c, n));
		cr_assert(le(dbl, fabs((double)(back - n)), 2 * hz / 1e9 + 1),
			"%a Hz, %ld ticks", hz, n);
	}
}
