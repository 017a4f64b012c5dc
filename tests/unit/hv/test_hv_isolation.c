/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Hyper-V's isolation type, leaf 0x4000000C: only 3 means TDX, and only where
 * leaf 0x40000003 EBX bit 22 is set. */
#include "unit/detecting.h"

#include "calib/facts/kernel_rate.h"

static struct facts facts;
static struct hypervisor found;

static const struct row {
	const char *what;
	uint32_t interface, max_leaf, features_ebx, config_ebx;
	bool tdx;
} rows[] = {
	{"TDX", 0x31237648, 0x4000000c, 1 << 22, 3, true},
	/* Bits above the type: shared GPA boundary. */
	{"TDX with more bits", 0x31237648, 0x4000000c, 1 << 22, 0xbe3, true},
	{"no isolation", 0x31237648, 0x4000000c, 1 << 22, 0, false},
	{"VBS", 0x31237648, 0x4000000c, 1 << 22, 1, false},
	{"SNP", 0x31237648, 0x4000000c, 1 << 22, 2, false},
	{"TDX and bit 4", 0x31237648, 0x4000000c, 1 << 22, 0x13, true},
	{"type 11", 0x31237648, 0x4000000c, 1 << 22, 0xb, false},
	{"not offered", 0x31237648, 0x4000000c, 0, 3, false},
	{"beyond its last leaf", 0x31237648, 0x4000000b, 1 << 22, 3, false},
	{"not Hyper-V's interface", 0, 0x4000000c, 1 << 22, 3, false},
};

static void find(const struct row *r)
{
	uint32_t s[3];

	machine(NULL, UINT32_C(1) << 31);
	memcpy(s, "Microsoft Hv", 12);
	sim_add_cpuid(&sim, 0x40000000, 0, r->max_leaf, s[0], s[1], s[2]);
	sim_add_cpuid(&sim, 0x40000001, 0, r->interface, 0, 0, 0);
	/* With MSR 0x40000022. */
	sim_add_cpuid(&sim, 0x40000003, 0, 1 << 11, r->features_ebx, 0, 1 << 8);
	sim_add_cpuid(&sim, 0x4000000c, 0, 0, r->config_ebx, 0, 0);
	sim_add_cpuid(&sim, 0x40000100, 0, 0, 0, 0, 0);
	facts = (struct facts){.hv_bit = 1, .max_basic = 0x16};
	found = (struct hypervisor){0};
	hypervisor_find(&sim.plat, &facts, false, &found);
}

Test(hv_isolation, which_type_is_tdx)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		find(&rows[i]);
		cr_expect(eq(int, facts.tdx, rows[i].tdx), "%s", rows[i].what);
	}
}

Test(hv_isolation, what_leaf_0x21_shows_stays)
{
	find(&rows[2]);
	facts.tdx = true;
	hypervisor_find(&sim.plat, &facts, false, &found);
	cr_expect(facts.tdx);
}

/* The kernel asks an MSR, which a paravisor may answer from CPUID. */
Test(hv_isolation, the_rate_of_its_kernel_confirms_neither)
{
	struct kernel_rate k;

	find(&rows[0]);
	facts.known_freq = 1;
	facts.clocksource_visible = true;
	strcpy(facts.clocksource, "tsc");
	strcpy(facts.available, "tsc");
	k = kernel_rate_find(&facts, &found, "", false);
	cr_expect(eq(u32, k.khz_roots, TSCAL_ROOT_HV | TSCAL_ROOT_CPU));
	cr_expect(eq(int, k.khz_origin, KERNEL_HYPERVISOR));
}
