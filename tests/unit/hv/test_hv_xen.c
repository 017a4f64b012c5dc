/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What Xen's timing leaf reports, and how a paravirtual domain reads it. */
#include "unit/scanning.h"

static void xen(uint32_t eax, uint32_t mode, uint32_t khz)
{
	guest();
	add_base(0x40000000, 0x40000005, "XenVMMXenVMM");
	sim_add_cpuid(&sim, 0x40000003, 0, eax, mode, khz, 1);
	ask();
}

Test(hv_xen, mode_2_never_emulates)
{
	xen(6, 2, 2400010);
	assert_khz(2400010);
	cr_assert(answer.steady);
	cr_assert(not(answer.emulated));
	/* 50 ms of calibration are good for some ppm, not for a kHz. */
	cr_assert(
		answer.outcome.hi - answer.outcome.lo > 2 * 2400010e3 * 19e-6);
	cr_assert(
		answer.outcome.hi - answer.outcome.lo < 2 * 2400010e3 * 40e-6);
}

Test(hv_xen, traps_rdtsc_after_a_migration)
{
	xen(7, 0, 2400010);
	assert_khz(2400010);
	cr_assert(answer.emulated);
	cr_assert(not(answer.steady));
}

Test(hv_xen, in_mode_2_that_traps_all_the_same_is_not_steady)
{
	xen(7, 2, 2400010);
	cr_assert(answer.emulated);
	cr_assert(not(answer.steady));
}

Test(hv_xen, pv_dom0_reads_zero_khz)
{
	xen(6, 2, 0);
	assert_no_number(TSCAL_STATUS_ABSENT);
	cr_assert(answer.steady);
}

/* As of an EC2 c3. */
#define SCALE 0xb74bc70a

Test(hv_xen, whose_scale_agrees)
{
	guest();
	add_base(0x40000000, 0x40000005, "XenVMMXenVMM");
	sim_add_cpuid(&sim, 0x40000003, 0, 6, 2, 2793296, 1);
	sim_add_cpuid(&sim, 0x40000003, 1, 0, 0, SCALE, 0xffffffff);
	sim_add_cpuid(&sim, 0x40000003, 2, 2793296, 0, 0, 0);
	ask();
	assert_khz(2793296);
	cr_assert(strstr(answer.outcome.sentence, "host") == NULL, "%s",
		answer.outcome.sentence);
}

Test(hv_xen, whose_scale_contradicts_its_khz)
{
	guest();
	add_base(0x40000000, 0x40000005, "XenVMMXenVMM");
	sim_add_cpuid(&sim, 0x40000003, 0, 7, 0, 2400010, 1);
	sim_add_cpuid(&sim, 0x40000003, 1, 0, 0, SCALE, 0xffffffff);
	ask();
	assert_no_number(TSCAL_STATUS_IMPLAUSIBLE);
	cr_assert(strstr(answer.outcome.sentence, "2400010 kHz") != NULL);
	cr_assert(strstr(answer.outcome.sentence, "2793296 kHz") != NULL);
	/* That it traps is another matter. */
	cr_assert(answer.emulated);
}

Test(hv_xen, imitated_by_qemu_gives_the_scale_alone)
{
	guest();
	add_base(0x40000000, 0x40000005, "XenVMMXenVMM");
	sim_add_cpuid(&sim, 0x40000003, 0, 6, 0, 0, 0);
	sim_add_cpuid(&sim, 0x40000003, 1, 0, 0, SCALE, 0xffffffff);
	ask();
	assert_khz(2793296);
	cr_assert(strstr(answer.outcome.sentence, "scale") != NULL);
}

