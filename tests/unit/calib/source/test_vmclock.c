/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The page of a VMClock device, whole, cut off and nonsensical. */
#include <errno.h>
#include <math.h>

#include "unit/asking.h"
#include "calib/judge/judge.h"

#define HZ 2445422000.0
#define SHIFT 31
#define MARKER 0x1122334455667788

static uint8_t *bytes;

static void put(size_t at, uint64_t v, size_t size)
{
	memcpy(bytes + at, &v, size);
}

/* A device that fills every field. */
static void init(void)
{
	init_metal();
	run.kernel.guest = true;
	sim.n_pages = 1;
	sim.pages[0].which = PLAT_PAGE_VMCLOCK;
	sim.pages[0].index = 0;
	bytes = sim.pages[0].bytes;
	put(0, 0x4b4c4356, 4);
	put(4, 104, 4);
	put(8, 1, 2);
	put(10, 1, 1);
	put(12, 6, 4);
	put(16, MARKER, 8);
	put(34, 2, 1);
	put(39, SHIFT, 1);
	put(48, (uint64_t)(ldexp(1, 64 + SHIFT) / HZ), 8);
}

TestSuite(vmclock, .init = init);

static int look(void)
{
	vmclock_read(&sim.plat, &run.vmclock);
	return STATUS(TSCAL_SOURCE_VMCLOCK);
}

Test(vmclock, gives_the_rate_and_the_marker)
{
	cr_assert(eq(int, look(), TSCAL_STATUS_READY));
	cr_assert(epsilon_eq(dbl, est.line.hz, HZ, 1e-3));
	cr_assert(le(dbl, est.line.hz_lo, HZ));
	cr_assert(ge(dbl, est.line.hz_hi, HZ));
	cr_assert(eq(u64, run.vmclock.disruption_marker, MARKER));
	cr_assert(eq(u32, est.line.roots, TSCAL_ROOT_HV));
	cr_assert(est.by_host_clock);
	sentence_has("1234605616436508552");
}

Test(vmclock, a_clock_that_runs_free_is_one)
{
	put(34, 3, 1);
	cr_assert(eq(int, look(), TSCAL_STATUS_READY));
}

Test(vmclock, its_own_error_widens_the_bounds)
{
	double period = ldexp(1, 64 + SHIFT) / HZ;

	put(24, 1 << 4, 8);
	put(64, (uint64_t)(period * 5e-6), 8);
	cr_assert(eq(int, look(), TSCAL_STATUS_READY));
	cr_assert(epsilon_eq(dbl, est.line.hz_hi / HZ, 1 + 5e-6, 1e-9));
	cr_assert(epsilon_eq(dbl, est.line.hz_lo / HZ, 1 - 5e-6, 1e-9));
	/* An error that is larger than the period leaves the top open: no TSC
	 * ticks faster than 20 GHz. */
	put(64, UINT64_MAX, 8);
	look();
	cr_assert(epsilon_eq(dbl, est.line.hz_hi, 2e10, 1));
}

Test(vmclock, devices_that_only_tell_of_disruptions)
{
	static const struct {
		size_t at, size;
		uint64_t v;
		const char *part;
	} less[] = {
		{10, 1, 0xff, "disruptions only"},
		{10, 1, 2, "a counter other than the TSC"},
		{48, 8, 0, "period of zero"},
		{34, 1, 0, "not reliable"},
		{34, 1, 1, "not reliable"},
		{34, 1, 4, "not reliable"},
		{39, 1, 64 + SHIFT, "no TSC needs"},
		{39, 1, 255, "no TSC needs"},
		{4, 4, 55, "ends before its period"},
		{4, 4, 24, "ends before its period"},
	};

	for (size_t i = 0; i < sizeof(less) / sizeof(*less); i++) {
		init();
		put(less[i].at, less[i].v, less[i].size);
		cr_expect(eq(int, look(), TSCAL_STATUS_ABSENT), "%zu", i);
		cr_expect(zero(int, run.vmclock.rc));
		cr_expect(eq(u64, run.vmclock.disruption_marker, MARKER));
		sentence_has(less[i].part);
	}
}

Test(vmclock, pages_that_are_none)
{
	static const struct {
		size_t at, size;
		uint64_t v;
		int status;
	} bad[] = {
		{0, 4, 0x4b4c4357, TSCAL_STATUS_ERROR},
		{8, 2, 2, TSCAL_STATUS_ERROR},
		{8, 2, 0, TSCAL_STATUS_ERROR},
		{4, 4, 23, TSCAL_STATUS_ERROR},
		{4, 4, 0, TSCAL_STATUS_ERROR},
		/* Odd for ever. */
		{12, 4, 7, TSCAL_STATUS_UNSTABLE},
		/* Rates that no TSC has. */
		{48, 8, 1, TSCAL_STATUS_IMPLAUSIBLE},
		{39, 1, 0, TSCAL_STATUS_IMPLAUSIBLE},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		init();
		put(bad[i].at, bad[i].v, bad[i].size);
		cr_expect(eq(int, look(), bad[i].status), "%zu: %s", i,
			est.line.sentence);
	}
	sim.n_pages = 0;
	cr_assert(eq(int, look(), TSCAL_STATUS_ABSENT));
}

static int calls;

/* A host that writes between any two reads. */
static int writing(struct tscal_platform *p, enum plat_page which,
	unsigned index, void *buf)
{
	(void)p, (void)which, (void)index;
	put(12, 2 * (uint64_t)calls++, 4);
	memcpy(buf, bytes, PLAT_PAGE_SIZE);
	return 0;
}

Test(vmclock, a_page_that_is_always_being_written)
{
	struct plat_ops ops = *sim.plat.ops;

	ops.page = writing;
	sim.plat.ops = &ops;
	cr_assert(eq(int, look(), TSCAL_STATUS_UNSTABLE));
	cr_assert(lt(int, calls, 100));
}

Test(vmclock, is_what_to_watch)
{
	run.vmclock.rc = 0;
	run.measured.counters.raw.out.status = TSCAL_STATUS_READY;
	run.info.rate = TSCAL_RATE_SINGLE;
	run.hv.id.present = true;
	verdict_use(
		&(struct use_view){
			.facts = &run.facts,
			.hv = &run.hv,
			.kernel = &run.kernel,
			.raw = &run.measured.counters.raw,
			.pvclock = &run.pvclock,
			.vmclock = &run.vmclock,
			.cpus = &run.cpus,
		},
		&run.info);
	cr_assert(eq(int, run.info.use, TSCAL_USE_UNTIL_MOVED));
	cr_assert(eq(u32, run.info.watch, TSCAL_WATCH_VMCLOCK));
}
