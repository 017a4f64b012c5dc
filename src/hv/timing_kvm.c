/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* KVM: leaf base + 0x10, EAX in kHz, where QEMU, Nitro or Cloud Hypervisor set
 * it (QEMU, target/i386/kvm/kvm.c, vmware-cpuid-freq). */
#include "hv/vendor.h"

void hv_kvm_timing(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *answer)
{
	hv_khz_leaf(plat, match, answer);
}
