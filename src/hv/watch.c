/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What reports a move: what the hypervisor's row has, less what its features do
 * not offer here. */
#include "hv/vendor.h"

uint32_t hv_watch(
	struct tscal_platform *plat, const struct tscal_hv *hv, bool pvclock)
{
	uint32_t watch = hv->present ? hv_vendor_main(hv)->watch : 0;

	/* Where another layer answers CPUID, only the record that the kernel
	 * uses is known to be there. */
	if (hv_other_layer(hv))
		return watch & TSCAL_WATCH_PVCLOCK;
	/* Each leaf costs an exit: read only where it can change something. */
	if (watch & TSCAL_WATCH_PVCLOCK && !pvclock &&
		!hv_kvm_offers(plat, hv, HV_KVM_CLOCKS))
		watch &= ~TSCAL_WATCH_PVCLOCK;
	if (watch & TSCAL_WATCH_HYPERV &&
		hv_hyperv_never_reenlightens(plat, hv))
		watch &= ~TSCAL_WATCH_HYPERV;
	return watch;
}
