/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which rates agree. */
#include "unit/comparing.h"

Test(compare, nothing_gives_none)
{
	struct machine m = {0};

	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_NONE));
	cr_assert(eq(ptr, (void *)compare_used(m.est, m.n), NULL));
	cr_assert(lt(dbl, m.info.agreement_ppm, 0));
}

Test(compare, one_is_single)
{
	struct machine m = {0};

	leaf(&m, 0);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_SINGLE));
	cr_assert(eq(int, status(&m, TSCAL_SOURCE_HV_LEAF), TSCAL_STATUS_USED));
}

/* Bounds are 0.1 ppm to a side, so numbers 1.19 ppm apart have a gap of 0.99.
 */
Test(compare, same_root_must_agree_within_bounds_and_1_ppm)
{
	static const double off[] = {1.19, 1.21, -1.19, -1.21};

	for (size_t i = 0; i < 4; i++) {
		struct machine m = {0};

		counter(&m, HPET, 0);
		counter(&m, HPET, off[i]);
		judge(&m);
		cr_expect(eq(int, RATE(m),
				  i % 2 ? TSCAL_RATE_CONFLICT
					: TSCAL_RATE_CONSISTENT),
			"%g ppm", off[i]);
	}
}

/* The kernel's own calibration separates it from its root. */
Test(compare, the_kernels_slack_counts_against_its_root_only)
{
	struct machine m = {.kernel.slack_ppm = 50}, n = m;

	kernel(&m, HPET, 40);
	counter(&m, HPET, 0);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONSISTENT));

	/* The page and the measurement share one calibration: no slack. */
	add(&n, TSCAL_SOURCE_VDSO, TSCAL_KIND_KERNEL, HPET, 0)->by_kernel =
		true;
	add(&n, TSCAL_SOURCE_CLOCK_RAW, TSCAL_KIND_MEASURED, HPET, 40)
		->by_kernel = true;
	judge(&n);
	cr_assert(eq(int, RATE(n), TSCAL_RATE_CONFLICT));
}

Test(compare, disjoint_roots_agree_to_100_and_loosely_to_500_ppm)
{
	static const double off[] = {0, 12, 99, 101, 499, 501, 900, 1e6};

	for (size_t i = 0; i < sizeof(off) / sizeof(*off); i++)
		for (int sign = -1; sign <= 1; sign += 2) {
			struct machine m = {0};

			if (off[i] > 5e5 && sign < 0)
				continue;
			kernel(&m, HPET, 0);
			ntp(&m, sign * off[i]);
			judge(&m);
			if (off[i] > 500) {
				cr_expect(
					eq(int, RATE(m), TSCAL_RATE_CONFLICT));
				continue;
			}
			cr_expect(eq(int, RATE(m), TSCAL_RATE_VERIFIED));
			/* All of both intervals, not their points. */
			cr_expect(le(dbl, off[i], m.info.agreement_ppm));
			cr_expect(lt(dbl, m.info.agreement_ppm, off[i] + 0.3));
		}
}

Test(compare, f8_two_claims_900_ppm_apart_do_not_agree)
{
	struct machine m = {0};

	leaf(&m, 0);
	cpuid(&m, 900);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(eq(uint, count(&m, TSCAL_STATUS_DISAGREES), 1));
}

Test(compare, f1_hpet_twice_is_one_source)
{
	struct machine m = {.kernel.slack_ppm = 50};

	kernel(&m, HPET, 0);
	counter(&m, HPET, 2);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONSISTENT));
	cr_assert(lt(dbl, m.info.agreement_ppm, 0));
}

Test(compare, unknown_roots_never_verify)
{
	static const uint32_t other[] = {HV, CPU, NTP, UNKNOWN};

	for (size_t i = 0; i < 4; i++) {
		struct machine m = {0};

		counter(&m, other[i], 0);
		counter(&m, UNKNOWN, 0);
		counter(&m, UNKNOWN | PM, 0);
		judge(&m);
		cr_expect(eq(int, RATE(m), TSCAL_RATE_CONSISTENT));
		cr_expect(lt(dbl, m.info.agreement_ppm, 0));
	}
}

