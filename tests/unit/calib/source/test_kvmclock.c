/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "unit/pages.h"

TestSuite(kvmclock, .init = init_pages);

Test(kvmclock, without_the_stable_bit_states_it)
{
	struct record r = good;

	r.flags = 2; /* the guest was stopped; not stable */
	cr_assert(eq(int, pvclock(&r), TSCAL_STATUS_READY));
	cr_assert(not(run.pvclock.stable));
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_KVMCLOCK), TSCAL_STATUS_READY));
	sentence_has("own offset");
}

/* A record is there, and the sentence must not deny it. */
Test(kvmclock, far_from_what_was_measured_is_implausible)
{
	struct record r = good;

	r.shift++;
	pvclock(&r);
	cr_assert(eq(
		int, STATUS(TSCAL_SOURCE_KVMCLOCK), TSCAL_STATUS_IMPLAUSIBLE));
	sentence_has("1223 MHz");
}

static int changes;

/* As a hypervisor that writes between two copies, `changes` times. */
static int changing_page(struct tscal_platform *p, enum plat_page which,
	unsigned index, void *buf)
{
	struct record r = good;

	(void)p, (void)which, (void)index;
	if (--changes >= 0)
		r.tsc += (uint64_t)changes;
	memset(buf, 0, PLAT_PAGE_SIZE);
	memcpy(buf, &r, sizeof(r));
	return 0;
}

Test(kvmclock, that_changes_while_it_is_copied_is_read_again)
{
	struct plat_ops ops = *sim.plat.ops;

	ops.page = changing_page;
	sim.plat.ops = &ops;
	changes = 2;
	cr_assert(eq(int, pvclock_at(RAW_HZ), TSCAL_STATUS_READY));
	changes = 1000;
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
		sentence_has(rows[i].part);
		cr_assert(eq(int, run.pvclock.not_mapped, i == 0));
	}
	run.kernel.guest = false;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_KVMCLOCK), TSCAL_STATUS_ABSENT));
	sentence_has("no hypervisor");
}
