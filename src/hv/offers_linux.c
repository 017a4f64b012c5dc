/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * What Linux asks of a hypervisor before it takes the TSC's rate from it: the
 * signature alone gives no rate.  Linux: kvmclock_init(), xen_time_init(),
 * ms_hyperv_init_platform(), vmware_platform_setup(), acrn_init_platform(),
 * jailhouse_init_platform().
 */
#include "hv/vendor.h"

bool hv_offers_linux(struct tscal_platform *plat, const struct tscal_hv *hv,
	const struct hv_answer *timing)
{
	struct outcome o;

	switch (hv_vendor_of(&hv->main)->linux_asks) {
	case HV_LINUX_TAKES_NONE:
		break;
	/* Xen's shared page, VMware's backdoor, Jailhouse's memory. */
	case HV_LINUX_ASKS_NOTHING:
		return true;
	case HV_LINUX_ASKS_KVM_CLOCK:
		return !hv_kvm_lacks(plat, hv, HV_KVM_CLOCKS);
	case HV_LINUX_ASKS_HYPERV_MSR:
		return hv_hyperv_offers_msr(plat, hv, &o);
	case HV_LINUX_ASKS_LEAF:
		return timing->outcome.status == TSCAL_STATUS_READY;
	}
	return false;
}
