/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * VMware's backdoor, for guests without a timing leaf, or to confirm that leaf.
 * It is called only if CPUID or the firmware names VMware.
 */
#include "hv/vendor.h"

#include <string.h>

/* Leaf base + 0x10, ECX: hypercalls that are permitted (Linux,
 * arch/x86/kernel/cpu/vmware.c). */
#define VMMCALL 1U
#define VMCALL 2U

static bool by_cpuid(const struct tscal_hv *hv)
{
	return hv->present && !strcmp(hv->main.vendor, "vmware");
}

bool hv_is_vmware(struct tscal_platform *plat, struct hv_evidence *ev,
	const struct tscal_hv *hv)
{
	return by_cpuid(hv) || hv_firmware_names(plat, ev, "vmware");
}

enum plat_backdoor hv_vmware_backdoor(struct tscal_platform *plat,
	struct hv_evidence *ev, const struct tscal_hv *hv)
{
	struct plat_cpuid r;

	/* QEMU on Windows shows VMware's signature and leaves other data in
	 * ECX (target/i386/whpx): the firmware tells the two apart. */
	if (by_cpuid(hv) && hv_firmware_names(plat, ev, "vmware") &&
		hv->main.max_leaf >= hv->main.base + 0x10 &&
		!plat->ops->cpuid(plat, hv->main.base + 0x10, 0, &r)) {
		if (r.ecx & VMMCALL)
			return PLAT_BACKDOOR_VMMCALL;
		if (r.ecx & VMCALL)
			return PLAT_BACKDOOR_VMCALL;
	}
	return PLAT_BACKDOOR_PORT;
}
