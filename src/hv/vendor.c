/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The table of vendors, with the source of each row in docs/hypervisors.md;
 * tests/unit/hv/test_hv_table.c compares the two.
 */
#include "hv/vendor.h"

#include <string.h>

#include "hv/clocksource.h"
#include "hv/leaf.h"

#define AT_10 "base + 0x10 EAX, kHz"
#define HYPERV_MSR                                                             \
	"its rate is in MSR 0x40000022, which /dev/cpu/0/msr shows "           \
	"(CAP_SYS_RAWIO)"

/*
 * VirtualBox's "minimal" interface (VMM/VMMR3/GIMMinimal.cpp): EAX is
 * 0x40000010, and no signature at all.  Twelve NUL bytes are what a guest of
 * any hypervisor reads where nothing was set, so firmware has to name
 * VirtualBox too.
 */
static bool virtualbox_minimal(struct tscal_platform *plat,
	struct hv_evidence *ev, const struct tscal_hv_match *match)
{
	return match->base == 0x40000000 && match->eax == 0x40000010 &&
	       hv_firmware_names(plat, ev, "virtualbox");
}

/* Id, name, signatures. */
#define ROW(id_, name_, ...)                                                   \
	.id = (id_), .name = (name_), .signatures = {__VA_ARGS__},             \
	.n_signatures = sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)

static const struct hv_vendor rows[] = {
	{ROW("vmware", "VMware", "VMwareVMware"),
		.linux_asks = HV_LINUX_ASKS_UNSEEN, .pv_off = "nopv",
		.timing = hv_khz_leaf, .timing_leaf = AT_10},
	{
		ROW("kvm", "KVM", "KVMKVMKVM"),
		.linux_asks = HV_LINUX_ASKS_KVM_CLOCK,
		.linux_clocksource = CLOCKSOURCE_KVM,
		.pv_off = "no-kvmclock nopv",
		.features_at_1 = true,
		/* Old hosts wrote 0, and had one leaf. */
		.leaves_if_zero = 1,
		.watch = TSCAL_WATCH_PVCLOCK,
		.timing = hv_khz_leaf,
		.timing_leaf = AT_10,
	},
	/* Cloud Hypervisor with kvm_hyperv: KVM's name, Hyper-V's leaves, so
	 * base + 0x10 is not KVM's there. */
	{ROW("kvm", "KVM with Hyper-V leaves", "Linux KVM Hv"),
		.instead = HYPERV_MSR},
	{ROW("hyperv", "Hyper-V", "Microsoft Hv"),
		.linux_asks = HV_LINUX_ASKS_HYPERV_MSR, .pv_off = "nopv",
		.watch = TSCAL_WATCH_HYPERV, .instead = HYPERV_MSR},
	{ROW("xen", "Xen", "XenVMMXenVMM"), .linux_asks = HV_LINUX_ASKS_UNSEEN,
		.linux_clocksource = CLOCKSOURCE_XEN, .pv_off = "xen_nopv nopv",
		.watch = TSCAL_WATCH_XEN, .timing = hv_xen_timing,
		.timing_leaf = "base + 3 subleaf 0 ECX, kHz"},
	{ROW("virtualbox", "VirtualBox (minimal)", ""),
		.confirm = virtualbox_minimal, .timing = hv_khz_leaf,
		.timing_leaf = AT_10},
	{ROW("virtualbox", "VirtualBox (Hyper-V)", "VBoxVBoxVBox"),
		.instead = HYPERV_MSR},
	{ROW("acrn", "ACRN", "ACRNACRNACRN"), .linux_asks = HV_LINUX_ASKS_LEAF,
		.pv_off = "nopv", .timing = hv_khz_leaf, .timing_leaf = AT_10},
	{ROW("bhyve", "bhyve", "bhyve bhyve ", "BHyVE BHyVE ")},
	{ROW("jailhouse", "Jailhouse", "Jailhouse"),
		.linux_asks = HV_LINUX_ASKS_UNSEEN,
		.instead = "its rate is in memory that only the kernel reads"},
	{
		ROW("openbsd-vmm", "OpenBSD vmm", "OpenBSDVMM58"),
		/* By the KVM leaves at the next base. */
		.linux_asks = HV_LINUX_ASKS_KVM_CLOCK,
		.linux_clocksource = CLOCKSOURCE_KVM,
		.pv_off = "no-kvmclock nopv",
		.keeps_identity = true,
		.watch = TSCAL_WATCH_PVCLOCK,
		.instead = "it offers KVM's clock, which only the kernel reads",
	},
	{ROW("qnx", "QNX Hypervisor", "QNXQVMBSQG", " QNXQVMBSQG ")},
	{ROW("nvmm", "NetBSD NVMM", "___ NVMM ___")},
	{ROW("haxm", "Intel HAXM", "HAXMHAXMHAXM")},
	{ROW("kgt", "Intel KGT (Trusty)", "EVMMEVMMEVMM")},
	{ROW("parallels", "Parallels", " lrpepyh  vr", "prl hyperv  ",
		" prl hyperv ", "prl hyperv")},
	{ROW("apple-vz", "Apple Virtualization", "Apple VZ")},
	{ROW("unisys", "Unisys s-Par", "UnisysSpar64")},
	{ROW("lmhs", "Lockheed Martin LMHS", "SRESRESRESRE")},
	{ROW("tcg", "QEMU TCG", "TCGTCGTCGTCG")},
	{ROW("fex", "FEX-Emu", "FEXIFEXIEMU")},
	{ROW("napoca", "Bitdefender Napoca", "Napocahv    ")},
	/* Seen, named for people, without an id of their own. */
	{ROW("unknown", "AmdIntelEmu", "GenuMD\0\0ineA")},
	{ROW("unknown", "Barevisor", "Barevisor!")},
	{ROW("unknown", "MiniVisor", "MiniVisor")},
	{ROW("unknown", "NoirVisor", "NoirVisor ZT")},
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

const struct hv_vendor *hv_vendor_by_id(const char *id)
{
	const struct hv_vendor *last = &rows[N_ROWS - 1];

	/* Rows with the last one's id are of single signatures. */
	for (size_t i = 0; i < N_ROWS && strcmp(id, last->id) != 0; i++)
		if (!strcmp(rows[i].id, id))
			return &rows[i];
	return last;
}

const struct hv_vendor *hv_vendor_main(const struct tscal_hv *hv)
{
	return hv->main.base ? hv_vendor_of(&hv->main)
			     : hv_vendor_by_id(hv->main.vendor);
}
