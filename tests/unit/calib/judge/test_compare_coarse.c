/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Sources known only to hundreds or thousands of ppm. */
#include <string.h>

#include "unit/comparing.h"

/* Root reads an emulated HPET, known to thousands of ppm, which agrees with
 * both: the leaf, confirmed by no other source, must not be used because of it.
 */
Test(coarse, a_coarse_timer_does_not_support_a_falseticker)
{
	for (int coarse = 0; coarse <= 1; coarse++) {
		struct machine m = {.kernel.slack_ppm = 2};
		struct estimate *hpet;

		leaf(&m, 200);
		kvmclock(&m, 0);
		kernel(&m, HV, 0);
		if (coarse) {
			hpet = add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED,
				HV, 100);
			hpet->by_host_clock = true;
			hpet->line.hz_lo = HZ * (1 - 3e-3);
			hpet->line.hz_hi = HZ * (1 + 3e-3);
		}
		judge(&m);
		cr_expect(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
		cr_expect(eq(int, (int)m.info.source, TSCAL_SOURCE_KVMCLOCK));
		cr_expect(eq(int, status(&m, TSCAL_SOURCE_HV_LEAF),
			TSCAL_STATUS_DISAGREES));
		cr_expect(eq(uint, count(&m, TSCAL_STATUS_DISAGREES), 1));
	}
}

/* Its value stays, and its interval becomes +-ppm. */
static void widen(struct estimate *e, double bounds)
{
	e->line.hz_lo = e->line.hz * (1 - bounds / 1e6);
	e->line.hz_hi = e->line.hz * (1 + bounds / 1e6);
}

/* Few slow reads through two layers of emulation, on a busy host: an HPET whose
 * value is 946 ppm off, and whose bounds hold the truth.  The kernel uses
 * CPUID's rate, so it is unknown whether the two are independent. */
Test(coarse, a_value_contradicts_nothing_inside_its_bounds)
{
	struct machine m = {.kernel.slack_ppm = 2};

	kernel(&m, CPU | UNKNOWN, 0);
	widen(counter(&m, HV, 946), 4400);
	m.est[2].line.id = TSCAL_SOURCE_HPET;
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONSISTENT));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_VDSO));
	cr_assert(eq(int, status(&m, TSCAL_SOURCE_HPET), TSCAL_STATUS_COARSE));
	cr_assert(ne(ptr, strstr(m.est[2].line.sentence, "+-4400 ppm"), NULL));
}

/* Bounds of 500 ppm are the widest that leave anything to agree on. */
Test(coarse, what_is_coarse_neither_confirms_nor_is_chosen)
{
	static const double bounds[] = {10, 99, 400, 499, 501, 4400, 1e5};

	for (size_t i = 0; i < 7; i++) {
		struct machine m = {0};
		bool fine = bounds[i] < 500;

		add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, HPET, 0);
		widen(&m.est[0], bounds[i]);
		/* The table alone would take the first. */
		add(&m, TSCAL_SOURCE_ACPI_PM, TSCAL_KIND_MEASURED, PM, 0);
		judge(&m);
		cr_expect(
			eq(int, RATE(m),
				fine ? TSCAL_RATE_VERIFIED : TSCAL_RATE_SINGLE),
			"%g ppm", bounds[i]);
		cr_expect(eq(int, status(&m, TSCAL_SOURCE_HPET),
				  bounds[i] < 100 ? TSCAL_STATUS_USED
				  : fine	  ? TSCAL_STATUS_AGREES
						  : TSCAL_STATUS_COARSE),
			"%g ppm", bounds[i]);
		cr_expect(eq(int, m.info.agreement_ppm >= 0, fine), "%g ppm",
			bounds[i]);
	}
}

/* Each is fine enough, but between them more than 500 ppm are open. */
Test(coarse, an_agreement_that_proves_too_little_verifies_nothing)
{
	struct machine m = {0};

	counter(&m, PM, 0);
	add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, HPET, 150);
	widen(&m.est[1], 400);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_SINGLE));
	cr_assert(eq(int, status(&m, TSCAL_SOURCE_HPET), TSCAL_STATUS_COARSE));
}

/* A measurement whose bounds exclude a claim outranks it, however wide they
 * are: a leaf 0x15 that is another CPU's, and a kernel that uses it. */
Test(coarse, a_coarse_measurement_outranks_a_claim_that_it_excludes)
{
	struct machine m = {0};

	kernel(&m, CPU | UNKNOWN, 1.8e6);
	add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, HV, 946);
	widen(&m.est[2], 4400);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_HPET));
	cr_assert(lt(dbl, m.info.hz_lo, HZ));
	cr_assert(lt(dbl, HZ, m.info.hz_hi));
}

/* A wide measurement beside an exact one is not used, although it comes first
 * in the table of sources. */
Test(coarse, a_wide_measurement_is_not_used_beside_an_exact_one)
{
	struct machine m = {0};

	add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, HPET, 40);
	widen(&m.est[0], 350);
	ntp(&m, 0);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_VERIFIED));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_ADJTIMEX));
}

/* It is unknown what the kernel's rate is derived from: its limit against a
 * timer is the same. */
Test(coarse, unknown_roots_agree_no_further_than_others)
{
	struct machine m = {0};

	kernel(&m, CPU | UNKNOWN, 0);
	add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, HV, 990);
	widen(&m.est[2], 495);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONSISTENT));
	cr_assert(eq(int, status(&m, TSCAL_SOURCE_HPET), TSCAL_STATUS_COARSE));
}

/* The kernel uses another CPU's leaf; a timer too coarse to confirm anything
 * excludes that, but not what the hypervisor reports. */
Test(coarse, a_coarse_timer_settles_which_of_two_claims_is_used)
{
	struct machine m = {0};

	leaf(&m, 0);
	kernel(&m, CPU | UNKNOWN, 1.8e6);
	add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, HV, 0);
	m.est[3].by_host_clock = true;
	widen(&m.est[3], 4400);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_HV_LEAF));
	cr_assert(eq(uint, count(&m, TSCAL_STATUS_DISAGREES), 2));
}

/* CLOCK_MONOTONIC_RAW was measured coarsely: the reports must not be taken for
 * old because each of them is inside of its wide interval. */
Test(coarse, a_wide_kernel_number_makes_no_report_stale)
{
	static const double bounds[] = {1, 10, 30, 300, 600};

	for (size_t i = 0; i < 5; i++) {
		struct machine m = {0};

		leaf(&m, 0);
		kvmclock(&m, 20);
		kernel(&m, HV, 0);
		m.est[3].line.hz *= 1 - 4e-6;
		widen(&m.est[3], bounds[i]);
		judge(&m);
		cr_expect(
			eq(int, RATE(m), TSCAL_RATE_CONFLICT), "%g", bounds[i]);
		cr_expect(eq(int, (int)m.info.source, TSCAL_SOURCE_KVMCLOCK),
			"%g", bounds[i]);
		cr_expect(eq(int, status(&m, TSCAL_SOURCE_VDSO),
				  TSCAL_STATUS_STALE),
			"%g", bounds[i]);
	}
}
