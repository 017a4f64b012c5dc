/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which numbers stand together, and who lies. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "calib/source.h"
#include "calib/stages.h"

#define HZ 2.5e9

#define HV TSCAL_ROOT_HV
#define CPU TSCAL_ROOT_CPU
#define HPET TSCAL_ROOT_HPET
#define PM TSCAL_ROOT_PM
#define PIT TSCAL_ROOT_PIT
#define NTP TSCAL_ROOT_NTP
#define UNKNOWN TSCAL_ROOT_UNKNOWN

/* Estimates in order of preference, as the table of sources would give them. */
struct machine {
	size_t n;
	struct estimate est[TSCAL_SOURCE_COUNT];
	struct kernel_rate kernel;
	struct tscal_info info;
};

static struct estimate *add(struct machine *m, enum tscal_source id,
	enum tscal_kind kind, uint32_t roots, double off_ppm)
{
	struct estimate *e = &m->est[m->n++];

	*e = (struct estimate){.line = {.id = id, .kind = kind}};
	est_number(e, HZ * (1 + off_ppm / 1e6),
		HZ * (1 + (off_ppm - 0.1) / 1e6),
		HZ * (1 + (off_ppm + 0.1) / 1e6), roots, " ");
	return e;
}

static struct estimate *leaf(struct machine *m, double off_ppm)
{
	return add(m, TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, HV, off_ppm);
}

static struct estimate *kvmclock(struct machine *m, double off_ppm)
{
	return add(m, TSCAL_SOURCE_KVMCLOCK, TSCAL_KIND_REPORTED, HV, off_ppm);
}

static struct estimate *cpuid(struct machine *m, double off_ppm)
{
	return add(
		m, TSCAL_SOURCE_CPUID_15, TSCAL_KIND_ENUMERATED, CPU, off_ppm);
}

/* The page and the measurement, both the kernel's. */
static void kernel(struct machine *m, uint32_t roots, double off_ppm)
{
	m->kernel.roots = m->kernel.khz_roots = roots;
	m->kernel.tsc = true;
	add(m, TSCAL_SOURCE_VDSO, TSCAL_KIND_KERNEL, roots, off_ppm)
		->by_kernel = true;
	add(m, TSCAL_SOURCE_CLOCK_RAW, TSCAL_KIND_MEASURED, roots, off_ppm)
		->by_kernel = true;
}

static struct estimate *counter(
	struct machine *m, uint32_t root, double off_ppm)
{
	return add(
		m, TSCAL_SOURCE_CLOCK_RAW, TSCAL_KIND_MEASURED, root, off_ppm);
}

static struct estimate *ntp(struct machine *m, double off_ppm)
{
	return add(m, TSCAL_SOURCE_ADJTIMEX, TSCAL_KIND_MEASURED, NTP, off_ppm);
}

static void judge(struct machine *m)
{
	compare(m->est, m->n, &m->kernel, &m->info);
}

static unsigned count(const struct machine *m, enum tscal_status status)
{
	unsigned n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += m->est[i].line.status == status;
	return n;
}

static enum tscal_status status(const struct machine *m, enum tscal_source id)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->est[i].line.id == id)
			return m->est[i].line.status;
	cr_fatal("no such estimate");
}

#define RATE(m) ((int)(m).info.rate)

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

/* Between the kernel and its root stands its own calibration. */
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

Test(compare, f1_hpet_twice_is_one_witness)
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

/* F4: the kernel believed CPUID 15h in a VM that also has a leaf. */
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
		/* Even a label that forgot to call itself a hint. */
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

/* One or two of five roots lie, differently: the truth is chosen, the liars
 * and only they are named. */
