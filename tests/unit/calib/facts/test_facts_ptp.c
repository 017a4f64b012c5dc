/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* PTP clocks: the first of the machine, and one of the host. */
#include <sys/timex.h>

#include "unit/gathering.h"

TestSuite(facts_ptp, .init = init);

Test(facts_ptp, a_ptp_clock_of_the_host_is_found_behind_others)
{
	sim.timex_rc = 0;
	sim_add_file(&sim, "/sys/class/ptp/ptp0/clock_name", "ena-ptp-05\n");
	cr_assert(not(gather()->host_ptp));
	/* Numbers are not reused: ptp1 is gone. */
	sim_add_file(
		&sim, "/sys/class/ptp/ptp2/clock_name", "KVM virtual PTP\n");
	cr_assert(gather()->host_ptp);
	file("/sys/class/ptp/ptp0/clock_name", "hyperv\n");
	cr_assert(gather()->host_ptp);
	file("/sys/class/ptp/ptp0/clock_name", "vmclock0\n");
	cr_assert(gather()->host_ptp);
}

static const char *ptp_name(int i)
{
	static char paths[40][64];

	snprintf(
		paths[i], sizeof(*paths), "/sys/class/ptp/ptp%d/clock_name", i);
	return paths[i];
}

/* A guest whose network cards took the first numbers. */
Test(facts_ptp, a_ptp_clock_of_the_host_is_found_behind_many_cards)
{
	sim.timex_rc = 0;
	for (int i = 0; i < 12; i++)
		sim_add_file(&sim, ptp_name(i), "mlx5_ptp\n");
	cr_assert(not(gather()->host_ptp));
	cr_assert(not(facts.ptp_unseen));
	sim_add_file(&sim, ptp_name(16), "KVM virtual PTP\n");
	cr_assert(gather()->host_ptp);
}

/* Denied, in a recording without it, or without a name: not "none". */
Test(facts_ptp, ptp_clocks_that_cannot_be_seen_are_not_absent)
{
	static const int errors[] = {-EACCES, -EPERM, -ENODATA, -EIO};

	sim.timex_rc = 0;
	cr_assert(not(gather()->ptp_unseen));
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		sim.n_files = 0;
		sim_add_file_error(&sim, ptp_name(3), errors[i]);
		cr_expect(gather()->ptp_unseen, "%d", errors[i]);
		cr_expect(not(facts.host_ptp), "%d", errors[i]);
	}
	file(ptp_name(3), "\n");
	cr_assert(gather()->ptp_unseen);
	file(ptp_name(3), "ena-ptp-05\n");
	cr_assert(not(gather()->ptp_unseen));
}

Test(facts_ptp, ptp_clocks_beyond_the_last_that_is_asked_are_not_seen)
{
	sim.timex_rc = 0;
	for (int i = 0; i < FACTS_PTP_MAX; i++)
		sim_add_file(&sim, ptp_name(i), "mlx5_ptp\n");
	cr_assert(gather()->ptp_unseen);
}

/* Files are not read where they decide nothing. */
Test(facts_ptp, ptp_clocks_matter_only_beside_a_synchronised_clock)
{
	struct plat_ops ops = *sim.plat.ops;

	/* Unless the platform would measure against one. */
	ops.counters = 0;
	sim.plat.ops = &ops;
	sim_add_file(
		&sim, "/sys/class/ptp/ptp0/clock_name", "KVM virtual PTP\n");
	cr_assert(not(gather()->host_ptp));
	sim.timex_rc = 0;
	sim.timex.status = STA_UNSYNC;
	cr_assert(not(gather()->host_ptp));
	cr_assert(eq(int, facts.ptp, -1));
	sim.timex.status = 0;
	cr_assert(gather()->host_ptp);
}

Test(facts_ptp, the_first_ptp_clock_that_is_not_the_hosts)
{
	cr_assert(eq(int, gather()->ptp, -1));
	sim_add_file(&sim, ptp_name(1), "KVM virtual PTP\n");
	sim_add_file(&sim, ptp_name(3), "hyperv\n");
	cr_assert(eq(int, gather()->ptp, 1));
	cr_assert(eq(int, facts.ptp_kind, FACTS_PTP_HOST));
	sim_add_file(&sim, ptp_name(4), "mlx5_ptp\n");
	cr_assert(eq(int, gather()->ptp, 4));
	cr_assert(eq(int, facts.ptp_kind, FACTS_PTP_DEVICE));
	/* One that follows true time is better still. */
	sim_add_file(&sim, ptp_name(5), "ena-ptp-05\n");
	cr_assert(eq(int, gather()->ptp, 5));
	cr_assert(eq(int, facts.ptp_kind, FACTS_PTP_DISCIPLINED));
	cr_assert(not(facts.ptp_doubtful));
	/* A card's address: an emulated one has that too. */
	sim_add_file(&sim, ptp_name(0), "52:54:00:12:34:56\n");
	cr_assert(eq(int, gather()->ptp, 5));
	cr_assert(facts.ptp_doubtful);
}