Test(hv_xen, whose_scale_is_no_scale)
{
	static const uint32_t shift[] = {32, 0x7f, 0x80, 0xffffffe0};

	for (size_t i = 0; i < sizeof(shift) / sizeof(*shift); i++) {
		guest();
		add_base(0x40000000, 0x40000005, "XenVMMXenVMM");
		sim_add_cpuid(&sim, 0x40000003, 0, 6, 0, 0, 0);
		sim_add_cpuid(&sim, 0x40000003, 1, 0, 0, SCALE, shift[i]);
		ask();
		assert_no_number(TSCAL_STATUS_ABSENT);
	}
	guest();
	add_base(0x40000000, 0x40000005, "XenVMMXenVMM");
	sim_add_cpuid(&sim, 0x40000003, 0, 6, 0, 0, 0);
	sim_add_cpuid(&sim, 0x40000003, 1, 0, 0, 1, 0xffffffff);
	ask();
	assert_no_number(TSCAL_STATUS_IMPLAUSIBLE);
}

Test(hv_xen, of_another_host_since_it_moved)
{
	guest();
	add_base(0x40000000, 0x40000005, "XenVMMXenVMM");
	sim_add_cpuid(&sim, 0x40000003, 0, 7, 0, 2793296, 2);
	sim_add_cpuid(&sim, 0x40000003, 2, 2400010, 0, 0, 0);
	ask();
	assert_khz(2793296);
	cr_assert(strstr(answer.outcome.sentence,
			  "the host's TSC runs at 2400010 kHz") != NULL);
}

/* A paravirtual domain: the CPUID of the machine, Xen's by its prefix. */
static void domain(const char *type)
{
	sim_init(&sim);
	sim_add_cpuid(&sim, 1, 0, 0, 0, 0, 0);
	if (type)
		sim_add_file(&sim, "/sys/hypervisor/type", type);
	sim_add_xen_cpuid(&sim, 0x40000000, 0, 0x40000005, dword("XenV"),
		dword("MMXe"), dword("nVMM"));
	sim_add_xen_cpuid(&sim, 0x40000003, 0, 6, 2, 2793296, 1);
	sim_add_xen_cpuid(&sim, 0x40000003, 1, 0, 0, SCALE, 0xffffffff);
	sim_add_xen_cpuid(&sim, 0x40000003, 2, 2793296, 0, 0, 0);
}

Test(hv_xen, paravirtual_is_asked_behind_its_prefix)
{
	domain("xen\n");
	ask();
	cr_assert(hv.present);
	assert_main("xen", 0x40000000, 0x40000005);
	cr_assert(eq(u32, hv.main.forced, 1));
	assert_khz(2793296);
	cr_assert(answer.steady);
	cr_assert(strstr(hv.layers, "with Xen's CPUID prefix") != NULL);
}

static int faults_beyond_the_base(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	const struct sim *s = (const struct sim *)p;

	(void)subleaf;
	*out = s->xen_cpuid[0].regs;
	return leaf == 0x40000000 ? 0 : -EFAULT;
}

Test(hv_xen, a_leaf_that_faults_is_no_gap_of_a_recording)
{
	struct plat_ops ops;

	domain("xen\n");
	ops = *sim.plat.ops;
	ops.xen_cpuid = faults_beyond_the_base;
	sim.plat.ops = &ops;
	ask();
	assert_no_number(TSCAL_STATUS_ERROR);
	cr_assert(strstr(answer.outcome.sentence, "recording") == NULL);
}

Test(hv_xen, the_prefix_is_executed_only_where_the_kernel_reports_xen)
{
	static const char *const type[] = {NULL, "", "kvm\n", "\x7f\xff"};

	for (size_t i = 0; i < sizeof(type) / sizeof(*type); i++) {
		domain(type[i]);
		detect();
		cr_assert(not(hv.present));
		cr_assert(eq(str, hv.main.vendor, "none"));
	}
}

Test(hv_xen, a_prefix_that_faults_or_shows_another_is_ignored)
{
	domain("xen\n");
	sim.n_xen_cpuid = 0;
	detect();
	cr_assert(not(hv.present));
	cr_assert(eq(str, hv.main.vendor, "none"));

	domain("xen\n");
	sim.xen_cpuid[0].regs.ebx = dword("KVMK");
	detect();
	cr_assert(not(hv.present));
	cr_assert(eq(u32, hv.main.forced, 0));
}
