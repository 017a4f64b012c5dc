/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Contradictions, layers and what the hypervisor offers. */
#include "unit/detecting.h"

/* Signature in CPUID and text in DMI. */
static const struct pair {
	const char *signature, *file, *says;
	const char *contradiction; /* a part of it, NULL: none */
} pairs[] = {
	{"KVMKVMKVM\0\0\0", "sys_vendor", "QEMU", NULL},
	{"KVMKVMKVM\0\0\0", "sys_vendor", "Amazon EC2", NULL},
	{"KVMKVMKVM\0\0\0", "product_name", "m5.large", NULL},
	{"KVMKVMKVM\0\0\0", "product_name", "Google Compute Engine", NULL},
	{"KVMKVMKVM\0\0\0", "product_name", "OpenStack Compute", NULL},
	{"KVMKVMKVM\0\0\0", "product_name", "KubeVirt", NULL},
	{"KVMKVMKVM\0\0\0", "product_name", "AHV", NULL},
	{"KVMKVMKVM\0\0\0", "sys_vendor", "Parallels Software", NULL},
	{"KVMKVMKVM\0\0\0", "sys_vendor", "innotek GmbH", NULL},
	{"KVMKVMKVM\0\0\0", "sys_vendor", "Oracle Corporation", NULL},
	{"KVMKVMKVM\0\0\0", "sys_vendor", "Dell Inc.", NULL},
	{"VMwareVMware", "product_name", "VMware Virtual Platform", NULL},
	{"VMwareVMware", "product_name", "VMware7,1", NULL},
	{"Microsoft Hv", "product_name", "Virtual Machine", NULL},
	{"XenVMMXenVMM", "sys_vendor", "Xen", NULL},
	{"XenVMMXenVMM", "sys_vendor", "Amazon EC2", NULL},
	{"TCGTCGTCGTCG", "sys_vendor", "QEMU", NULL},
	{"TCGTCGTCGTCG", "product_name", "KVM", NULL},
	{"Somebody new", "sys_vendor", "QEMU", NULL},
	{NULL, "sys_vendor", "Dell Inc.", NULL},
	{NULL, "sys_vendor", "Amazon EC2", NULL},
	{NULL, "product_name", "c5.metal", NULL},
	{NULL, "sys_vendor", "Oracle Corporation", NULL},
	{NULL, "product_name", "Surface Laptop", NULL},

	{"KVMKVMKVM\0\0\0", "sys_vendor", "VMware, Inc.",
		"CPUID names KVM, but DMI sys_vendor is \"VMware, Inc.\": "
		"one of the two is false, or copied from an outer host."},
	{"KVMKVMKVM\0\0\0", "product_name", "Virtual Machine",
		"copied from an outer host"},
	{"KVMKVMKVM\0\0\0", "product_name", "c5.metal",
		"CPUID names KVM, but DMI product_name is \"c5.metal\", which "
		"means bare metal."},
	{"KVMKVMKVM\0\0\0", "product_name", "c7i.metal-24xl", "bare metal"},
	{"VMwareVMware", "sys_vendor", "QEMU",
		"QEMU on Windows (WHPX) shows VMware's signature."},
	{"Microsoft Hv", "sys_vendor", "QEMU", "Hyper-V's leaves instead"},
	{"Microsoft Hv", "bios_vendor", "SeaBIOS", "Hyper-V's leaves instead"},
	{NULL, "sys_vendor", "QEMU",
		"CPUID reports no hypervisor, but DMI sys_vendor is \"QEMU\": "
		"the hypervisor is hidden from CPUID."},
	{NULL, "product_name", "Virtual Machine", "hidden from CPUID"},
};

Test(hv_describe, which_firmware_contradicts_cpuid)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		const struct pair *p = &pairs[i];
		char path[64];

		machine(p->signature, 0);
		snprintf(path, sizeof(path), DMI "%s", p->file);
		sim_add_file(&sim, path, p->says);
		detect();
		if (p->contradiction)
			expect_sentence(hv.contradiction, p->contradiction);
		else
			cr_expect(zero(str, hv.contradiction), "%s: %s",
				p->says, hv.contradiction);
	}
}

Test(hv_describe, a_contradiction_changes_no_vendor)
{
	machine("KVMKVMKVM\0\0\0", 0);
	sim_add_file(&sim, DMI "sys_vendor", "VMware, Inc.");
	detect();
	cr_expect(hv.present);
	cr_expect(eq(str, hv.main.vendor, (char *)"kvm"));
}

