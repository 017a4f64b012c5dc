/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which bases of CPUID are scanned. */
#include "unit/scanning.h"

Test(hv_scan, nothing_is_scanned_without_the_hypervisor_bit)
{
	sim_init(&sim);
	sim_add_cpuid(&sim, 1, 0, 0, 0, 0x7fffffff, 0);
	add_base(0x40000000, 0x40000010, "VMwareVMware");
	detect();
	cr_assert(not(hv.present));
	cr_assert(eq(str, hv.main.vendor, (char *)"none"));
	cr_assert(eq(sz, hv.n_also, 0));
}

Test(hv_scan, cpuid_that_cannot_be_had_is_an_error)
{
	sim_init(&sim);
	hv.n_also = 77;
	cr_assert(eq(int, tscal_hv_detect(&sim.plat, &hv), -ENODATA));
	cr_assert(eq(sz, hv.n_also, 77), "not untouched");
}

Test(hv_scan, the_bit_without_any_recorded_base_is_an_unknown_hypervisor)
{
	guest();
	detect();
	cr_assert(hv.present);
	assert_main("unknown", 0, 0);
}

Test(hv_scan, bhyve_echoes_its_base_leaf_everywhere)
{
	static const struct plat_cpuid base = {
		0x40000000, 0x76796862, 0x68622065, 0x20657679};

	guest();
	sim.out_of_range = &base;
	detect();
	assert_main("bhyve", 0x40000000, 0x40000000);
	cr_assert(eq(sz, hv.n_also, 0));
	cr_assert(not(hv.truncated));
	/* 0x40000010 would say 1073741.824 MHz. */
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
}

Test(hv_scan, more_signatures_than_places)
{
	guest();
	for (uint32_t i = 0; i < 20; i++)
		add_base(0x40000000 + i * 0x100, 0x40000001 + i * 0x100,
			"XenVMMXenVMM");
	detect();
	cr_assert(hv.truncated);
	cr_assert(eq(sz, hv.n_also, TSCAL_HV_MAX));
	assert_main("xen", 0x40001300, 0x40001301);
	assert_also(TSCAL_HV_MAX - 1, "xen", 0x40000b00);
}

Test(hv_scan, a_quick_scan_finds_bases_in_a_row_and_gives_up_at_a_gap)
{
	guest();
	add_base(0x40000000, 0x40000005, "Microsoft Hv");
	add_base(0x40000400, 0x40000401, "XenVMMXenVMM");
	add_base(0x40000800, 0x40000801, "KVMKVMKVM\0\0\0");
	add_base(0x4000ff00, 0x4000ff01, "ACRNACRNACRN");
	cr_assert(eq(int,
		hv_scan(&sim.plat, HV_SCAN_QUICK, &(struct hv_evidence){0},
			&hv),
		0));
	assert_main("kvm", 0x40000800, 0x40000801);
	cr_assert(eq(int,
		hv_scan(&sim.plat, HV_SCAN_ALL, &(struct hv_evidence){0}, &hv),
		0));
	assert_main("acrn", 0x4000ff00, 0x4000ff01);
}

static unsigned asked;

static int count_cpuid(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	(void)p, (void)subleaf;
	asked++;
	*out = (struct plat_cpuid){0};
	if (leaf == 1)
		out->ecx = UINT32_C(1) << 31;
	if (leaf == 0x40000000)
		*out = (struct plat_cpuid){0x40000001, dword("KVMK"),
			dword("VMKV"), dword("M\0\0\0")};
	return 0;
}

Test(hv_scan, a_scan_asks_for_each_base_once_and_a_quick_one_for_five)
{
	struct plat_ops ops;

	sim_init(&sim);
	ops = *sim.plat.ops;
	ops.cpuid = count_cpuid;
	sim.plat.ops = &ops;
	cr_assert(eq(int,
		hv_scan(&sim.plat, HV_SCAN_ALL, &(struct hv_evidence){0}, &hv),
		0));
	cr_assert(eq(uint, asked, 1 + 256));
	asked = 0;
	cr_assert(eq(int,
		hv_scan(&sim.plat, HV_SCAN_QUICK, &(struct hv_evidence){0},
			&hv),
		0));
	cr_assert(eq(uint, asked, 1 + 5));
	assert_main("kvm", 0x40000000, 0x40000001);
}
