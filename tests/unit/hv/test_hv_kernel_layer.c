/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* CPUID that is answered by another layer than the kernel's hypervisor. */
#include "unit/detecting.h"

#include "calib/facts/hypervisor.h"
#include "hv/vendor.h"

#define KVM "KVMKVMKVM\0\0\0"
#define NEXT_BASE 0x40000100U

static void base(uint32_t at_leaf, uint32_t max_leaf, const char *signature)
{
	uint32_t r[3];

	memcpy(r, signature, 12);
	sim_add_cpuid(&sim, at_leaf, 0, max_leaf, r[0], r[1], r[2]);
}

/* Leaves up to this one at the first base, and the next one without any. */
static void guest_to(const char *signature, uint32_t max_leaf)
{
	machine(NULL, UINT32_C(1) << 31);
	base(0x40000000, max_leaf, signature);
	sim_add_cpuid(&sim, NEXT_BASE, 0, 0, 0, 0, 0);
}

static void guest(const char *signature)
{
	guest_to(signature, 0x40000001);
}

static const struct pair {
	const char *signature, *clocks;
	const char *kernel; /* whose the kernel is; NULL: CPUID's */
	const char *layers; /* a part of the sentence */
} pairs[] = {
	{"bhyve bhyve ", "kvm-clock \n", "kvm",
		"a layer below (bhyve) answers CPUID, and the kernel runs on "
		"KVM."},
	{"bhyve bhyve ", "tsc kvm-clock \n", "kvm", "on KVM."},
	{"VMwareVMware", "kvm-clock \n", "kvm", "(VMware)"},
	{"Microsoft Hv", "kvm-clock \n", "kvm", "(Hyper-V)"},
	{"Microsoft Hv", "xen tsc \n", "xen",
		"(Hyper-V) answers CPUID, and the kernel runs on Xen."},
	{KVM, "xen \n", "xen",
		"(KVM) answers CPUID, and the kernel runs on Xen."},
	{"bhyve bhyve ", "hyperv_clocksource_tsc_page \n", "hyperv",
		"(bhyve) answers CPUID, and the kernel runs on Hyper-V."},
	{"XenVMMXenVMM", "hyperv_clocksource_msr \n", "hyperv", "(Xen)"},

	{KVM, "kvm-clock tsc \n", NULL, "nearest layer"},
	{"OpenBSDVMM58", "kvm-clock \n", NULL, "nearest layer"},
	{"Microsoft Hv", "hyperv_clocksource_tsc_page \n", NULL,
		"nearest layer"},
	{KVM, "hyperv_clocksource_tsc_page \n", NULL, "nearest layer"},
	{"XenVMMXenVMM", "xen tsc \n", NULL, "nearest layer"},
	{"bhyve bhyve ", "tsc hpet acpi_pm \n", NULL, "nearest layer"},
	{"Somebody new", "kvm-clock \n", NULL, "nearest layer"},
};

Test(hv_kernel_layer, clocksource_without_its_signature)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		const struct pair *p = &pairs[i];
		const struct tscal_hv_match *other;

		guest(p->signature);
		sim_add_file(&sim, AVAILABLE, p->clocks);
		detect();
		other = hv_other_layer(&hv);
		expect_sentence(hv.layers, p->layers);
		cr_expect(eq(int, other != NULL, p->kernel != NULL), "%s: %s",
			p->signature, p->clocks);
		if (!p->kernel || !other)
			continue;
		cr_expect(hv.present);
		cr_expect(eq(str, hv.main.vendor, (char *)p->kernel));
		cr_expect(eq(u32, hv.main.base, 0));
		cr_expect(
			eq(int, memcmp(other->signature, p->signature, 12), 0));
		cr_expect(zero(str, hv.contradiction), "%s", hv.contradiction);
		cr_expect(zero(str, hv.timing), "%s", hv.timing);
		cr_expect(zero(u32, hv.timing_leaf));
	}
}

