/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * What Linux asks of a hypervisor before it takes the TSC's rate from it: the
 * signature alone gives no rate.  Linux: kvmclock_init(), xen_time_init(),
 * ms_hyperv_init_platform(), vmware_platform_setup(), acrn_init_platform(),
 * jailhouse_init_platform().
 */
#include "hv/vendor.h"

/* Whether a leaf of the hypervisor's own base can be read. */
static bool readable(
	struct tscal_platform *plat, const struct tscal_hv *hv, uint32_t offset)
{
	struct plat_cpuid r;

	return !hv_cpuid(plat, &hv->main, hv->main.base + offset, 0, &r);
}

int hv_offers_linux(struct tscal_platform *plat, const struct tscal_hv *hv,
	const struct hv_answer *timing)
{
	struct outcome o;

	switch (hv_vendor_main(hv)->linux_asks) {
	case HV_LINUX_TAKES_NONE:
		break;
	/* Xen's shared page, VMware's backdoor, Jailhouse's memory: the
	 * signature decides. */
	case HV_LINUX_ASKS_UNSEEN:
		return 1;
	case HV_LINUX_ASKS_KVM_CLOCK:
		return hv_kvm_offers(plat, hv, HV_KVM_CLOCKS);
	case HV_LINUX_ASKS_HYPERV_MSR:
		if (hv_hyperv_offers_msr(plat, hv, &o))
			return 1;
		return readable(plat, hv, 1) && readable(plat, hv, 3) ? 0 : -1;
	case HV_LINUX_ASKS_LEAF:
		if (timing->outcome.status == TSCAL_STATUS_READY)
			return 1;
		return readable(plat, hv, 0x10) ? 0 : -1;
	}
	return 0;
}
