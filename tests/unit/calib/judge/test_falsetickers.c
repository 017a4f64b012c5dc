/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which sources are falsetickers or stale, and which is used instead. */
#include "unit/comparing.h"

/* One or two of five roots are wrong, differently: the truth is chosen, and the
 * falsetickers alone disagree. */
Test(falsetickers, two_falsetickers_of_five_are_found)
{
	static const uint32_t roots[] = {HV, HPET, PM, PIT, NTP};
	static const double wrong_ppm[] = {700, -2e3, 1e4, -1e5, 1.8e6};

	for (size_t a = 0; a < 5; a++)
		for (size_t b = a; b < 5; b++)
			for (size_t l = 0; l < 5; l++) {
				struct machine m = {0};

				for (size_t i = 0; i < 5; i++) {
					double off = (double)i;

					if (i == a)
						off = wrong_ppm[l];
					else if (i == b)
						off = wrong_ppm[(l + 1) % 5];
					if (roots[i] == HV)
						leaf(&m, off);
					else
						counter(&m, roots[i], off);
				}
				judge(&m);
				cr_expect(
					eq(int, RATE(m), TSCAL_RATE_CONFLICT));
				cr_expect(
					lt(dbl, fabs(ppm(m.info.hz, HZ)), 10));
				for (size_t i = 0; i < 5; i++)
					cr_expect(eq(int,
						m.est[i].line.status ==
							TSCAL_STATUS_DISAGREES,
						i == a || i == b));
			}
}

/* Within 500 ppm no source is contradicted, but the close majority is used. */
Test(falsetickers, a_loose_loner_is_not_chosen_although_preferred)
{
	struct machine m = {0};

	leaf(&m, 400);
	counter(&m, HPET, 0);
	counter(&m, PM, 3);
	ntp(&m, -3);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_VERIFIED));
	cr_assert(lt(dbl, fabs(ppm(m.info.hz, HZ)), 10));
	cr_assert(lt(dbl, m.info.agreement_ppm, 10));
}

Test(falsetickers, all_five_disagree_and_a_measurement_is_chosen)
{
	struct machine m = {0};

	leaf(&m, 5e3);
	cpuid(&m, -5e3);
	kernel(&m, PIT, 2e4);
	counter(&m, HPET, 0);
	ntp(&m, -2e4);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(eq(int, (int)compare_used(m.est, m.n)->line.kind,
		TSCAL_KIND_MEASURED));
	cr_assert(not(compare_used(m.est, m.n)->by_kernel));
	cr_assert(eq(uint, count(&m, TSCAL_STATUS_DISAGREES), m.n - 1));
}

/* A root counts once, however many sources repeat it. */
Test(falsetickers, three_sources_of_one_root_do_not_outvote_two_roots)
{
	struct machine m = {0};

	kernel(&m, CPU, 3e3);
	cpuid(&m, 3e3);
	counter(&m, HPET, 0);
	ntp(&m, 5);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(lt(dbl, fabs(ppm(m.info.hz, HZ)), 10));
	cr_assert(eq(uint, count(&m, TSCAL_STATUS_DISAGREES), 3));
}

/* The kernel's guess may rest on either: it adds no root to CPUID's. */
Test(falsetickers, a_guess_that_may_be_of_a_root_adds_none_to_it)
{
	struct machine m = {0};

	cpuid(&m, 3e3);
	kernel(&m, PIT | CPU, 3e3);
	counter(&m, HPET, 0);
	ntp(&m, 5);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(lt(dbl, fabs(ppm(m.info.hz, HZ)), 10));
}

/* Nor does it make two timers dependent: they are right, and verified. */
Test(falsetickers, two_timers_beside_a_guess_of_either_verify_the_rate)
{
	for (int sign = -1; sign <= 1; sign += 2) {
		struct machine m = {.kernel = {.guess = true,
					    .may_be_guess = true,
					    .slack_ppm = 1e4}};

		kernel(&m, CPU | PIT | HPET | PM, sign * 3e3);
		add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, HPET, 0);
		add(&m, TSCAL_SOURCE_PIT, TSCAL_KIND_MEASURED, PIT, 5);
		judge(&m);
		cr_assert(eq(int, RATE(m), TSCAL_RATE_VERIFIED));
		cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_HPET));
		cr_assert(lt(dbl, m.info.agreement_ppm, 6));
	}
}

