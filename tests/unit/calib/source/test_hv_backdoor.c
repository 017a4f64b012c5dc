/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* VMware's backdoor: only where evidence names VMware, and by the instruction
 * that its leaf permits. */
#include <errno.h>

#include "unit/asking.h"

#define BASE 0x40000000
#define VENDOR "/sys/class/dmi/id/sys_vendor"

static int asked[PLAT_BACKDOOR_COUNT];
static struct plat_ops ops;

static int count(struct tscal_platform *p, enum plat_backdoor how, uint64_t *hz)
{
	(void)p;
	asked[how]++;
	*hz = sim.backdoor_hz[how];
	return sim.backdoor_rc[how];
}

static void machine(const char *signature, const char *dmi, uint32_t ecx)
{
	init_metal();
	ops = *sim.plat.ops;
	ops.backdoor_hz = count;
	sim.plat.ops = &ops;
	memset(asked, 0, sizeof(asked));
	run.kernel.guest = true;
	run.hv.id.present = signature != NULL;
	run.hv.id.main = (struct tscal_hv_match){
		.base = BASE, .max_leaf = BASE + 0x10};
	if (signature)
		strcpy(run.hv.id.main.vendor, signature);
	sim_add_cpuid(&sim, BASE + 0x10, 0, 2400000, 66000, ecx, 0);
	if (dmi)
		sim_add_file(&sim, VENDOR, dmi);
	for (int how = 0; how < PLAT_BACKDOOR_COUNT; how++) {
		sim.backdoor_rc[how] = 0;
		sim.backdoor_hz[how] = 2399999123;
	}
}

TestSuite(backdoor, .init = init_metal);

Test(backdoor, who_is_asked_and_how)
{
	static const struct {
		const char *what, *signature, *dmi;
		uint32_t ecx;
		int how; /* -1: not at all */
	} rows[] = {
		{"VMware", "vmware", "VMware, Inc.\n", 0, PLAT_BACKDOOR_PORT},
		{"VMware on AMD", "vmware", "VMware, Inc.\n", 1,
			PLAT_BACKDOOR_VMMCALL},
		{"VMware on Intel", "vmware", "VMware, Inc.\n", 2,
			PLAT_BACKDOOR_VMCALL},
		{"by DMI alone", NULL, "VMware, Inc.\n", 1, PLAT_BACKDOOR_PORT},
		{"VMware7,1", NULL, "VMW71.00V.16722896\n", 0,
			PLAT_BACKDOOR_PORT},
		/* Its ECX is another leaf's. */
		{"QEMU on Windows", "vmware", "QEMU\n", 3, PLAT_BACKDOOR_PORT},
		{"no DMI", "vmware", NULL, 3, PLAT_BACKDOOR_PORT},
		{"KVM", "kvm", "QEMU\n", 1, -1},
		{"metal", NULL, "Dell Inc.\n", 1, -1},
		{"a sentence with the word in it", NULL, "not VMware\n", 0, -1},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		machine(rows[i].signature, rows[i].dmi, rows[i].ecx);
		ask(TSCAL_SOURCE_HV_BACKDOOR);
		for (int how = 0; how < PLAT_BACKDOOR_COUNT; how++)
			cr_expect(eq(int, asked[how], how == rows[i].how),
				"%s: %s", rows[i].what,
				plat_backdoor_names[how]);
		cr_expect(eq(int, est.line.hz > 0, rows[i].how >= 0), "%s: %s",
			rows[i].what, est.line.sentence);
	}
}

Test(backdoor, a_leaf_beyond_the_maximum_permits_nothing)
{
	machine("vmware", "VMware, Inc.\n", 2);
	run.hv.id.main.max_leaf = BASE + 0xf;
	ask(TSCAL_SOURCE_HV_BACKDOOR);
	cr_assert(eq(int, asked[PLAT_BACKDOOR_PORT], 1));
}

Test(backdoor, its_answers)
{
	static const struct {
		int rc;
		uint64_t hz;
		int status;
	} rows[] = {
		{0, 2399999123, TSCAL_STATUS_READY},
		{0, UINT64_C(5000000000), TSCAL_STATUS_READY},
		{0, 0, TSCAL_STATUS_ABSENT},
		{0, UINT64_MAX, TSCAL_STATUS_IMPLAUSIBLE},
		{-ENOENT, 0, TSCAL_STATUS_ABSENT},
		{-EFAULT, 0, TSCAL_STATUS_DENIED},
		{-EOPNOTSUPP, 0, TSCAL_STATUS_SKIPPED},
		{-ETIMEDOUT, 0, TSCAL_STATUS_ERROR},
		{-ENODATA, 0, TSCAL_STATUS_ABSENT},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		machine("vmware", "VMware, Inc.\n", 0);
		sim.backdoor_rc[PLAT_BACKDOOR_PORT] = rows[i].rc;
		sim.backdoor_hz[PLAT_BACKDOOR_PORT] = rows[i].hz;
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_HV_BACKDOOR),
				  rows[i].status),
			"%zu: %s", i, est.line.sentence);
		if (rows[i].status == TSCAL_STATUS_READY)
			cr_expect(epsilon_eq(
				dbl, est.line.hz, (double)rows[i].hz, 0.1));
	}
}

Test(backdoor, a_survey_calls_nothing)
{
	machine("vmware", "VMware, Inc.\n", 2);
	would(TSCAL_SOURCE_HV_BACKDOOR);
	cr_assert(eq(int, est.line.status, TSCAL_STATUS_READY));
	sentence_has("backdoor");
	cr_assert(zero(int, asked[PLAT_BACKDOOR_VMCALL]));
}