/* F4: the kernel uses CPUID 15h in a VM that also has a leaf. */
Test(compare, f4_cpuid_in_a_vm_does_not_verify_the_hypervisor)
{
	struct machine m = {0};

	leaf(&m, 5);
	kernel(&m, CPU | UNKNOWN, 0);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONSISTENT));
}

Test(compare, hints_and_labels_take_no_side)
{
	for (int far = 0; far < 2; far++) {
		struct machine m = {0};

		cpuid(&m, far ? 1.8e6 : 0)->line.status = TSCAL_STATUS_HINT;
		kernel(&m, HPET, 0);
		add(&m, TSCAL_SOURCE_BRAND, TSCAL_KIND_NOMINAL, CPU,
			far ? 3e4 : 0);
		/* Even a label without the status hint. */
		add(&m, TSCAL_SOURCE_CPUID_16, TSCAL_KIND_NOMINAL, CPU,
			far ? 3e4 : 0)
			->line.status = TSCAL_STATUS_READY;
		judge(&m);
		cr_expect(eq(int, RATE(m), TSCAL_RATE_CONSISTENT));
		cr_expect(eq(int, (int)m.info.source, TSCAL_SOURCE_VDSO));
		cr_expect(eq(uint, count(&m, TSCAL_STATUS_AGREES), 1));
	}
}

Test(compare, only_hints_give_no_rate)
{
	struct machine m = {0};

	cpuid(&m, 0)->line.status = TSCAL_STATUS_HINT;
	add(&m, TSCAL_SOURCE_BRAND, TSCAL_KIND_NOMINAL, CPU, 0);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_NONE));
}

/* An assumed crystal confirms, but comes after the kernel's rate. */
Test(compare, an_assumed_crystal_confirms_but_is_not_preferred)
{
	struct machine m = {0};

	cpuid(&m, 10)->assumed = true;
	kernel(&m, HPET, 0);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_VERIFIED));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_VDSO));
}

/* It was chosen because it fits within 1 %. */
Test(compare, an_assumed_crystal_that_fits_loosely_confirms_nothing)
{
	static const double off[] = {99, -99, 101, -101, 499, -499};

	for (size_t i = 0; i < 6; i++) {
		struct machine m = {0};

		cpuid(&m, off[i])->assumed = true;
		kernel(&m, HPET, 0);
		judge(&m);
		cr_expect(eq(int, RATE(m),
				  i < 2 ? TSCAL_RATE_VERIFIED
					: TSCAL_RATE_CONSISTENT),
			"%g ppm", off[i]);
		cr_expect(eq(int, status(&m, TSCAL_SOURCE_CPUID_15),
			i < 2 ? TSCAL_STATUS_AGREES : TSCAL_STATUS_HINT));
	}
}

/* Boards spread the crystal's spectrum: 0.25 % off means nothing. */
Test(compare, an_assumed_crystal_never_contradicts)
{
	for (int measured = 0; measured < 2; measured++) {
		struct machine m = {0};

		cpuid(&m, 2500)->assumed = true;
		if (measured)
			kernel(&m, HPET, 0);
		else
			add(&m, TSCAL_SOURCE_TSC_FREQ_KHZ, TSCAL_KIND_KERNEL,
				HPET, 0)
				->by_kernel = true;
		judge(&m);
		cr_expect(ne(int, RATE(m), TSCAL_RATE_CONFLICT));
		cr_expect(eq(int, status(&m, TSCAL_SOURCE_CPUID_15),
			TSCAL_STATUS_HINT));
		cr_expect(lt(dbl, fabs(ppm(m.info.hz, HZ)), 1));
	}
}

/* tsc-early, or no timer to refine by: the page repeats a guess, measuring it
 * adds nothing. */
Test(compare, a_guess_of_the_kernel_is_single_however_often_it_is_read)
{
	struct machine m = {.kernel.guess = true,
		.kernel.may_be_guess = true,
		.kernel.slack_ppm = 500};

	kernel(&m, PIT | CPU, 0);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_SINGLE));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_CLOCK_RAW));
}

