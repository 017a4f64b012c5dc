/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The table of vendors, with the source of each row in docs/hypervisors.md;
 * tests/unit/hv/test_hv_table.c compares the two.
 */
#include "hv/vendor.h"

#include <string.h>

#include "hv/leaf.h"
#include "hv/virtualbox.h"
#include "hv/xen.h"

#define AT_10 "base + 0x10 EAX, kHz"
#define HYPERV_MSR "its rate is in MSR 0x40000022, which only root can read"

static const struct hv_vendor rows[] = {
	{.id = "vmware",
		.name = "VMware",
		.n_signatures = 1,
		.signatures = {"VMwareVMware"},
		.linux_calibrates = true,
		.timing = hv_khz_leaf,
		.timing_leaf = AT_10},
	{.id = "kvm",
		.name = "KVM",
		.n_signatures = 1,
		.signatures = {"KVMKVMKVM"},
		.linux_calibrates = true,
		.features_at_1 = true,
		/* Old hosts wrote 0, and had one leaf. */
		.leaves_if_zero = 1,
		.watch = TSCAL_WATCH_PVCLOCK,
		.timing = hv_khz_leaf,
		.timing_leaf = AT_10},
	/* Cloud Hypervisor with kvm_hyperv: KVM's name, Hyper-V's leaves, so
	 * base + 0x10 is not KVM's there. */
	{.id = "kvm",
		.name = "KVM with Hyper-V leaves",
		.n_signatures = 1,
		.signatures = {"Linux KVM Hv"},
		.instead = HYPERV_MSR},
	{.id = "hyperv",
		.name = "Hyper-V",
		.n_signatures = 1,
		.signatures = {"Microsoft Hv"},
		.linux_calibrates = true,
		.watch = TSCAL_WATCH_HYPERV,
		.instead = HYPERV_MSR},
	{.id = "xen",
		.name = "Xen",
		.n_signatures = 1,
		.signatures = {"XenVMMXenVMM"},
		.linux_calibrates = true,
		.watch = TSCAL_WATCH_XEN,
		.timing = hv_xen_timing,
		.timing_leaf = "base + 3 subleaf 0 ECX, kHz"},
	{.id = "virtualbox",
		.name = "VirtualBox (minimal)",
		.n_signatures = 1,
		.signatures = {""},
		.confirm = hv_virtualbox_minimal,
		.timing = hv_khz_leaf,
		.timing_leaf = AT_10},
	{.id = "virtualbox",
		.name = "VirtualBox (Hyper-V)",
		.n_signatures = 1,
		.signatures = {"VBoxVBoxVBox"},
		.instead = HYPERV_MSR},
	{.id = "acrn",
		.name = "ACRN",
		.n_signatures = 1,
		.signatures = {"ACRNACRNACRN"},
		.linux_calibrates = true,
		.timing = hv_khz_leaf,
		.timing_leaf = AT_10},
	{.id = "bhyve",
		.name = "bhyve",
		.n_signatures = 2,
		.signatures = {"bhyve bhyve ", "BHyVE BHyVE "}},
	{.id = "jailhouse",
		.name = "Jailhouse",
		.n_signatures = 1,
		.signatures = {"Jailhouse"},
		.linux_calibrates = true,
		.instead = "its rate is in memory that only the kernel reads"},
	{.id = "openbsd-vmm",
		.name = "OpenBSD vmm",
		.n_signatures = 1,
		.signatures = {"OpenBSDVMM58"},
		/* By the KVM leaves at the next base. */
		.linux_calibrates = true,
		.keeps_identity = true,
		.watch = TSCAL_WATCH_PVCLOCK,
		.instead =
			"it offers KVM's clock, which only the kernel reads"},
	{.id = "qnx",
		.name = "QNX Hypervisor",
		.n_signatures = 2,
		.signatures = {"QNXQVMBSQG", " QNXQVMBSQG "}},
	{.id = "nvmm",
		.name = "NetBSD NVMM",
		.n_signatures = 1,
		.signatures = {"___ NVMM ___"}},
	{.id = "haxm",
		.name = "Intel HAXM",
		.n_signatures = 1,
		.signatures = {"HAXMHAXMHAXM"}},
	{.id = "kgt",
		.name = "Intel KGT (Trusty)",
		.n_signatures = 1,
		.signatures = {"EVMMEVMMEVMM"}},
	{.id = "parallels",
		.name = "Parallels",
		.n_signatures = 4,
		.signatures = {" lrpepyh  vr", "prl hyperv  ", " prl hyperv ",
			"prl hyperv"}},
	{.id = "apple-vz",
		.name = "Apple Virtualization",
		.n_signatures = 1,
		.signatures = {"Apple VZ"}},
	{.id = "unisys",
		.name = "Unisys s-Par",
		.n_signatures = 1,
		.signatures = {"UnisysSpar64"}},
	{.id = "lmhs",
		.name = "Lockheed Martin LMHS",
		.n_signatures = 1,
		.signatures = {"SRESRESRESRE"}},
	{.id = "tcg",
		.name = "QEMU TCG",
		.n_signatures = 1,
		.signatures = {"TCGTCGTCGTCG"}},
	{.id = "fex",
		.name = "FEX-Emu",
		.n_signatures = 1,
		.signatures = {"FEXIFEXIEMU"}},
	{.id = "napoca",
		.name = "Bitdefender Napoca",
		.n_signatures = 1,
		.signatures = {"Napocahv    "}},
	/* Seen, named for people, without an id of their own. */
	{.id = "unknown",
		.name = "AmdIntelEmu",
		.n_signatures = 1,
		.signatures = {"GenuMD\0\0ineA"}},
	{.id = "unknown",
		.name = "Barevisor",
		.n_signatures = 1,
		.signatures = {"Barevisor!"}},
	{.id = "unknown",
		.name = "MiniVisor",
		.n_signatures = 1,
		.signatures = {"MiniVisor"}},
	{.id = "unknown",
		.name = "NoirVisor",
		.n_signatures = 1,
		.signatures = {"NoirVisor ZT"}},
	/* The last row is for all other signatures. */
	{.id = "unknown", .name = "an unknown hypervisor"},
};
#define N_ROWS (sizeof(rows) / sizeof(*rows))

const struct hv_vendor *hv_vendor_row(size_t i)
{
	return i < N_ROWS ? &rows[i] : NULL;
}

bool hv_vendor_has_signature(
	const struct hv_vendor *row, const uint8_t *signature)
{
	for (size_t i = 0; i < row->n_signatures; i++)
		if (!memcmp(row->signatures[i], signature, 12))
			return true;
	return false;
}

const struct hv_vendor *hv_vendor_of(const struct tscal_hv_match *match)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (!strcmp(rows[i].id, match->vendor) &&
			hv_vendor_has_signature(&rows[i], match->signature))
			return &rows[i];
	return &rows[N_ROWS - 1];
}
