/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/facts/hypervisor.h"

#include "hv/scan.h"

void hypervisor_find(struct tscal_platform *plat, struct facts *facts,
	bool quick, struct hypervisor *hv)
{
	unsigned gap = quick ? HV_SCAN_QUICK : HV_SCAN_ALL;

	/* Where CPUID cannot be read it gives no vendor. */
	if (facts->hv_bit < 0)
		(void)hv_scan(plat, gap, &facts->evidence, &hv->id);
	else
		hv_scan_by_bit(
			plat, facts->hv_bit, gap, &facts->evidence, &hv->id);
	if (hv->id.present && !hv->id.main.base && !hv_other_layer(&hv->id)) {
		struct plat_cpuid r;

		hv->base_rc = plat->ops->cpuid(plat, 0x40000000, 0, &r);
	}
	if (hv->id.present)
		hv->vendor = hv_vendor_main(&hv->id);
	hv->hyperv_tdx = hv_hyperv_tdx(plat, &hv->id);
	facts->tdx |= hv->hyperv_tdx;
	if (hv_other_layer(&hv->id)) {
		/* Another layer's CPUID promises nothing to this guest. */
		facts->invariant = -1;
		facts->tdx = false;
	} else if (hv->vendor && hv->vendor->timing)
		hv->vendor->timing(plat, &hv->id.main, &hv->timing);
	/* Each CPUID is an exit: asked only where it decides. */
	if (hv->vendor &&
		(!hv->vendor->linux_clocksource || !facts->clocksource_visible))
		hv->offers_linux = hv_offers_linux(plat, &hv->id, &hv->timing);
}