Test(hv_kernel_layer, files_of_xen_show_it_too)
{
	guest(KVM);
	sim_add_file(&sim, "/sys/hypervisor/type", "xen\n");
	detect();
	cr_expect(eq(str, hv.main.vendor, (char *)"xen"));
	expect_sentence(hv.layers, "Two layers");
}

/* xen_nopv: the kernel uses Hyper-V's interface, which Xen offers. */
Test(hv_kernel_layer, any_signature_that_is_shown_counts)
{
	machine("Microsoft Hv", 0);
	base(NEXT_BASE, 0x40000104, "XenVMMXenVMM");
	sim_add_file(&sim, AVAILABLE, "hyperv_clocksource_tsc_page \n");
	detect();
	cr_expect(eq(str, hv.main.vendor, (char *)"xen"));
	cr_expect(eq(u32, hv.main.base, NEXT_BASE));
	cr_expect(hv_other_layer(&hv) == NULL);
}

/* What was not recorded shows nothing. */
Test(hv_kernel_layer, a_dump_without_the_next_base_decides_nothing)
{
	machine("Microsoft Hv", 0);
	sim_add_file(&sim, AVAILABLE, "kvm-clock \n");
	detect();
	cr_expect(eq(str, hv.main.vendor, (char *)"hyperv"));
}

Test(hv_kernel_layer, firmware_alone_decides_nothing)
{
	guest("bhyve bhyve ");
	sim_add_file(&sim, DMI "sys_vendor", "QEMU");
	sim_add_file(&sim, AVAILABLE, "tsc \n");
	detect();
	cr_expect(eq(str, hv.main.vendor, (char *)"bhyve"));
}

Test(hv_kernel_layer, firmware_that_names_neither_is_a_contradiction)
{
	guest("bhyve bhyve ");
	sim_add_file(&sim, DMI "sys_vendor", "VMware, Inc.");
	sim_add_file(&sim, AVAILABLE, "kvm-clock \n");
	detect();
	expect_sentence(hv.contradiction, "CPUID names bhyve");
}

/* KVM below shows features without a clock, and a timing leaf; Hyper-V's
 * interface below offers its MSR. */
Test(hv_kernel_layer, no_leaf_of_the_layer_below_is_a_promise)
{
	struct facts f = {.hv_bit = 1, .invariant = 1, .tdx = true};
	struct hypervisor found = {0};
	struct outcome out = {0};

	guest(KVM);
	sim_add_cpuid(
		&sim, 0x40000000, 0, 0x40000010, 0x4b4d564b, 0x564b4d56, 0x4d);
	sim_add_cpuid(&sim, 0x40000001, 0, 0, 0, 0, 0);
	sim_add_cpuid(&sim, 0x40000010, 0, 2000000, 0, 0, 0);
	sim_add_file(&sim, AVAILABLE, "xen \n");
	hypervisor_find(&sim.plat, &f, false, &found);
	cr_assert(hv_other_layer(&found.id) != NULL);
	cr_expect(eq(int, f.invariant, -1));
	cr_expect(not(f.tdx));
	cr_expect(found.timing.outcome.hz == 0);
	cr_expect(eq(int,
		hv_kvm_offers(&sim.plat, &found.id, HV_KVM_STABLE_BIT), -1));
	/* Xen's incarnation is in a leaf, which is not there. */
	cr_expect(zero(u32, hv_watch(&sim.plat, &found.id, false)));

	guest_to("Microsoft Hv", 0x40000003);
	sim_add_cpuid(&sim, 0x40000001, 0, 0x31237648, 0, 0, 0);
	sim_add_cpuid(&sim, 0x40000003, 0, 1 << 11, 0, 0, 1 << 8);
	sim_add_file(&sim, AVAILABLE, "kvm-clock \n");
	detect();
	cr_expect(not(hv_hyperv_offers_msr(&sim.plat, &hv, &out)));
	expect_sentence(out.sentence, "of Hyper-V, but the kernel runs on KVM");
	cr_expect(
		eq(u32, hv_watch(&sim.plat, &hv, false), TSCAL_WATCH_PVCLOCK));
}

