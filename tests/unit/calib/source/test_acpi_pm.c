/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The PM timer that microcode makes of the CPU's crystal. */
#include "unit/whole_run.h"

TestSuite(acpi_pm, .init = init_pc, .fini = done);

#define EMULATE_PM 0x121

struct microcode {
	uint64_t msr;
	uint32_t vendor_ebx;
	bool emulated;
};

#define INTEL 0x756e6547
#define EN 0x10000

static const struct microcode microcodes[] = {
	{EN | PORT, INTEL, true},
	{UINT64_C(0x262e8b55) << 32 | EN | PORT, INTEL, true},
	/* Switched off; of another port; of another vendor. */
	{PORT, INTEL, false},
	{EN | 0x1808, INTEL, false},
	{EN | PORT, 0x68747541, false},
	{0, INTEL, false},
};

static bool rate_says(const char *part)
{
	return strstr(tscal_report_info(report)->rate_sentence, part);
}

Test(acpi_pm, a_pm_timer_of_microcode_counts_the_cpus_crystal)
{
	/* The kernel uses CPUID's rate; the PM timer is the best other. */
	sim_add_cpuid(&sim, 0x15, 0, 2, 192, 25000000, 0);
	sim.files[3].text = "flags\t\t: tsc tsc_known_freq\n";
	sim.counters[HPET].present = sim.counters[PHC].present = false;
	for (size_t i = 0; i < sizeof(microcodes) / sizeof(*microcodes); i++) {
		const struct microcode *m = &microcodes[i];

		sim.n_msrs = 0;
		sim_add_msr(&sim, 0, EMULATE_PM, m->msr);
		sim.cpuid[0].regs.ebx = m->vendor_ebx;
		calibrate(0);
		cr_assert(eq(int, tscal_report_info(report)->rate,
			TSCAL_RATE_VERIFIED));
		cr_expect(eq(int, rate_says("derive from the CPU's crystal"),
				  m->emulated),
			"%zu: %s", i, tscal_report_info(report)->rate_sentence);
	}
}

Test(acpi_pm, a_guests_register_of_microcode_is_not_asked)
{
	init_counters();
	sim_add_msr(&sim, 0, EMULATE_PM, EN | PORT);
	strcpy(run.facts.cpu_vendor, "GenuineIntel");
	run.measured.counters.pm_port = PORT;
	run.measured.counters.timer[PM] = (struct measured){
		.out = {TSCAL_STATUS_READY, 2.4e9, 2.4e9, 2.4e9,
			"3 and 3 reads"}};
	run.kernel.guest = true;
	ask(TSCAL_SOURCE_ACPI_PM);
	cr_expect(not(est.of_cpu_crystal));
	run.kernel.guest = false;
	ask(TSCAL_SOURCE_ACPI_PM);
	cr_expect(est.of_cpu_crystal);
}
