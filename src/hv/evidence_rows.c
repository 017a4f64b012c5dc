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

#define HV_AT_CONTAINER_NAME (HV_AT_SYSTEMD | HV_AT_MANAGER)

/* Where, how, the text; what it names, what it means, the vendor that CPUID
 * ought to show, and others that agree with it. */
#define ROW(at, cmp, str, names, mean, id, also)                               \
	.places = HV_AT_##at, .how = HV_##cmp, .text = (str), .name = (names), \
	.means = (mean), .vendor = (id), .others = (also)

/* The name of a CPU that an emulator of programs makes up. */
#define EMULATOR(str, names)                                                   \
	ROW(LEAF_0, WHOLE, str, names, VIRTUAL, "", NULL), .without_bit = true

/* The first row that fits counts. */
static const struct hv_evidence_row rows[] = {
	/* Before the text that EC2's virtual machines have as well. */
	{ROW(PRODUCT, CONTAINS, ".metal", "Amazon EC2", METAL, "", "")},
	{ROW(DMI, STARTS, "KVM", "KVM", VIRTUAL, "kvm", "tcg")},
	{ROW(DMI, STARTS, "OpenStack", "OpenStack", VIRTUAL, "",
		UNDER_QEMU " vmware hyperv")},
	{ROW(DMI, STARTS, "KubeVirt", "KubeVirt", VIRTUAL, "kvm", "tcg")},
	{ROW(DMI, STARTS, "Amazon EC2", "Amazon EC2", EITHER, "", NULL)},
	{ROW(DMI, STARTS, "QEMU", "QEMU", VIRTUAL, "", UNDER_QEMU)},
	{ROW(DMI, STARTS, "VMware", "VMware", VIRTUAL, "vmware", "")},
	{ROW(DMI, STARTS, "VMW", "VMware", VIRTUAL, "vmware", "")},
	{ROW(DMI, STARTS, "innotek GmbH", "VirtualBox", VIRTUAL, "virtualbox",
		"kvm hyperv")},
	{ROW(DMI, STARTS, "VirtualBox", "VirtualBox", VIRTUAL, "virtualbox",
		"kvm hyperv")},
	{ROW(DMI, STARTS, "Oracle Corporation", "Oracle", EITHER, "virtualbox",
		NULL)},
	{ROW(DMI, STARTS, "Xen", "Xen", VIRTUAL, "xen", "")},
	{ROW(DMI, STARTS, "Bochs", "Bochs' firmware", VIRTUAL, "", UNDER_QEMU)},
	{ROW(DMI, STARTS, "Parallels", "Parallels", VIRTUAL, "parallels",
		"kvm")},
	{ROW(DMI, STARTS, "BHYVE", "bhyve", VIRTUAL, "bhyve", "")},
	{ROW(DMI, STARTS, "Hyper-V", "Hyper-V", VIRTUAL, "hyperv", "")},
	{ROW(PRODUCT, WHOLE, "Virtual Machine", "Hyper-V", VIRTUAL, "hyperv",
		"")},
	{ROW(DMI, STARTS, "Apple Virtualization", "Apple Virtualization",
		VIRTUAL, "apple-vz", "")},
	{ROW(DMI, STARTS, "Google Compute Engine", "Google Compute Engine",
		VIRTUAL, "kvm", "")},
	{ROW(PRODUCT, WHOLE, "AHV", "Nutanix AHV", VIRTUAL, "kvm", "")},
	{ROW(DMI, STARTS, "oVirt", "oVirt", VIRTUAL, "kvm", "tcg")},
	{ROW(DMI, STARTS, "RHEV", "RHEV", VIRTUAL, "kvm", "tcg")},
	{ROW(DMI, STARTS, "Virtuozzo", "Virtuozzo", VIRTUAL, "kvm",
		"parallels")},
	{ROW(DMI, STARTS, "Cloud Hypervisor", "Cloud Hypervisor", VIRTUAL, "",
		"kvm hyperv")},
	{ROW(DMI, STARTS, "SeaBIOS", "SeaBIOS", VIRTUAL, "",
		UNDER_QEMU " bhyve")},

	{ROW(SMBIOS, STARTS, "", "", VIRTUAL, "", NULL)},

	{ROW(FADT, STARTS, "FIRECKVM", "Firecracker", VIRTUAL, "kvm", "")},
	{ROW(FADT, STARTS, "CROSVM", "crosvm", VIRTUAL, "kvm", "")},
	{ROW(FADT, STARTS, "CLOUDHYP", "Cloud Hypervisor", VIRTUAL, "",
		"kvm hyperv")},
	{ROW(FADT, STARTS, "QEMU", "QEMU", VIRTUAL, "", UNDER_QEMU)},
	{ROW(FADT, STARTS, "XenVMM", "Xen", VIRTUAL, "xen", "")},
	{ROW(FADT, STARTS, "MsHyperV", "Hyper-V", VIRTUAL, "hyperv", "")},
	/* Firmware of real machines ought to leave it zero; whether all of it
	 * does is not known. */
	{ROW(FADT, STARTS, "", NULL, EITHER, "", NULL)},

	{ROW(OEM, STARTS, "FIRECK", "Firecracker", VIRTUAL, "kvm", "")},
	{ROW(OEM, STARTS, "CROSVM", "crosvm", VIRTUAL, "kvm", "")},
	{ROW(OEM, STARTS, "CLOUDH", "Cloud Hypervisor", VIRTUAL, "",
		"kvm hyperv")},
	{ROW(OEM, STARTS, "BOCHS", "QEMU", VIRTUAL, "", UNDER_QEMU)},
	{ROW(OEM, STARTS, "VBOX", "VirtualBox", VIRTUAL, "virtualbox",
		"kvm hyperv")},
	{ROW(OEM, STARTS, "VRTUAL", "Hyper-V", VIRTUAL, "hyperv", "")},
	{ROW(OEM, WHOLE, "Xen", "Xen", VIRTUAL, "xen", "")},
	{ROW(OEM, STARTS, "BHYVE", "bhyve", VIRTUAL, "bhyve", "")},
	{ROW(OEM, STARTS, "AMAZON", "Amazon EC2", EITHER, "", NULL)},

	{ROW(WAET, STARTS, "", "", VIRTUAL, "", NULL)},

	{ROW(TREE, STARTS, "linux,kvm", "KVM", VIRTUAL, "kvm", "")},
	{ROW(TREE, CONTAINS, "xen", "Xen", VIRTUAL, "xen", "")},
	{ROW(TREE, CONTAINS, "vmware", "VMware", VIRTUAL, "vmware", "")},
	{ROW(TREE, STARTS, "", NULL, VIRTUAL, "", NULL)},

	{ROW(SYS_HV, STARTS, "xen", "Xen", VIRTUAL, "xen", ""),
		.without_bit = true},
	{ROW(CAPS, CONTAINS, "control_d", "Xen's control domain", VIRTUAL,
		 "xen", ""),
		.without_bit = true, .dom0 = true},
	{ROW(CAPS, STARTS, "", "Xen", VIRTUAL, "xen", ""), .without_bit = true},
	{ROW(FEATURES, STARTS, "", "Xen's control domain", VIRTUAL, "xen", ""),
		.without_bit = true, .dom0 = true},

	{ROW(RELEASE, CONTAINS, "WSL2", "WSL 2", VIRTUAL, "hyperv", "")},
	{ROW(RELEASE, CONTAINS, "microsoft-standard", "WSL 2", VIRTUAL,
		"hyperv", "")},
	/* Linux's system calls on Windows's kernel: no virtual machine. */
	{ROW(RELEASE, CONTAINS, "Microsoft", "WSL 1", CONTAINER, "", NULL)},

	{ROW(VMCLOCK, STARTS, "", "VMClock", VIRTUAL, "", NULL)},

	/* Linux registers these where it has found their hypervisor, by the
	 * signature; others offer the same interface. */
	{ROW(CLOCKS, WHOLE, CLOCKSOURCE_KVM, "KVM", VIRTUAL, "kvm",
		"openbsd-vmm")},
	{ROW(CLOCKS, WHOLE, CLOCKSOURCE_XEN, "Xen", VIRTUAL, "xen", ""),
		.without_bit = true},
	{ROW(CLOCKS, WHOLE, CLOCKSOURCE_HYPERV_PAGE, "Hyper-V", VIRTUAL,
		"hyperv", HYPERV_CLOCKS)},
	{ROW(CLOCKS, WHOLE, CLOCKSOURCE_HYPERV_MSR, "Hyper-V", VIRTUAL,
		"hyperv", HYPERV_CLOCKS)},

	{ROW(LEAF_0, WHOLE, "LKVMLKVMLKVM", "kvmtool", VIRTUAL, "kvm", "")},
	{EMULATOR("VirtualApple", "Rosetta 2")},
	{EMULATOR("MicrosoftXTA", "Windows' x86 emulator")},
	{EMULATOR("Virtual CPU", "an emulator")},
	{EMULATOR("ConnectixCPU", "Virtual PC")},
	{EMULATOR("Insignia 586", "an emulator")},
	{EMULATOR("Compaq FX!32", "FX!32")},
	{EMULATOR("PowerVM Lx86", "PowerVM Lx86")},
	{EMULATOR("Neko Project", "Neko Project II")},

	/* Both kinds of WSL give systemd this name. */
	{ROW(SYSTEMD, WHOLE, "wsl", "WSL", EITHER, "", NULL)},
	{ROW(CONTAINER_NAME, STARTS, "docker", "Docker", CONTAINER, "", NULL)},
	{ROW(CONTAINER_NAME, STARTS, "", NULL, CONTAINER, "", NULL)},
	{ROW(DOCKER, STARTS, "", "Docker", CONTAINER, "", NULL)},
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