static const struct names {
	const char *brand, *cpuinfo;
	bool differ;
} names[] = {
	{"Made-up CPU", "\nmodel name\t: AMD EPYC\n", true},
	{"AMD EPYC", "\nmodel name\t: AMD EPYC 2\n", true},
	{"  AMD   EPYC ", "\nmodel name\t: AMD   EPYC\n", false},
	{"AMD EPYC", "\nmodel name\t: AMD EPYC\n", false},
	/* gVisor's own file. */
	{"AMD EPYC", "\nmodel name\t: unknown\n", false},
	{"AMD EPYC", "\nmodel name\t: \n", false},
	{"AMD EPYC", "\nvendor_id\t: x\n", false},
	/* Where CPUID has none, Linux makes up one. */
	{"", "\nmodel name\t: Hammer\n", false},
};

static void brand_is(const char *brand)
{
	char text[48] = {0};
	uint32_t r[12];

	memcpy(text, brand, strlen(brand));
	memcpy(r, text, sizeof(r));
	sim_add_cpuid(&sim, 0x80000000, 0, 0x80000008, 0, 0, 0);
	for (uint32_t i = 0; i < 3; i++)
		sim_add_cpuid(&sim, 0x80000002 + i, 0, r[4 * i], r[4 * i + 1],
			r[4 * i + 2], r[4 * i + 3]);
}

Test(hv_kernel_layer, another_name_of_the_cpu_is_said)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char file[128];

		guest("bhyve bhyve ");
		brand_is(names[i].brand);
		snprintf(file, sizeof(file), "processor\t: 0%s.\n",
			names[i].cpuinfo);
		sim_add_file(&sim, "/proc/cpuinfo", file);
		detect();
		expect_sentence(hv.layers,
			names[i].differ ? "another layer answers CPUID here"
					: "nearest layer answers CPUID");
		cr_expect(hv_other_layer(&hv) == NULL);
	}
}

/* As in a guest of PVM on a machine without another hypervisor. */
/* A guest of PVM on bare metal: CPUID shows no hypervisor, the kernel found
 * KVM. */
Test(hv_kernel_layer, clocksource_without_the_hypervisor_bit)
{
	struct facts f = {.hv_bit = 0, .max_basic = 0x16, .invariant = 1};
	struct hypervisor found = {0};

	machine(NULL, 0);
	sim_add_cpuid(&sim, 0x10, 0, 2000000, 0, 0, 0);
	sim_add_file(&sim, AVAILABLE, "kvm-clock \n");
	detect();
	cr_expect(hv.present);
	cr_expect(eq(str, hv.main.vendor, "kvm"));
	cr_expect(zero(u32, hv.main.base));
	cr_expect(zero(sz, hv.n_also));
	cr_expect(eq(str, hv.contradiction, ""));
	cr_expect(ne(ptr,
		strstr(hv.layers, "(one that shows no hypervisor) answers "
				  "CPUID, and the kernel runs on KVM."),
		NULL));
	hypervisor_find(&sim.plat, &f, false, &found);
	cr_expect(eq(int, f.invariant, -1));
	cr_expect(zero(int, found.base_rc));
	cr_expect(found.timing.outcome.hz == 0);

	/* Without a clocksource that says so, and where the machine is Xen's
	 * paravirtual domain, nothing is named so. */
	for (size_t i = 0; i < 2; i++) {
		machine(NULL, 0);
		sim_add_file(&sim, AVAILABLE,
			i ? "xen tsc \n" : "tsc hpet acpi_pm \n");
		detect();
		cr_expect(not(hv.present));
		cr_expect(eq(str, hv.main.vendor, "none"));
	}
}

Test(hv_kernel_layer, another_name_without_the_hypervisor_bit)
{
	machine(NULL, 0);
	brand_is("Made-up CPU");
	sim_add_file(&sim, "/proc/cpuinfo",
		"processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: x\n");
	detect();
	expect_sentence(hv.layers,
		"CPUID names the CPU \"Made-up CPU\", but the kernel read "
		"\"AMD EPYC\" when it started");
}