Test(compare, two_liars_of_five_are_found)
{
	static const uint32_t roots[] = {HV, HPET, PM, PIT, NTP};
	static const double lies[] = {700, -2e3, 1e4, -1e5, 1.8e6};

	for (size_t a = 0; a < 5; a++)
		for (size_t b = a; b < 5; b++)
			for (size_t l = 0; l < 5; l++) {
				struct machine m = {0};

				for (size_t i = 0; i < 5; i++) {
					double off = (double)i;

					if (i == a)
						off = lies[l];
					else if (i == b)
						off = lies[(l + 1) % 5];
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

/* Within 500 ppm nobody is contradicted, but the close majority is used. */
Test(compare, a_loose_loner_is_not_chosen_although_preferred)
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

Test(compare, all_five_disagree_and_a_measurement_is_chosen)
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

/* A root has one voice, however many sources repeat it. */
Test(compare, three_echoes_do_not_outvote_two_roots)
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

/* The kernel's guess may rest on both: what it stands between is one voice. */
Test(compare, roots_connected_by_a_third_have_one_voice)
{
	struct machine m = {0};

	cpuid(&m, 3e3);
	counter(&m, PIT, 3e3);
	kernel(&m, PIT | CPU, 3e3);
	counter(&m, HPET, 0);
	ntp(&m, 5);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(lt(dbl, fabs(ppm(m.info.hz, HZ)), 10));
}

Test(compare, three_roots_that_agree_loosely_outrank_two_that_agree_closely)
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
	cr_assert(eq(uint, count(&m, TSCAL_STATUS_DISAGREES), 2));
}

/* The kernel cuts pvclock's rate to a kHz and doubles it: 2 ppm at most. */
Test(compare, the_kernels_rounding_of_pvclock_is_no_move)
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
Test(compare, d1_restored_snapshot_chooses_kvmclock)
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
Test(compare, d1_restored_snapshot_with_a_leaf_as_old_as_the_kernel)
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

/* NTP has not noticed yet (it still says the old rate), or it has. */
Test(compare, d1_with_ntp_behind_or_ahead)
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

Test(compare, a_new_leaf_outdates_the_kernel_where_nothing_else_speaks)
{
	struct machine m = {0};

	leaf(&m, 0);
	kernel(&m, HV, -150);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONFLICT));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_HV_LEAF));
	cr_assert(eq(uint, count(&m, TSCAL_STATUS_STALE), 2));
}

Test(compare, a_wrong_leaf_is_refused_and_named)
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

Test(compare, a_leaf_300_ppm_off_is_the_liar_where_kvmclock_is_the_kernels)
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

/* A witness from outside settles who of the two is wrong. */
Test(compare, a_kvmclock_that_ntp_contradicts_does_not_outdate_the_kernel)
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

Test(compare, nitro_leaf_and_kvmclock_differ_by_a_khz_of_rounding)
{
	struct machine m = {0};

	leaf(&m, 0.34);
	kvmclock(&m, 0);
	kernel(&m, HV, -0.2);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_CONSISTENT));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_HV_LEAF));
}

/* A crystal that nobody named: confirms, but comes after the kernel's rate. */
Test(compare, an_assumed_crystal_confirms_but_is_not_preferred)
{
	struct machine m = {0};

	cpuid(&m, 10)->assumed = true;
	kernel(&m, HPET, 0);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_VERIFIED));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_VDSO));
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
	struct machine m = {.kernel.guess = true, .kernel.slack_ppm = 500};

	kernel(&m, PIT | CPU, 0);
	judge(&m);
	cr_assert(eq(int, RATE(m), TSCAL_RATE_SINGLE));
	cr_assert(eq(int, (int)m.info.source, TSCAL_SOURCE_CLOCK_RAW));
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

/* Around a threshold the answer must not depend on who is asked first. */
Test(compare, distances_are_symmetric)
{
	for (double off = 499.9; off < 500.3; off += 0.003) {
		struct machine m = {0}, n = {0};

		counter(&m, PM, 0);
		counter(&m, HPET, off);
		counter(&n, HPET, off);
		counter(&n, PM, 0);
		judge(&m);
		judge(&n);
		cr_expect(eq(int, RATE(m), RATE(n)), "%g", off);
	}
}