/* /proc/cpuinfo hidden: nothing excludes a guess, and less is known. */
Test(compare, what_may_be_a_guess_of_the_kernel_is_single_too)
{
	struct machine m = {.kernel.may_be_guess = true};

	kernel(&m, UNKNOWN, 0);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_SINGLE));
}

/* clocksource=hpet by choice: RAW is the HPET's, and so is the kernel's time.
 */
Test(compare, a_calibration_that_the_kernel_does_not_use_is_not_preferred)
{
	struct machine m = {.kernel.slack_ppm = 50};

	add(&m, TSCAL_SOURCE_PERF_PAGE, TSCAL_KIND_KERNEL, HPET, 3)->by_kernel =
		true;
	counter(&m, HPET, 0);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONSISTENT));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_CLOCK_RAW));
}

/* Around a threshold the result must not depend on the order of sources. */
Test(compare, distances_are_symmetric)
{
	for (double off = 499.9; off < 500.3; off += 0.003) {
		struct machine m = {0}, n = {0};

		add(&m, TSCAL_SOURCE_ACPI_PM, TSCAL_KIND_MEASURED, PM, 0);
		add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, HPET, off);
		n.est[0] = m.est[1];
		n.est[1] = m.est[0];
		n.n = 2;
		judge(&m);
		judge(&n);
		cr_expect(eq(int, RATE(m), RATE(n)), "%g", off);
	}
}

/* pvclock follows each move, but hosts scale what they move further than 1 %:
 * then it is no move. */
Test(compare, a_record_two_percent_off_is_no_move)
{
	struct machine near = {0}, far = {0};

	kvmclock(&near, 8e3);
	kernel(&near, HV, 0);
	judge(&near);
	cr_assert(
		eq(int, status(&near, TSCAL_SOURCE_VDSO), TSCAL_STATUS_STALE));
	kvmclock(&far, 2e4);
	kernel(&far, HV, 0);
	judge(&far);
	cr_assert(zero(uint, count(&far, TSCAL_STATUS_STALE)));
}

/* A kernel without a clocksource counts interrupts, and may lose most: a clock
 * 5 times slow made 15.46 GHz of 3.1. */
Test(compare, a_rate_by_ticks_far_from_every_label_is_none)
{
	/* Clock-raw, the label, a second one; 0: none. */
	static const struct {
		double raw_ppm, label_ppm, other_ppm;
		enum tscal_rate rate;
	} cases[] = {
		{4e6, 1, 0, TSCAL_RATE_NONE},
		{6e4, 1, 2, TSCAL_RATE_NONE},
		{-6e4, 1, 0, TSCAL_RATE_NONE},
		{4e4, 1, 0, TSCAL_RATE_SINGLE},
		{-4e4, 1, 0, TSCAL_RATE_SINGLE},
		{4e6, 1, 4e6, TSCAL_RATE_SINGLE},
		{4e6, 0, 0, TSCAL_RATE_SINGLE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int ticks = 0; ticks < 2; ticks++) {
			struct machine m = {.kernel.ticks = ticks};

			counter(&m, UNKNOWN, cases[i].raw_ppm);
			if (cases[i].label_ppm > 0)
				add(&m, TSCAL_SOURCE_CPUID_16,
					TSCAL_KIND_NOMINAL, CPU,
					cases[i].label_ppm);
			if (cases[i].other_ppm > 0)
				add(&m, TSCAL_SOURCE_BRAND, TSCAL_KIND_NOMINAL,
					CPU, cases[i].other_ppm);
			judge(&m);
			cr_expect(eq(int, RATE(m),
					  ticks ? cases[i].rate
						: TSCAL_RATE_SINGLE),
				"case %zu", i);
			if (RATE(m) == TSCAL_RATE_NONE)
				cr_expect(eq(int,
					status(&m, TSCAL_SOURCE_CLOCK_RAW),
					TSCAL_STATUS_IMPLAUSIBLE));
		}
}
