/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The pair of mult and shift that vdso takes from the page. */
#include "unit/pages.h"

TestSuite(raw_rate, .init = init_pages);

/* 6.18 has the pair that follows NTP at +0x20 and the raw one at +0x108. */
Test(raw_rate, takes_the_raw_pair_beside_the_one_that_follows_ntp)
{
	/* In mult, 7 is 1 ppm: well inside the interval. */
	for (int off = -70; off <= 70; off += 7) {
		uint8_t *bytes;

		sim.n_pages = 0;
		bytes = page(PLAT_PAGE_VVAR, 0);
		put(bytes, 0x20, (uint32_t)(MULT + off), SHIFT);
		put(bytes, 0x108, MULT, SHIFT);
		cr_expect(
			eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_READY));
		cr_expect(ieee_ulp_eq(dbl, est.line.hz, RAW_HZ, 1), "%d", off);
		cr_expect(ieee_ulp_eq(dbl, run.raw_rate.out.hz, RAW_HZ, 1));
	}
}

/* A unit of mult is 0.146 ppm: NTP's pair may be nearer to a point than the
 * true one.  Chosen wrongly it would be called exact. */
Test(raw_rate, of_pairs_a_unit_apart_is_right_or_absent)
{
	static const double off_ppm[] = {0, 0.02, 0.05, 0.08, 0.1, 0.2, 0.5};
	unsigned chosen = 0;

	for (int ntp = -3; ntp <= 3; ntp++)
		for (int i = 0; i < 14; i++)
			for (int known = 0; known < 6; known++) {
				uint8_t *bytes;
				double off = off_ppm[i / 2];

				sim.n_pages = 0;
				bytes = page(PLAT_PAGE_VVAR, 0);
				put(bytes, 0x20, (uint32_t)(MULT + ntp), SHIFT);
				put(bytes, 0x108, MULT, SHIFT);
				run.measured.counters.raw.out.hz =
					RAW_HZ *
					(1 + (i % 2 ? off : -off) * 1e-6);
				/* NTP's freq: none, or one that gives
				 * its mult, from the least to the most. */
				run.facts.timex.tick = known ? 10000 : 0;
				run.facts.timex.freq =
					(int64_t)((ntp - (known - 3) * 0.49) /
						  (double)MULT * 65536e6);
				if (STATUS(TSCAL_SOURCE_VDSO) !=
					TSCAL_STATUS_READY) {
					sentence_has("several rates");
					continue;
				}
				chosen++;
				cr_expect(ieee_ulp_eq(
						  dbl, est.line.hz, RAW_HZ, 1),
					"%d apart, %g ppm, %d", ntp, off,
					known);
			}
	cr_expect(lt(uint, 200, chosen), "%u", chosen);
}

/* The ends differ, but the pairs are apart by NTP's freq: that decides. */
Test(raw_rate, knows_by_ntps_freq_which_pair_it_steers)
{
	uint8_t *bytes = page(PLAT_PAGE_VVAR, 0);

	run.measured.counters.raw.settled = false;
	run.measured.counters.raw.out.hz = RAW_HZ * (1 + 9e-6);
	put(bytes, 0x20, MULT + 68, SHIFT);
	put(bytes, 0x108, MULT, SHIFT);
	run.facts.timex = (struct plat_timex){
		.tick = 10000, .freq = (int64_t)(68 / (double)MULT * 65536e6)};
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_READY));
	cr_assert(ieee_ulp_eq(dbl, est.line.hz, RAW_HZ, 1));
	/* The opposite sign; while it slews; and without a freq. */
	run.facts.timex.freq = -run.facts.timex.freq;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_READY));
	cr_assert(lt(dbl, est.line.hz, RAW_HZ));
	run.facts.timex.offset_ns = 1;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	run.facts.timex.offset_ns = 0;
	run.facts.timex.tick = 9999;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	run.facts.timex.tick = 10000;
	run.facts.timex_rc = -EPERM;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
}

static void refuses_to_choose(void)
{
	uint8_t *bytes = page(PLAT_PAGE_VVAR, 0);

	put(bytes, 0x98, MULT + 70, SHIFT);
	put(bytes, 0x188, MULT, SHIFT);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	sentence_has("shows which");
	cr_assert(zero(dbl, run.raw_rate.out.hz));
	/* Without NTP both pairs are one. */
	put(bytes, 0x98, MULT, SHIFT);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_READY));
}

Test(raw_rate, quickly_measured_refuses_to_choose)
{
	run.measured.quick = true;
	refuses_to_choose();
}

Test(raw_rate, with_unlike_ends_refuses_to_choose)
{
	run.measured.counters.raw.settled = false;
	refuses_to_choose();
}

Test(raw_rate, of_another_clocksource_is_stale)
{
	put(page(PLAT_PAGE_VVAR, 0), 0x20, MULT, SHIFT);
	run.kernel.tsc = false;
	strcpy(run.facts.clocksource, "hpet");
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	sentence_has("hpet");
	run.facts.clocksource_visible = false;
	run.facts.clocksource[0] = '\0';
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	sentence_has("not visible");
	/* The running one can be read, the list of all cannot. */
	run.kernel.tsc = true;
	strcpy(run.facts.clocksource, "tsc");
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	sentence_has("not visible");
}

Test(raw_rate, needs_a_pair_that_the_measurement_confirms)
{
	uint8_t *bytes = page(PLAT_PAGE_VVAR, 0);

	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	sentence_has("no mult/shift");
	put(bytes, 0x20, MULT + 700, SHIFT);
	/* Same rate, but shifts that the kernel never has. */
	put(bytes, 0x40, 0, SHIFT);
	put(bytes, 0x60, (uint32_t)MULT << 9, SHIFT + 9);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	run.measured.counters.raw.out.status = TSCAL_STATUS_UNSTABLE;
	put(bytes, 0x20, MULT, SHIFT);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	sentence_has("no measurement");
}
