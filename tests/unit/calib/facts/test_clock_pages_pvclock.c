/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The pvclock record in the pages behind the vDSO. */
#include "unit/pages.h"

TestSuite(pvclock, .init = init_pages);

Test(pvclock, reads_the_hypervisors_rate)
{
	cr_assert(eq(int, pvclock(&good), TSCAL_STATUS_READY));
	cr_assert(run.pvclock.stable);
	cr_assert(lt(dbl, fabs(ppm(run.pvclock.out.hz, 2445422e3)), 0.001));
	cr_assert(lt(dbl, run.pvclock.out.lo, 2445422e3));
	cr_assert(le(dbl, 2445422e3, run.pvclock.out.hi));
}

/* 6.1 has it in the second page of [vvar]. */
Test(pvclock, finds_the_older_place)
{
	page(PLAT_PAGE_VVAR, 0);
	memcpy(page(PLAT_PAGE_VVAR, 1), &good, sizeof(good));
	cr_assert(eq(int, pvclock_at(RAW_HZ), TSCAL_STATUS_READY));
}

Test(pvclock, of_a_restored_snapshot_is_still_ready)
{
	sim.n_pages = 0;
	memcpy(page(PLAT_PAGE_VVAR_VCLOCK, 0), &good, sizeof(good));
	cr_assert(eq(int, pvclock_at(RAW_HZ * 1.0002), TSCAL_STATUS_READY));
}

/* Moved to a host of another model, whose TSC cannot be scaled: 8 %. */
Test(pvclock, of_another_host_is_still_ready)
{
	struct record r = good;

	r.mul = (uint32_t)(PV_MUL * 1.08);
	cr_assert(eq(int, pvclock(&r), TSCAL_STATUS_READY));
	cr_assert(lt(dbl, fabs(run.pvclock.out.hz * 1.08 / RAW_HZ - 1), 1e-4));
	/* mul is never below 2^31. */
	r.mul /= 2;
	r.shift++;
	cr_assert(eq(int, pvclock(&r), TSCAL_STATUS_ABSENT));
}

Test(pvclock, what_is_no_pvclock_is_absent)
{
	/* Hyper-V's page: sequence, reserved, scale, offset, and zeros. */
	static const struct record hyperv = {
		2, 0, 0x0106aa3f4c5d6e7f, 0xfffffff123456789, 0, 0, 0, {0}};
	struct record r[9];

	for (size_t i = 0; i < 9; i++)
		r[i] = good;
	r[0].version = 7; /* an update under way */
	r[1].version = 0;
	r[2].pad = 1;
	r[3].tsc = 0;
	r[4].mul = PV_MUL / 2; /* twice the rate measured */
	r[5].shift = -128;
	r[6].flags = 0x80;
	r[7] = hyperv;
	r[8].flags = 4; /* the lowest undefined bit */
	for (size_t i = 0; i < 9; i++)
		cr_expect(
			eq(int, pvclock(&r[i]), TSCAL_STATUS_ABSENT), "%zu", i);
}

/* A shift by 32 or more is undefined in C. */
Test(pvclock, a_shift_that_no_reader_can_do_is_no_pvclock)
{
	struct record r = good;

	sim.n_pages = 0;
	r.shift = -31;
	memcpy(page(PLAT_PAGE_VVAR_VCLOCK, 0), &r, sizeof(r));
	cr_assert(eq(
		int, pvclock_at(ldexp(1e9, 63) / r.mul), TSCAL_STATUS_READY));
	sim.n_pages = 0;
	r.shift = -32;
	memcpy(page(PLAT_PAGE_VVAR_VCLOCK, 0), &r, sizeof(r));
	cr_assert(eq(
		int, pvclock_at(ldexp(1e9, 64) / r.mul), TSCAL_STATUS_ABSENT));
}

/* Whatever is in the pages, the result is absent or confirmed. */
Test(pvclock, random_pages_do_no_harm)
{
	uint64_t seed = 1;

	for (int round = 0; round < 500; round++) {
		sim.n_pages = 0;
		for (unsigned i = 0; i < 5; i++) {
			uint8_t *b = i < 4 ? page(PLAT_PAGE_VVAR, i)
					   : page(PLAT_PAGE_VVAR_VCLOCK, 0);

			for (size_t k = 0; k < PLAT_PAGE_SIZE; k++) {
				seed = seed * 6364136223846793005 + 1;
				b[k] = (uint8_t)(seed >> 56);
				/* Many zeros, as pages have, for plausible
				 * shifts. */
				if (round % 2 && k % 8 > 4)
					b[k] = 0;
			}
		}
		if (STATUS(TSCAL_SOURCE_VDSO) == TSCAL_STATUS_READY)
			cr_expect(lt(dbl, fabs(ppm(est.line.hz, RAW_HZ)), 14));
		if (pvclock_at(RAW_HZ) == TSCAL_STATUS_READY)
			cr_expect(lt(dbl, fabs(ppm(run.pvclock.out.hz, RAW_HZ)),
				10100));
	}
}
