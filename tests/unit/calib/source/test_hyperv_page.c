/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Hyper-V's interface, of any hypervisor: its MSR and its page. */
#include <errno.h>

#include "unit/asking.h"

#define BASE 0x40000000
#define HV1 0x31237648
#define MSR 0x40000022
#define HZ 2496000499.0

struct offer {
	const char *what;
	uint32_t max, interface, eax, edx;
	bool offered;
};

static const struct offer offers[] = {
	{"Azure", BASE + 0xb, HV1, 0x3fff, 0x10fffbf2, true},
	{"OpenVMM", BASE + 6, HV1, 0xe7f, 0xec1b0, true},
	{"QEMU's hv-frequencies", BASE + 5, HV1, 0xa72, 0x108, true},
	{"Xen's imitation: EDX bit 8 is missing", BASE + 6, HV1, 0xa72, 0x08,
		false},
	{"EAX bit 11 is missing", BASE + 6, HV1, 0x272, 0x108, false},
	{"its leaves end too early", BASE + 2, HV1, 0xa72, 0x108, false},
	{"its leaves end before the interface", BASE, HV1, 0xa72, 0x108, false},
	{"another interface", BASE + 6, 0x30237648, 0xa72, 0x108, false},
};

static void hyperv(const struct offer *o)
{
	init_metal();
	run.kernel.guest = true;
	run.hv.id = (struct tscal_hv){.present = true,
		.main = {.vendor = "hyperv",
			.name = "Hyper-V",
			.base = BASE,
			.max_leaf = o->max}};
	sim_add_cpuid(&sim, BASE + 1, 0, o->interface, 0, 0, 0);
	sim_add_cpuid(&sim, BASE + 3, 0, o->eax, 0, 0, o->edx);
	measured(HZ);
}

TestSuite(hyperv, .init = init_metal);

Test(hyperv, the_msr_is_asked_where_both_bits_offer_it)
{
	for (size_t i = 0; i < sizeof(offers) / sizeof(*offers); i++) {
		const struct offer *o = &offers[i];

		hyperv(o);
		sim_add_msr(&sim, 0, MSR, (uint64_t)HZ);
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_HV_MSR),
				  o->offered ? TSCAL_STATUS_READY
					     : TSCAL_STATUS_ABSENT),
			"%s: %s", o->what, est.line.sentence);
		cr_expect(
			epsilon_eq(dbl, est.line.hz, o->offered ? HZ : 0, 0.1),
			"%s", o->what);
	}
}

Test(hyperv, a_number_of_whole_khz_may_have_been_cut)
{
	hyperv(&offers[0]);
	sim_add_msr(&sim, 0, MSR, 2496000499);
	ask(TSCAL_SOURCE_HV_MSR);
	cr_assert(epsilon_eq(dbl, est.line.hz_hi - est.line.hz_lo, 2, 1e-3));
	cr_assert(eq(u32, est.line.roots, TSCAL_ROOT_HV));
	sim.msrs[0].value = 2496000000;
	ask(TSCAL_SOURCE_HV_MSR);
	cr_assert(epsilon_eq(dbl, est.line.hz_hi - est.line.hz_lo, 2000, 1e-3));
}

Test(hyperv, numbers_that_no_tsc_has)
{
	hyperv(&offers[0]);
	sim_add_msr(&sim, 0, MSR, 0);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_HV_MSR), TSCAL_STATUS_ABSENT));
	sim.msrs[0].value = UINT64_MAX;
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_HV_MSR), TSCAL_STATUS_IMPLAUSIBLE));
	sim.msrs[0].value = 9999999;
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_HV_MSR), TSCAL_STATUS_IMPLAUSIBLE));
}

/* KVM at the base above it, with Hyper-V's leaves below. */
Test(hyperv, kvm_with_its_leaves_is_asked_too)
{
	hyperv(&offers[2]);
	run.hv.id.also[0] = run.hv.id.main;
	run.hv.id.n_also = 1;
	run.hv.id.main = (struct tscal_hv_match){.vendor = "kvm",
		.name = "KVM",
		.base = BASE + 0x100,
		.max_leaf = BASE + 0x101};
	sim_add_msr(&sim, 0, MSR, 2445422000);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_HV_MSR), TSCAL_STATUS_READY));
	/* And may have left the register out. */
	sim.n_msrs = 0;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_HV_MSR), TSCAL_STATUS_ABSENT));
	sentence_has("no such register");
	run.hv.id.n_also = 0;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_HV_MSR), TSCAL_STATUS_ABSENT));
	sentence_has("CPUID leaf 0x40000000 is not in the recording");
	sim_add_cpuid(&sim, BASE, 0, 0, 0, 0, 0);
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_HV_MSR), TSCAL_STATUS_ABSENT));
	sentence_has("no hypervisor's leaves at 0x40000000");
}

Test(hyperv, registers_that_cannot_be_read)
{
	hyperv(&offers[0]);
	sim.msr_rc = -EACCES;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_HV_MSR), TSCAL_STATUS_DENIED));
	sim.msr_rc = -EOPNOTSUPP;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_HV_MSR), TSCAL_STATUS_SKIPPED));
	sentence_has("--probe devices");
	sim.msr_rc = -EIO;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_HV_MSR), TSCAL_STATUS_ERROR));
}

/* The page as the vDSO maps it: sequence, reserved, scale, offset. */
static void page(uint32_t sequence, uint32_t reserved, uint64_t scale)
{
	struct sim_page *p = &sim.pages[0];

	sim.n_pages = 1;
	memset(p, 0, sizeof(*p));
	p->which = PLAT_PAGE_VVAR_VCLOCK;
	p->index = 1;
	memcpy(p->bytes, &sequence, 4);
	memcpy(p->bytes + 4, &reserved, 4);
	memcpy(p->bytes + 8, &scale, 8);
}

static uint64_t scale_of(double hz)
{
	return (uint64_t)(1e7 * 0x1p64 / hz);
}

Test(hyperv, the_reference_page_gives_its_rate)
{
	hyperv(&offers[0]);
	page(1, 0, scale_of(HZ));
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_HYPERV_PAGE), TSCAL_STATUS_READY));
	cr_assert(epsilon_eq(dbl, est.line.hz, HZ, 0.1));
	cr_assert(le(dbl, est.line.hz_lo, HZ));
	cr_assert(ge(dbl, est.line.hz_hi, HZ));
	/* Linux 6.1: the third page of [vvar]. */
	sim.pages[0].which = PLAT_PAGE_VVAR;
	sim.pages[0].index = 2;
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_HYPERV_PAGE), TSCAL_STATUS_READY));
}

Test(hyperv, pages_that_are_none)
{
	static const struct {
		uint32_t sequence, reserved;
		double hz;
	} pages[] = {{0, 0, HZ}, {1, 7, HZ}, {1, 0, HZ * 1.02}, {1, 0, 1e300}};

	for (size_t i = 0; i < 4; i++) {
		hyperv(&offers[0]);
		page(pages[i].sequence, pages[i].reserved,
			scale_of(pages[i].hz));
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_HYPERV_PAGE),
			TSCAL_STATUS_ABSENT));
	}
	hyperv(&offers[0]);
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_HYPERV_PAGE), TSCAL_STATUS_ABSENT));
	page(1, 0, scale_of(HZ));
	run.measured.counters.raw.out.status = TSCAL_STATUS_UNSTABLE;
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_HYPERV_PAGE), TSCAL_STATUS_ABSENT));
	sentence_has("no measurement");
}
