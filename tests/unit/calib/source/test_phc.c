/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The oscillator that a PTP clock counts. */
#include <stdio.h>

#include "unit/whole_run.h"

TestSuite(phc, .init = init_pc, .fini = done);

struct ptp {
	int number;
	const char *name;
	bool guest;
	uint32_t root;
};

static const struct ptp ptps[] = {
	{0, "ena-ptp-05", false, TSCAL_ROOT_PHC(0)},
	{3, "mlx5_ptp", false, TSCAL_ROOT_PHC(3)},
	{7, "mlx5_ptp", false, TSCAL_ROOT_PHC(7)},
	/* No bit is left for these. */
	{8, "mlx5_ptp", false, TSCAL_ROOT_UNKNOWN},
	{15, "mlx5_ptp", true, TSCAL_ROOT_UNKNOWN},
	/* A card that was passed through is not the host's. */
	{1, "mlx5_ptp", true, TSCAL_ROOT_PHC(1)},
	/* e1000e and igb give only a card's address: on metal it is a card,
	 * in a guest most likely QEMU's, which counts by the host's clock. */
	{0, "52:54:00:12:34:56", false, TSCAL_ROOT_PHC(0)},
	{0, "52:54:00:12:34:56", true, TSCAL_ROOT_UNKNOWN},
	{0, "KVM virtual PTP", true, TSCAL_ROOT_HV},
	{0, "ptp_vmw", true, TSCAL_ROOT_HV},
	{0, "Mock-up PTP clock", false, TSCAL_ROOT_UNKNOWN},
	{0, "ptp1_virt", false, TSCAL_ROOT_UNKNOWN},
	{2, "hyperv", true, TSCAL_ROOT_HV},
	{4, "vmclock0", true, TSCAL_ROOT_HV},
};

Test(phc, roots_of_a_ptp_clock)
{
	for (size_t i = 0; i < sizeof(ptps) / sizeof(*ptps); i++) {
		const struct ptp *p = &ptps[i];
		const struct tscal_line *l;
		char path[64], dev[24];

		/* Cards that have gone leave gaps of up to 7. */
		init_pc();
		sim.n_files--;
		snprintf(path, sizeof(path), "/sys/class/ptp/ptp%d/clock_name",
			p->number);
		if (p->number > 7)
			sim_add_file(&sim, "/sys/class/ptp/ptp7/clock_name",
				"KVM virtual PTP\n");
		sim_add_file(&sim, path, p->name);
		if (p->guest)
			sim.cpuid[1].regs.ecx = UINT32_C(1) << 31;
		calibrate(0);
		l = line(TSCAL_SOURCE_PHC);
		cr_expect(
			eq(u32, l->roots, p->root), "%zu: %s", i, l->sentence);
		cr_expect(eq(int,
				  strstr(l->sentence, ", the host's clock") !=
					  NULL,
				  p->root == TSCAL_ROOT_HV),
			"%zu: %s", i, l->sentence);
		snprintf(dev, sizeof(dev), "/dev/ptp%u", given[PHC].number);
		cr_expect(zero(int, strncmp(l->sentence, dev, strlen(dev))),
			"%zu: %s", i, l->sentence);
		cr_expect(eq(dbl, l->tolerance_ppm, 100));
	}
}

/* It follows the host's NTP-steered clock, not the host's TSC: 100 ppm are no
 * contradiction. */
Test(phc, a_hosts_ptp_clock_is_derived_from_the_hosts_clock)
{
	init_counters();
	run.measured.counters.timer[PHC] = (struct measured){
		.out = {TSCAL_STATUS_READY, 2.4e9, 2.4e9, 2.4e9, "reads"}};
	run.kernel.guest = true;
	ask(TSCAL_SOURCE_PHC);
	cr_expect(not(est.by_host_clock));
	run.facts.ptp_kind = FACTS_PTP_HOST;
	ask(TSCAL_SOURCE_PHC);
	cr_expect(est.by_host_clock);
	run.measured.counters.timer[PHC].out.hz = 1e3;
	cr_expect(eq(int, STATUS(TSCAL_SOURCE_PHC), TSCAL_STATUS_IMPLAUSIBLE));
	cr_expect(lt(dbl, est.line.tolerance_ppm, 0));
}
