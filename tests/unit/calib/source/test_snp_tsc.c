/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* SEV-SNP's Secure TSC: its registers, and what they mean. */
#include "unit/asking.h"

#define SEV_STATUS 0xc0010131
#define GUEST_TSC_FREQ 0xc0010134

static const struct row {
	const char *what;
	uint32_t sev_eax;
	uint64_t status, freq;
	bool active;
	enum tscal_status means;
	const char *says;
} rows[] = {
	{"active", 0x11a, 0x805, 2500, true, TSCAL_STATUS_HINT,
		"a factor that only the kernel can read"},
	{"reserved bits of the frequency", 0x11a, 0x805, 0xabc009c4 | 1 << 18,
		true, TSCAL_STATUS_HINT, "2500 MHz"},
	{"SNP without Secure TSC", 0x11a, 0x5, 2500, false, TSCAL_STATUS_ABSENT,
		"not active"},
	{"no SNP by its status", 0x11a, 0x800, 2500, false, TSCAL_STATUS_ABSENT,
		"not active"},
	{"no SNP by CPUID", 0x10a, 0x805, 2500, false, TSCAL_STATUS_ABSENT,
		"no guest of SEV-SNP"},
	{"no frequency", 0x11a, 0x805, 0, true, TSCAL_STATUS_IMPLAUSIBLE,
		"0 MHz"},
};

TestSuite(snp_tsc, .init = init_metal);

static void guest(const struct row *r)
{
	init_metal();
	run.hv.id.present = true;
	run.hv.id.main.base = 0x40000000;
	run.facts.max_ext = 0x8000001f;
	cpuid_alone(0x8000001f, r->sev_eax, 0, 0);
	sim_add_msr(&sim, 0, SEV_STATUS, r->status);
	sim_add_msr(&sim, 0, GUEST_TSC_FREQ, r->freq);
	secure_tsc_read(&sim.plat, &run.hv, &run.facts, &run.secure_tsc);
}

Test(snp_tsc, what_the_registers_mean)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		guest(&rows[i]);
		cr_expect(eq(int, run.facts.secure_tsc, rows[i].active), "%s",
			rows[i].what);
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_SNP_TSC), rows[i].means),
			"%s: %s", rows[i].what, est.line.sentence);
		sentence_has(rows[i].says);
	}
}

Test(snp_tsc, it_is_a_label_that_confirms_nothing)
{
	guest(&rows[0]);
	ask(TSCAL_SOURCE_SNP_TSC);
	cr_expect(epsilon_eq(dbl, est.line.hz, 2500e6, 1));
	cr_expect(eq(u32, est.line.roots, TSCAL_ROOT_FW | TSCAL_ROOT_HV));
	cr_expect(not(est_credible(&est)));
}

Test(snp_tsc, without_a_hypervisor_nothing_is_read)
{
	guest(&rows[0]);
	run.hv.id.present = false;
	run.facts.secure_tsc = false;
	secure_tsc_read(&sim.plat, &run.hv, &run.facts, &run.secure_tsc);
	cr_expect(not(run.facts.secure_tsc));
	cr_expect(eq(int, STATUS(TSCAL_SOURCE_SNP_TSC), TSCAL_STATUS_ABSENT));
}

Test(snp_tsc, a_survey_says_what_it_would_do)
{
	guest(&rows[0]);
	would(TSCAL_SOURCE_SNP_TSC);
	sentence_has("would read SEV_STATUS");
}
