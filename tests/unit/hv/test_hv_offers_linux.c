/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What Linux asks before it takes the rate from a hypervisor. */
#include "unit/detecting.h"

#include "calib/facts/hypervisor.h"
#include "calib/facts/kernel_rate.h"

#define KVM "KVMKVMKVM\0\0\0"
#define HYPERV "Microsoft Hv"
#define HV1 0x31237648U

/* Of a leaf that is not recorded; a register otherwise. */
#define GONE UINT64_MAX

static const struct row {
	const char *what, *signature;
	uint32_t max_leaf;
	uint64_t eax_1, eax_3, edx_3, eax_10;
	int offers;
} rows[] = {
	{"KVM, both clocks", KVM, 0x40000001, 1 << 0 | 1 << 3, GONE, 0, GONE,
		1},
	{"KVM, the old clock", KVM, 0x40000001, 1 << 0, GONE, 0, GONE, 1},
	{"KVM, the new clock", KVM, 0x40000001, 1 << 3, GONE, 0, GONE, 1},
	{"KVM, all but clocks", KVM, 0x40000001, 0xfffffff6, GONE, 0, GONE, 0},
	{"KVM, features not recorded", KVM, 0x40000001, GONE, GONE, 0, GONE,
		-1},

	{"Hyper-V, both bits", HYPERV, 0x4000000c, HV1, 1 << 11, 1 << 8, GONE,
		1},
	{"Hyper-V, EAX alone", HYPERV, 0x4000000c, HV1, 1 << 11, ~(1U << 8),
		GONE, 0},
	{"Hyper-V, EDX alone", HYPERV, 0x4000000c, HV1, ~(1U << 11), 1 << 8,
		GONE, 0},
	{"Hyper-V, another interface", HYPERV, 0x4000000c, 0, 1 << 11, 1 << 8,
		GONE, 0},
	{"Hyper-V, features not recorded", HYPERV, 0x4000000c, HV1, GONE, 0,
		GONE, -1},
	{"Hyper-V, interface not recorded", HYPERV, 0x4000000c, GONE, 1 << 11,
		1 << 8, GONE, -1},

	{"ACRN, its leaf", "ACRNACRNACRN", 0x40000010, 0, GONE, 0, 2000000, 1},
	{"ACRN, zero", "ACRNACRNACRN", 0x40000010, 0, GONE, 0, 0, 0},
	{"ACRN, leaf not recorded", "ACRNACRNACRN", 0x40000010, 0, GONE, 0,
		GONE, -1},

	{"VMware: by its backdoor", "VMwareVMware", 0x40000010, 0, GONE, 0,
		GONE, 1},
	{"bhyve: nothing", "bhyve bhyve ", 0x40000010, 0, GONE, 0, 2000000, 0},
};

static void add(uint32_t leaf, uint64_t eax, uint64_t edx)
{
	if (eax != GONE)
		sim_add_cpuid(
			&sim, leaf, 0, (uint32_t)eax, 0, 0, (uint32_t)edx);
}

static void put(const struct row *r)
{
	uint32_t s[3];

	machine(NULL, UINT32_C(1) << 31);
	memcpy(s, r->signature, 12);
	sim_add_cpuid(&sim, 0x40000000, 0, r->max_leaf, s[0], s[1], s[2]);
	add(0x40000001, r->eax_1, 0);
	add(0x40000003, r->eax_3, r->edx_3);
	add(0x40000010, r->eax_10, 0);
	sim_add_cpuid(&sim, 0x40000100, 0, 0, 0, 0, 0);
	/* Only what is added is recorded. */
	sim.out_of_range = NULL;
}

/* The list of clocksources is hidden, so that CPUID decides. */
Test(hv_offers_linux, what_each_vendor_offers)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		struct facts f = {
			.hv_bit = 1, .max_basic = 0x16, .known_freq = 1};
		struct hypervisor found = {0};
		struct kernel_rate k;

		put(r);
		hypervisor_find(&sim.plat, &f, false, &found);
		cr_expect(
			eq(int, found.offers_linux, r->offers), "%s", r->what);
		k = kernel_rate_find(&f, &found, "", false);
		cr_expect(eq(int, (int)k.khz_origin,
				  r->offers > 0	  ? KERNEL_HYPERVISOR
				  : r->offers < 0 ? KERNEL_NOT_SHOWN
						  : KERNEL_CPUID_15_IN_GUEST),
			"%s", r->what);
	}
}