/* The used number's own origin is not known; two others confirm it. */
Test(falsetickers, two_timers_verify_a_rate_of_unknown_origin)
{
	struct machine m = {0};

	kernel(&m, CPU | UNKNOWN, 0);
	add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, HPET, 3);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONSISTENT));
	m = (struct machine){0};
	kernel(&m, CPU | UNKNOWN, 0);
	add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, HPET, 3);
	add(&m, TSCAL_SOURCE_ACPI_PM, TSCAL_KIND_MEASURED, PM, -3);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_VERIFIED));
	/* Two timers of one host are one. */
	m = (struct machine){0};
	kernel(&m, CPU | UNKNOWN, 0);
	add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, HV, 0);
	add(&m, TSCAL_SOURCE_ACPI_PM, TSCAL_KIND_MEASURED, HV, 0);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONSISTENT));
}

/*
 * Two numbers of disjoint roots that are wrong by chance, and a guess that may
 * derive from either, against two that are right: which of them is used is not
 * known, but nothing is verified, and both sides are named.
 */
Test(falsetickers, two_pairs_beside_a_guess_are_a_conflict)
{
	struct machine m = {.kernel = {.guess = true, .may_be_guess = true}};

	cpuid(&m, 3e3);
	add(&m, TSCAL_SOURCE_PIT, TSCAL_KIND_MEASURED, PIT, 3e3);
	kernel(&m, PIT | CPU, 3e3);
	add(&m, TSCAL_SOURCE_HPET, TSCAL_KIND_MEASURED, HPET, 0);
	ntp(&m, 5);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(ge(uint, count(&m, TSCAL_STATUS_DISAGREES), 2));
}

/* A PM timer that microcode makes of the CPU's crystal is not independent of
 * CPUID's: they verify no third number. */
Test(falsetickers, two_numbers_of_one_crystal_are_no_pair)
{
	const struct estimate *pair[2];
	struct machine m = {0};

	kernel(&m, CPU | UNKNOWN, 0);
	cpuid(&m, 2);
	add(&m, TSCAL_SOURCE_ACPI_PM, TSCAL_KIND_MEASURED, PM, 1);
	for (size_t i = 0; i < m.n; i++)
		m.est[i].line.status = i ? TSCAL_STATUS_AGREES
					 : TSCAL_STATUS_USED;
	cr_assert(lt(dbl, 0, compare_pair(m.est, m.n, pair)));
	m.est[m.n - 1].of_cpu_crystal = true;
	cr_assert(lt(dbl, compare_pair(m.est, m.n, pair), 0));
	cr_assert(eq(ptr, (void *)pair[0], NULL));
}

Test(falsetickers,
	three_roots_that_agree_loosely_outrank_two_that_agree_closely)
{
	struct machine m = {0};

	counter(&m, HPET, 5e3);
	counter(&m, PM, 5e3);
	counter(&m, PIT, -300);
	counter(&m, NTP, 0);
	leaf(&m, 300);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(lt(dbl, fabs(ppm(m.info.hz, HZ)), 1));
	/* The two others, and one of the two ends, which are 600 ppm apart. */
	cr_assert(eq(uint, count(&m, TSCAL_STATUS_DISAGREES), 3));
}

/* The kernel cuts pvclock's rate to a kHz and doubles it: 2 ppm at most. */
Test(falsetickers, the_kernels_rounding_of_pvclock_is_no_move)
{
	static const double off[] = {-3.1, -3.3};

	for (size_t i = 0; i < 2; i++) {
		struct machine m = {0};

		kvmclock(&m, 0);
		kernel(&m, HV, off[i]);
		judge(&m);
		cr_expect(eq(int, RATE(m),
			i ? TSCAL_RATE_CONFLICT : TSCAL_RATE_CONSISTENT));
	}
}

/* Snapshot restored on a host 200 ppm apart: pvclock is live, the kernel is
 * not, and CLOCK_MONOTONIC_RAW is what is wrong. */
