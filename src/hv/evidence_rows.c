/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The table of what makers of virtual machines write into firmware and kernels.
 * docs/hypervisors.md has it too, with what each comes from;
 * tests/unit/hv/test_hv_evidence_rows.c compares the two.
 */
#include <string.h>

#include "hv/clocksource.h"
#include "hv/evidence.h"

#define VIRTUAL TSCAL_HV_MEANS_VIRTUAL
#define CONTAINER TSCAL_HV_MEANS_CONTAINER
#define METAL TSCAL_HV_MEANS_METAL
#define EITHER TSCAL_HV_MEANS_EITHER

/* What runs QEMU's machine, besides QEMU on Windows. */
#define UNDER_QEMU "kvm tcg xen haxm nvmm"
#define HYPERV_CLOCKS "virtualbox kvm"

/* Where, how, the text; what it names, what it means, the vendor that CPUID
 * ought to show, and others that agree with it. */
#define ROW(at, cmp, str, names, mean, id, also)                               \
	.places = (at), .how = (cmp), .text = (str), .name = (names),          \
	.means = (mean), .vendor = (id), .others = (also)

/* The first row that fits counts. */
static const struct hv_evidence_row rows[] = {
	/* Before the text that EC2's virtual machines have as well. */
	{ROW(HV_AT_PRODUCT, HV_CONTAINS, ".metal", "Amazon EC2", METAL, "",
		"")},
	{ROW(HV_AT_DMI, HV_STARTS, "KVM", "KVM", VIRTUAL, "kvm", "tcg")},
	{ROW(HV_AT_DMI, HV_STARTS, "OpenStack", "OpenStack", VIRTUAL, "",
		UNDER_QEMU " vmware hyperv")},
	{ROW(HV_AT_DMI, HV_STARTS, "KubeVirt", "KubeVirt", VIRTUAL, "kvm",
		"tcg")},
	{ROW(HV_AT_DMI, HV_STARTS, "Amazon EC2", "Amazon EC2", EITHER, "",
		NULL)},
	{ROW(HV_AT_DMI, HV_STARTS, "QEMU", "QEMU", VIRTUAL, "", UNDER_QEMU)},
	{ROW(HV_AT_DMI, HV_STARTS, "VMware", "VMware", VIRTUAL, "vmware", "")},
	{ROW(HV_AT_DMI, HV_STARTS, "VMW", "VMware", VIRTUAL, "vmware", "")},
	{ROW(HV_AT_DMI, HV_STARTS, "innotek GmbH", "VirtualBox", VIRTUAL,
		"virtualbox", "kvm hyperv")},
	{ROW(HV_AT_DMI, HV_STARTS, "VirtualBox", "VirtualBox", VIRTUAL,
		"virtualbox", "kvm hyperv")},
	{ROW(HV_AT_DMI, HV_STARTS, "Oracle Corporation", "Oracle", EITHER,
		"virtualbox", NULL)},
	{ROW(HV_AT_DMI, HV_STARTS, "Xen", "Xen", VIRTUAL, "xen", "")},
	{ROW(HV_AT_DMI, HV_STARTS, "Bochs", "Bochs' firmware", VIRTUAL, "",
		UNDER_QEMU)},
	{ROW(HV_AT_DMI, HV_STARTS, "Parallels", "Parallels", VIRTUAL,
		"parallels", "kvm")},
	{ROW(HV_AT_DMI, HV_STARTS, "BHYVE", "bhyve", VIRTUAL, "bhyve", "")},
	{ROW(HV_AT_DMI, HV_STARTS, "Hyper-V", "Hyper-V", VIRTUAL, "hyperv",
		"")},
	{ROW(HV_AT_PRODUCT, HV_WHOLE, "Virtual Machine", "Hyper-V", VIRTUAL,
		"hyperv", "")},
	{ROW(HV_AT_DMI, HV_STARTS, "Apple Virtualization",
		"Apple Virtualization", VIRTUAL, "apple-vz", "")},
	{ROW(HV_AT_DMI, HV_STARTS, "Google Compute Engine",
		"Google Compute Engine", VIRTUAL, "kvm", "")},
	{ROW(HV_AT_PRODUCT, HV_WHOLE, "AHV", "Nutanix AHV", VIRTUAL, "kvm",
		"")},
	{ROW(HV_AT_DMI, HV_STARTS, "oVirt", "oVirt", VIRTUAL, "kvm", "tcg")},
	{ROW(HV_AT_DMI, HV_STARTS, "RHEV", "RHEV", VIRTUAL, "kvm", "tcg")},
	{ROW(HV_AT_DMI, HV_STARTS, "Virtuozzo", "Virtuozzo", VIRTUAL, "kvm",
		"parallels")},
	{ROW(HV_AT_DMI, HV_STARTS, "Cloud Hypervisor", "Cloud Hypervisor",
		VIRTUAL, "", "kvm hyperv")},
	{ROW(HV_AT_DMI, HV_STARTS, "SeaBIOS", "SeaBIOS", VIRTUAL, "",
		UNDER_QEMU " bhyve")},

	{ROW(HV_AT_SMBIOS, HV_STARTS, "", "", VIRTUAL, "", NULL)},

	{ROW(HV_AT_FADT, HV_STARTS, "FIRECKVM", "Firecracker", VIRTUAL, "kvm",
		"")},
	{ROW(HV_AT_FADT, HV_STARTS, "CROSVM", "crosvm", VIRTUAL, "kvm", "")},
	{ROW(HV_AT_FADT, HV_STARTS, "CLOUDHYP", "Cloud Hypervisor", VIRTUAL, "",
		"kvm hyperv")},
	{ROW(HV_AT_FADT, HV_STARTS, "QEMU", "QEMU", VIRTUAL, "", UNDER_QEMU)},
	{ROW(HV_AT_FADT, HV_STARTS, "XenVMM", "Xen", VIRTUAL, "xen", "")},
	{ROW(HV_AT_FADT, HV_STARTS, "MsHyperV", "Hyper-V", VIRTUAL, "hyperv",
		"")},
	/* Firmware of real machines ought to leave it zero; whether all of it
	 * does is not known. */
	{ROW(HV_AT_FADT, HV_STARTS, "", NULL, EITHER, "", NULL)},

	{ROW(HV_AT_OEM, HV_STARTS, "FIRECK", "Firecracker", VIRTUAL, "kvm",
		"")},
	{ROW(HV_AT_OEM, HV_STARTS, "CROSVM", "crosvm", VIRTUAL, "kvm", "")},
	{ROW(HV_AT_OEM, HV_STARTS, "CLOUDH", "Cloud Hypervisor", VIRTUAL, "",
		"kvm hyperv")},
	{ROW(HV_AT_OEM, HV_STARTS, "BOCHS", "QEMU", VIRTUAL, "", UNDER_QEMU)},
	{ROW(HV_AT_OEM, HV_STARTS, "VBOX", "VirtualBox", VIRTUAL, "virtualbox",
		"kvm hyperv")},
	{ROW(HV_AT_OEM, HV_STARTS, "VRTUAL", "Hyper-V", VIRTUAL, "hyperv", "")},
	{ROW(HV_AT_OEM, HV_WHOLE, "Xen", "Xen", VIRTUAL, "xen", "")},
	{ROW(HV_AT_OEM, HV_STARTS, "BHYVE", "bhyve", VIRTUAL, "bhyve", "")},
	{ROW(HV_AT_OEM, HV_STARTS, "AMAZON", "Amazon EC2", EITHER, "", NULL)},

	{ROW(HV_AT_WAET, HV_STARTS, "", "", VIRTUAL, "", NULL)},

	{ROW(HV_AT_TREE, HV_STARTS, "linux,kvm", "KVM", VIRTUAL, "kvm", "")},
	{ROW(HV_AT_TREE, HV_CONTAINS, "xen", "Xen", VIRTUAL, "xen", "")},
	{ROW(HV_AT_TREE, HV_CONTAINS, "vmware", "VMware", VIRTUAL, "vmware",
		"")},
	{ROW(HV_AT_TREE, HV_STARTS, "", NULL, VIRTUAL, "", NULL)},

	{ROW(HV_AT_SYS_HV, HV_STARTS, "xen", "Xen", VIRTUAL, "xen", ""),
		.without_bit = true},
	{ROW(HV_AT_CAPS, HV_CONTAINS, "control_d", "Xen's control domain",
		 VIRTUAL, "xen", ""),
		.without_bit = true, .dom0 = true},
	{ROW(HV_AT_CAPS, HV_STARTS, "", "Xen", VIRTUAL, "xen", ""),
		.without_bit = true},
	{ROW(HV_AT_FEATURES, HV_STARTS, "", "Xen's control domain", VIRTUAL,
		 "xen", ""),
		.without_bit = true, .dom0 = true},

	{ROW(HV_AT_RELEASE, HV_CONTAINS, "WSL2", "WSL 2", VIRTUAL, "hyperv",
		"")},
	{ROW(HV_AT_RELEASE, HV_CONTAINS, "microsoft-standard", "WSL 2", VIRTUAL,
		"hyperv", "")},
	/* Linux's system calls on Windows's kernel: no virtual machine. */
	{ROW(HV_AT_RELEASE, HV_CONTAINS, "Microsoft", "WSL 1", CONTAINER, "",
		NULL)},

	{ROW(HV_AT_VMCLOCK, HV_STARTS, "", "VMClock", VIRTUAL, "", NULL)},

	/* Linux registers these where it has found their hypervisor, by the
	 * signature; others offer the same interface. */
	{ROW(HV_AT_CLOCKS, HV_WHOLE, CLOCKSOURCE_KVM, "KVM", VIRTUAL, "kvm",
		"openbsd-vmm")},
	{ROW(HV_AT_CLOCKS, HV_WHOLE, CLOCKSOURCE_XEN, "Xen", VIRTUAL, "xen",
		 ""),
		.without_bit = true},
	{ROW(HV_AT_CLOCKS, HV_WHOLE, CLOCKSOURCE_HYPERV_PAGE, "Hyper-V",
		VIRTUAL, "hyperv", HYPERV_CLOCKS)},
	{ROW(HV_AT_CLOCKS, HV_WHOLE, CLOCKSOURCE_HYPERV_MSR, "Hyper-V", VIRTUAL,
		"hyperv", HYPERV_CLOCKS)},

	{ROW(HV_AT_LEAF_0, HV_WHOLE, "LKVMLKVMLKVM", "kvmtool", VIRTUAL, "kvm",
		"")},
	{ROW(HV_AT_LEAF_0, HV_WHOLE, "VirtualApple", "Rosetta 2", VIRTUAL, "",
		 NULL),
		.without_bit = true},
	{ROW(HV_AT_LEAF_0, HV_WHOLE, "MicrosoftXTA", "Windows' x86 emulator",
		 VIRTUAL, "", NULL),
		.without_bit = true},
	{ROW(HV_AT_LEAF_0, HV_WHOLE, "Virtual CPU", "an emulator", VIRTUAL, "",
		 NULL),
		.without_bit = true},
	{ROW(HV_AT_LEAF_0, HV_WHOLE, "ConnectixCPU", "Virtual PC", VIRTUAL, "",
		 NULL),
		.without_bit = true},
	{ROW(HV_AT_LEAF_0, HV_WHOLE, "Insignia 586", "an emulator", VIRTUAL, "",
		 NULL),
		.without_bit = true},
	{ROW(HV_AT_LEAF_0, HV_WHOLE, "Compaq FX!32", "FX!32", VIRTUAL, "",
		 NULL),
		.without_bit = true},
	{ROW(HV_AT_LEAF_0, HV_WHOLE, "PowerVM Lx86", "PowerVM Lx86", VIRTUAL,
		 "", NULL),
		.without_bit = true},
	{ROW(HV_AT_LEAF_0, HV_WHOLE, "Neko Project", "Neko Project II", VIRTUAL,
		 "", NULL),
		.without_bit = true},

	/* Both kinds of WSL give systemd this name. */
	{ROW(HV_AT_SYSTEMD, HV_WHOLE, "wsl", "WSL", EITHER, "", NULL)},
	{ROW(HV_AT_SYSTEMD | HV_AT_MANAGER, HV_STARTS, "docker", "Docker",
		CONTAINER, "", NULL)},
	{ROW(HV_AT_SYSTEMD | HV_AT_MANAGER, HV_STARTS, "", NULL, CONTAINER, "",
		NULL)},
	{ROW(HV_AT_DOCKER, HV_STARTS, "", "Docker", CONTAINER, "", NULL)},
};
#define N_ROWS (sizeof(rows) / sizeof(*rows))

const struct hv_evidence_row *hv_evidence_row_at(size_t i)
{
	return i < N_ROWS ? &rows[i] : NULL;
}

static bool fits(const struct hv_evidence_row *row, const char *text)
{
	switch (row->how) {
	case HV_WHOLE:
		return !strcmp(text, row->text);
	case HV_CONTAINS:
		return strstr(text, row->text) != NULL;
	default:
		return !strncmp(text, row->text, strlen(row->text));
	}
}

const struct hv_evidence_row *hv_evidence_row_for(
	enum hv_place place, const char *text)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].places & place && fits(&rows[i], text))
			return &rows[i];
	return NULL;
}
