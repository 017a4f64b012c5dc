/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The sources that read the pages behind the vDSO: vdso and kvmclock. */
#include <math.h>

#include "unit/asking.h"

/* As read on a KVM guest: 2445422 kHz. */
#define MULT 6860663
#define SHIFT 24
#define RAW_HZ (1e9 * (1 << SHIFT) / MULT)
#define PV_MUL 3512659406u
#define PV_SHIFT (-1)

static uint8_t *page(enum plat_page which, unsigned index)
{
	struct sim_page *p = &sim.pages[sim.n_pages++];

	cr_assert(le(sz, sim.n_pages, SIM_PAGES_MAX));
	memset(p, 0, sizeof(*p));
	p->which = which;
	p->index = index;
	return p->bytes;
}

static void put(uint8_t *bytes, size_t at, uint32_t mult, uint32_t shift)
{
	memcpy(bytes + at, &mult, 4);
	memcpy(bytes + at + 4, &shift, 4);
}

struct record {
	uint32_t version, pad;
	uint64_t tsc, system;
	uint32_t mul;
	int8_t shift;
	uint8_t flags, rest[2];
};

static const struct record good = {
	6, 0, 123456789, 987654321, PV_MUL, PV_SHIFT, 1, {0}};

static int pvclock_at(double hz)
{
	clock_pages_pvclock(&sim.plat, hz, &run.pvclock);
	return (int)run.pvclock.out.status;
}

static int pvclock(const struct record *r)
{
	sim.n_pages = 0;
	memcpy(page(PLAT_PAGE_VVAR_VCLOCK, 0), r, sizeof(*r));
	return pvclock_at(RAW_HZ);
}

static void init(void)
{
	sim_init(&sim);
	memset(&run, 0, sizeof(run));
	run.plat = &sim.plat;
	run.facts.clocksource_visible = true;
	strcpy(run.facts.clocksource, "tsc");
	run.kernel = (struct kernel_rate){.roots = TSCAL_ROOT_HV,
		.khz_roots = TSCAL_ROOT_HV,
		.tsc = true,
		.guest = true,
		.origin = KERNEL_HYPERVISOR};
	run.measured.counters.raw = (struct measured){.settled = true,
		.ms = 10,
		.out = {TSCAL_STATUS_READY, RAW_HZ * (1 + 0.02e-6),
			RAW_HZ * (1 - 13e-6), RAW_HZ * (1 + 13e-6), ""}};
}

TestSuite(pages, .init = init);

/* 6.18 has the pair that follows NTP at +0x20 and the raw one at +0x108. */
Test(pages, vdso_takes_the_raw_pair_beside_the_one_that_follows_ntp)
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
Test(pages, vdso_of_pairs_a_unit_apart_is_right_or_silent)
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
				/* What NTP says: nothing, or a freq that gives
				 * its mult, from the least to the most. */
				run.facts.timex.tick = known ? 10000 : 0;
				run.facts.timex.freq =
					(int64_t)((ntp - (known - 3) * 0.49) /
						  (double)MULT * 65536e6);
				if (STATUS(TSCAL_SOURCE_VDSO) !=
					TSCAL_STATUS_READY) {
					says("several rates");
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

/* Unlike ends, but far apart, as NTP's freq says: that settles it. */
Test(pages, vdso_takes_ntps_word_which_pair_it_steers)
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
	/* The other way round, and while it slews, and when it is silent. */
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
	says("can tell which");
	cr_assert(zero(dbl, run.raw_rate.out.hz));
	/* Without NTP both pairs are one. */
	put(bytes, 0x98, MULT, SHIFT);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_READY));
}

Test(pages, vdso_at_a_glance_refuses_to_choose)
{
	run.measured.quick = true;
	refuses_to_choose();
}

Test(pages, vdso_with_unlike_ends_refuses_to_choose)
{
	run.measured.counters.raw.settled = false;
	refuses_to_choose();
}

Test(pages, vdso_of_another_clocksource_is_stale)
{
	put(page(PLAT_PAGE_VVAR, 0), 0x20, MULT, SHIFT);
	run.kernel.tsc = false;
	strcpy(run.facts.clocksource, "hpet");
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	says("hpet");
	run.facts.clocksource_visible = false;
	run.facts.clocksource[0] = '\0';
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	says("not visible");
}

Test(pages, vdso_needs_a_pair_that_the_measurement_confirms)
{
	uint8_t *bytes = page(PLAT_PAGE_VVAR, 0);

	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	says("no mult/shift");
	put(bytes, 0x20, MULT + 700, SHIFT);
	/* Same rate, but shifts that the kernel never has. */
	put(bytes, 0x40, 0, SHIFT);
	put(bytes, 0x60, (uint32_t)MULT << 9, SHIFT + 9);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	run.measured.counters.raw.out.status = TSCAL_STATUS_UNSTABLE;
	put(bytes, 0x20, MULT, SHIFT);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_VDSO), TSCAL_STATUS_ABSENT));
	says("no measurement");
}