Test(falsetickers, d1_restored_snapshot_chooses_kvmclock)
{
	static const double off[] = {200, -200, 5, 2000};

	for (size_t i = 0; i < 4; i++) {
		struct machine m = {0};

		kvmclock(&m, 0);
		kernel(&m, HV, off[i]);
		judge(&m);
		cr_expect(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
		cr_expect(eq(int, (int)m.info.source, TSCAL_SOURCE_KVMCLOCK));
		cr_expect(eq(uint, count(&m, TSCAL_STATUS_STALE), 2));
		cr_expect(zero(uint, count(&m, TSCAL_STATUS_DISAGREES)));
	}
}

/* The leaf was written when the guest was made: it is as old as the kernel. */
Test(falsetickers, d1_restored_snapshot_with_a_leaf_as_old_as_the_kernel)
{
	struct machine m = {0};

	leaf(&m, 200);
	kvmclock(&m, 0);
	kernel(&m, HV, 200);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_KVMCLOCK));
	cr_assert(eq(uint, count(&m, TSCAL_STATUS_STALE), 3));
}

/* NTP still has the old rate, or has corrected it. */
Test(falsetickers, d1_with_ntp_behind_or_ahead)
{
	for (int noticed = 0; noticed < 2; noticed++) {
		struct machine m = {0};

		kvmclock(&m, 0);
		kernel(&m, HV, 200);
		ntp(&m, noticed ? 5 : 205);
		judge(&m);
		cr_expect(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
		cr_expect(eq(int, (int)m.info.source, TSCAL_SOURCE_KVMCLOCK));
	}
}

Test(falsetickers, a_new_leaf_outdates_the_kernel_without_other_sources)
{
	struct machine m = {0};

	leaf(&m, 0);
	kernel(&m, HV, -150);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_HV_LEAF));
	cr_assert(eq(uint, count(&m, TSCAL_STATUS_STALE), 2));
}

Test(falsetickers, a_wrong_leaf_is_refused_and_named)
{
	static const double off[] = {1.8e6, 1e4, -1e4, 600};

	for (size_t i = 0; i < 4; i++)
		for (int pv = 0; pv < 2; pv++) {
			struct machine m = {0};

			leaf(&m, off[i]);
			if (pv)
				kvmclock(&m, 0);
			kernel(&m, HV, 0);
			judge(&m);
			cr_expect(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
			cr_expect(lt(dbl, fabs(ppm(m.info.hz, HZ)), 1));
			cr_expect(eq(int, status(&m, TSCAL_SOURCE_HV_LEAF),
				TSCAL_STATUS_DISAGREES));
			cr_expect(
				eq(uint, count(&m, TSCAL_STATUS_DISAGREES), 1));
			cr_expect(zero(uint, count(&m, TSCAL_STATUS_STALE)));
		}
}

Test(falsetickers, a_leaf_300_ppm_off_kvmclock_and_the_kernel_disagrees)
{
	struct machine m = {0};

	leaf(&m, 300);
	kvmclock(&m, 0);
	kernel(&m, HV, 1);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_KVMCLOCK));
	cr_assert(eq(
		int, status(&m, TSCAL_SOURCE_HV_LEAF), TSCAL_STATUS_DISAGREES));
	cr_assert(zero(uint, count(&m, TSCAL_STATUS_STALE)));
}

/* An independent source decides which of the two is wrong. */
Test(falsetickers, a_kvmclock_that_ntp_contradicts_does_not_outdate_the_kernel)
{
	struct machine m = {0};

	kvmclock(&m, 5e3);
	kernel(&m, HV, 0);
	ntp(&m, 8);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_VDSO));
	cr_assert(eq(int, status(&m, TSCAL_SOURCE_KVMCLOCK),
		TSCAL_STATUS_DISAGREES));
	cr_assert(zero(uint, count(&m, TSCAL_STATUS_STALE)));
}

Test(falsetickers, nitro_leaf_and_kvmclock_differ_by_a_khz_of_rounding)
{
	struct machine m = {0};

	leaf(&m, 0.34);
	kvmclock(&m, 0);
	kernel(&m, HV, -0.2);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONSISTENT));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_HV_LEAF));
}
