/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What a hypervisor offers to report a move, and KVM's feature bits. */
#include "hv/vendor.h"
#include "unit/scanning.h"

Test(hv_watch, watches_only_what_is_offered)
{
	static const struct {
		const char *signature;
		uint32_t interface, features, watch;
	} cases[] = {
		{"KVMKVMKVM\0\0\0", 0x01007efb, 0, TSCAL_WATCH_PVCLOCK},
		{"KVMKVMKVM\0\0\0", 0x01000001, 0, TSCAL_WATCH_PVCLOCK},
		{"KVMKVMKVM\0\0\0", 0x01007ef2, 0, 0},
		/* Bare Hyper-V; QEMU's, which reports no move; no interface.
		 */
		{"Microsoft Hv", 0x31237648, 0x3fff, TSCAL_WATCH_HYPERV},
		{"Microsoft Hv", 0x31237648, 0x0a72, 0},
		{"Microsoft Hv", 0, 0x0a72, TSCAL_WATCH_HYPERV},
		{"ACRNACRNACRN", 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		guest();
		add_base(0x40000000, 0x40000005, cases[i].signature);
		sim_add_cpuid(&sim, 0x40000001, 0, cases[i].interface, 0, 0, 0);
		sim_add_cpuid(&sim, 0x40000003, 0, cases[i].features, 0, 0, 0);
		detect();
		cr_expect(eq(u32, hv_watch(&sim.plat, &hv, false),
				  cases[i].watch),
			"case %zu", i);
	}
	/* A record that was read is offered. */
	guest();
	add_base(0x40000000, 0x40000001, "KVMKVMKVM\0\0\0");
	sim_add_cpuid(&sim, 0x40000001, 0, 0x01007ef2, 0, 0, 0);
	detect();
	cr_assert(eq(u32, hv_watch(&sim.plat, &hv, true), TSCAL_WATCH_PVCLOCK));
	/* What is not recorded is not cleared. */
	guest();
	add_base(0x40000000, 0x40000005, "Microsoft Hv");
	detect();
	cr_assert(eq(u32, hv_watch(&sim.plat, &hv, false), TSCAL_WATCH_HYPERV));
	sim_init(&sim);
	sim_add_cpuid(&sim, 1, 0, 0, 0, 0, 0);
	detect();
	cr_assert(zero(u32, hv_watch(&sim.plat, &hv, false)));
}

Test(hv_watch, kvms_feature_bit_gives_its_stable_flag_a_meaning)
{
	static const struct {
		uint32_t base, max, eax;
		const char *signature;
		int offers;
	} cases[] = {
		{0x40000000, 0x40000001, 0x01007efb, "KVMKVMKVM\0\0\0", 1},
		{0x40000000, 0x40000001, 0x00007efb, "KVMKVMKVM\0\0\0", 0},
		{0x40000100, 0x40000101, 0x00007efb, "KVMKVMKVM\0\0\0", 0},
		{0x40000000, 0x40000000, 0x00007efb, "KVMKVMKVM\0\0\0", -1},
		{0x40000000, 0x40000001, 0x00007efb, "ACRNACRNACRN", -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		guest();
		add_base(cases[i].base, cases[i].max, cases[i].signature);
		sim_add_cpuid(
			&sim, cases[i].base + 1, 0, cases[i].eax, 0, 0, 0);
		detect();
		cr_expect(eq(int,
				  hv_kvm_offers(
					  &sim.plat, &hv, HV_KVM_STABLE_BIT),
				  cases[i].offers),
			"case %zu", i);
	}
	/* Not recorded is not cleared. */
	guest();
	add_base(0x40000000, 0x40000001, "KVMKVMKVM\0\0\0");
	detect();
	cr_expect(
		eq(int, hv_kvm_offers(&sim.plat, &hv, HV_KVM_STABLE_BIT), -1));
}
