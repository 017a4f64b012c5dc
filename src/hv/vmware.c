/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * VMware's backdoor, for guests without a timing leaf, or to confirm that leaf.
 * It is called only if CPUID or the firmware names VMware.
 */
#include "hv/vendor.h"

#include <string.h>

#include "hv/evidence.h"

/* Leaf base + 0x10, ECX: hypercalls that are permitted (Linux,
 * arch/x86/kernel/cpu/vmware.c). */
#define VMMCALL 1U
#define VMCALL 2U

bool hv_vmware_backdoor(struct tscal_platform *plat, struct hv_evidence *ev,
	const struct tscal_hv *hv, enum plat_backdoor *how, struct outcome *o)
{
	bool cpuid = hv->present && !strcmp(hv->main.vendor, "vmware");
	bool firmware = hv_firmware_names(plat, ev, "vmware");
	struct plat_cpuid r;

	*o = (struct outcome){0};
	*how = PLAT_BACKDOOR_PORT;
	if (!cpuid && !firmware) {
		outcome_set(o, TSCAL_STATUS_ABSENT,
			"neither CPUID nor the firmware names VMware");
		return false;
	}
	/* QEMU on Windows shows VMware's signature and leaves other data in
	 * ECX (target/i386/whpx): the firmware tells the two apart. */
	if (cpuid && firmware && hv->main.max_leaf >= hv->main.base + 0x10 &&
		!plat->ops->cpuid(plat, hv->main.base + 0x10, 0, &r)) {
		if (r.ecx & VMMCALL)
			*how = PLAT_BACKDOOR_VMMCALL;
		else if (r.ecx & VMCALL)
			*how = PLAT_BACKDOOR_VMCALL;
	}
	return true;
}