Test(hv_describe, without_cpuid_nothing_contradicts_it)
{
	sim_init(&sim);
	memset(&hv, 0, sizeof(hv));
	sim_add_file(&sim, DMI "sys_vendor", "QEMU");
	hv_describe(&sim.plat, &(struct hv_evidence){0}, &hv);
	cr_expect(eq(sz, hv.n_evidence, 1));
	cr_expect(zero(str, hv.contradiction));
}

Test(hv_describe, xen_pv_shows_the_cpuid_of_its_machine)
{
	machine(NULL, 0);
	sim_add_file(&sim, "/sys/hypervisor/type", "xen\n");
	sim_add_file(&sim, "/proc/xen/capabilities", "");
	detect();
	cr_expect(eq(sz, hv.n_evidence, 2));
	cr_expect(zero(str, hv.contradiction), "%s", hv.contradiction);
	expect_sentence(hv.layers, "paravirtual domain");
}

Test(hv_describe, wsl)
{
	machine("Microsoft Hv", 0);
	sim_add_file(&sim, "/proc/sys/kernel/osrelease",
		"5.15.153.1-microsoft-standard-WSL2\n");
	sim_add_file(&sim, "/run/systemd/container", "wsl\n");
	detect();
	expect("/proc/sys/kernel/osrelease",
		"5.15.153.1-microsoft-standard-WSL2", "WSL 2",
		TSCAL_HV_MEANS_VIRTUAL, "hyperv");
	cr_expect(zero(str, hv.contradiction));
	expect_sentence(hv.layers, "WSL 2");
	cr_expect(strstr(hv.layers, "container") == NULL, "%s", hv.layers);

	machine(NULL, 0);
	sim_add_file(
		&sim, "/proc/sys/kernel/osrelease", "4.4.0-19041-Microsoft\n");
	detect();
	expect("/proc/sys/kernel/osrelease", "4.4.0-19041-Microsoft", "WSL 1",
		TSCAL_HV_MEANS_CONTAINER, "");
	cr_expect(zero(str, hv.contradiction));
}

Test(hv_describe, nested_virtualization_is_reported)
{
	machine("KVMKVMKVM\0\0\0", 1 << 5);
	detect();
	expect_sentence(hv.layers, "has VMX");

	machine("KVMKVMKVM\0\0\0", 0);
	sim_add_cpuid(&sim, 0x80000000, 0, 0x80000008, 0, 0, 0);
	sim_add_cpuid(&sim, 0x80000001, 0, 0, 0, 1 << 2, 0);
	detect();
	expect_sentence(hv.layers, "has SVM");
	expect_sentence(hv.layers, "nearest layer");

	/* Bare metal has them itself: nothing to report. */
	machine(NULL, 1 << 5);
	detect();
	cr_expect(zero(str, hv.layers));
}

Test(hv_describe, other_signatures_are_interfaces)
{
	uint32_t r[3];

	machine("Microsoft Hv", 0);
	memcpy(r, "KVMKVMKVM\0\0\0", 12);
	sim_add_cpuid(&sim, 0x40000100, 0, 0x40000101, r[0], r[1], r[2]);
	detect();
	expect_sentence(hv.layers, "interfaces that KVM offers");
	cr_expect(eq(u32, hv.timing_leaf, 0x40000110));
	expect_sentence(hv.timing,
		"leaf 0x40000110 EAX, kHz, but the hypervisor's leaves end at "
		"0x40000101");
}

Test(hv_describe, what_each_vendor_offers)
{
	const struct hv_vendor *row;

	for (size_t i = 0; (row = hv_vendor_row(i)) != NULL; i++) {
		if (!row->n_signatures || row->confirm)
			continue;
		machine(row->signatures[0], 0);
		detect();
		cr_expect(eq(int, hv.timing_leaf != 0, row->timing != NULL),
			"%s", row->name);
		expect_sentence(
			hv.timing, row->timing ? "leaf 0x400000" : "no leaf");
		if (row->instead)
			expect_sentence(hv.timing, row->instead);
	}
	machine("Somebody new", 0);
	detect();
	cr_expect(eq(u32, hv.timing_leaf, 0));
	cr_expect(zero(str, hv.timing));
}
