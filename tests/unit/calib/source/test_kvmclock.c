/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "unit/pages.h"

TestSuite(kvmclock, .init = init_pages);

Test(kvmclock, without_the_stable_bit_says_so)
{
	struct record r = good;

	r.flags = 2; /* the guest was stopped; not stable */
	cr_assert(eq(int, pvclock(&r), TSCAL_STATUS_READY));
	cr_assert(not(run.pvclock.stable));
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_KVMCLOCK), TSCAL_STATUS_READY));
	says("own offset");
}

/* A record is there, and the sentence may not deny it. */
Test(kvmclock, far_from_what_was_measured_is_implausible)
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

Test(kvmclock, that_changes_while_it_is_copied_is_read_again)
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

static int page_rc;

static int failing_page(struct tscal_platform *p, enum plat_page which,
	unsigned index, void *buf)
{
	(void)p, (void)which, (void)index, (void)buf;
	return page_rc;
}

Test(kvmclock, without_a_record_states_the_reason)
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