Test(pages, kvmclock_reads_the_hypervisors_rate)
{
	cr_assert(eq(int, pvclock(&good), TSCAL_STATUS_READY));
	cr_assert(run.pvclock.stable);
	cr_assert(lt(dbl, fabs(ppm(run.pvclock.out.hz, 2445422e3)), 0.001));
	cr_assert(lt(dbl, run.pvclock.out.lo, 2445422e3));
	cr_assert(le(dbl, 2445422e3, run.pvclock.out.hi));
}

/* 6.1 has it in the second page of [vvar]. */
Test(pages, kvmclock_finds_the_older_place)
{
	page(PLAT_PAGE_VVAR, 0);
	memcpy(page(PLAT_PAGE_VVAR, 1), &good, sizeof(good));
	cr_assert(eq(int, pvclock_at(RAW_HZ), TSCAL_STATUS_READY));
}

Test(pages, kvmclock_without_the_stable_bit_says_so)
{
	struct record r = good;

	r.flags = 2; /* the guest was stopped; not stable */
	cr_assert(eq(int, pvclock(&r), TSCAL_STATUS_READY));
	cr_assert(not(run.pvclock.stable));
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_KVMCLOCK), TSCAL_STATUS_READY));
	says("own offset");
}

Test(pages, kvmclock_of_a_restored_snapshot_is_still_believed)
{
	sim.n_pages = 0;
	memcpy(page(PLAT_PAGE_VVAR_VCLOCK, 0), &good, sizeof(good));
	cr_assert(eq(int, pvclock_at(RAW_HZ * 1.0002), TSCAL_STATUS_READY));
}

/* Moved to a host of another model, whose TSC cannot be scaled: 8 %. */
Test(pages, kvmclock_of_another_host_is_still_believed)
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

/* A record is there, and the sentence may not deny it. */
Test(pages, kvmclock_far_from_what_was_measured_is_implausible)
{
	struct record r = good;

	r.shift++;
	pvclock(&r);
	cr_assert(eq(
		int, STATUS(TSCAL_SOURCE_KVMCLOCK), TSCAL_STATUS_IMPLAUSIBLE));
	says("1223 MHz");
}

static int looks;

/* As a hypervisor that writes between two looks, for as long as told. */
static int changing_page(struct tscal_platform *p, enum plat_page which,
	unsigned index, void *buf)
{
	struct record r = good;

	(void)p, (void)which, (void)index;
	if (--looks >= 0)
		r.tsc += (uint64_t)looks;
	memset(buf, 0, PLAT_PAGE_SIZE);
	memcpy(buf, &r, sizeof(r));
	return 0;
}

Test(pages, kvmclock_that_changes_while_it_is_copied_is_read_again)
{
	struct plat_ops ops = *sim.plat.ops;

	ops.page = changing_page;
	sim.plat.ops = &ops;
	looks = 2;
	cr_assert(eq(int, pvclock_at(RAW_HZ), TSCAL_STATUS_READY));
	looks = 1000;
	pvclock_at(RAW_HZ);
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_KVMCLOCK), TSCAL_STATUS_UNSTABLE));
}

Test(pages, what_is_no_pvclock_is_absent)
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
	r[8].flags = 4; /* the lowest bit that nobody defined */
	for (size_t i = 0; i < 9; i++)
		cr_expect(
			eq(int, pvclock(&r[i]), TSCAL_STATUS_ABSENT), "%zu", i);
}

/* A shift of 32 and more is undefined for what reads it. */
Test(pages, a_shift_that_no_reader_can_do_is_no_pvclock)
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

static int page_rc;

static int failing_page(struct tscal_platform *p, enum plat_page which,
	unsigned index, void *buf)
{
	(void)p, (void)which, (void)index, (void)buf;
	return page_rc;
}

Test(pages, kvmclock_without_a_record_states_the_reason)
{
	static const struct {
		int rc;
		enum tscal_status status;
		const char *part;
	} rows[] = {
		{-EFAULT, TSCAL_STATUS_ABSENT, "does not let"},
		{-ENOENT, TSCAL_STATUS_ABSENT, "no pvclock"},
		{-EPERM, TSCAL_STATUS_DENIED, "no permission"},
	};
	struct plat_ops ops = *sim.plat.ops;

	ops.page = failing_page;
	sim.plat.ops = &ops;
	for (size_t i = 0; i < 3; i++) {
		page_rc = rows[i].rc;
		pvclock_at(RAW_HZ);
		cr_assert(
			eq(int, STATUS(TSCAL_SOURCE_KVMCLOCK), rows[i].status));
		says(rows[i].part);
		cr_assert(eq(int, run.pvclock.not_mapped, i == 0));
	}
	run.kernel.guest = false;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_KVMCLOCK), TSCAL_STATUS_ABSENT));
	says("no hypervisor");
}

/* Whatever stands in the pages, what comes out is absent or confirmed. */
Test(pages, random_pages_do_no_harm)
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
				/* Many zeros, as pages have, so that shifts
				 * look like shifts. */
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
