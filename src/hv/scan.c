/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <string.h>
#include <stdio.h>

#include "hv/vendor.h"

int tscal_hv_detect(struct tscal_platform *plat, struct tscal_hv *hv)
{
	struct plat_cpuid r;
	int rc;

	if (!plat)
		plat = tscal_platform_passive();
	memset(hv, 0, sizeof(*hv));
	strcpy(hv->main.vendor, "none");
	rc = plat->ops->cpuid(plat, 1, 0, &r);
	if (rc)
		return rc;
	if (!(r.ecx >> 31))
		return 0;
	rc = plat->ops->cpuid(plat, 0x40000000, 0, &r);
	if (rc)
		return rc;
	hv->present = true;
	hv->main.base = 0x40000000;
	hv->main.max_leaf = r.eax;
	hv->main.eax = r.eax;
	memcpy(hv->main.signature, &r.ebx, 12);
	strcpy(hv->main.vendor, "unknown");
	for (size_t i = 0; hv_vendor_row(i); i++)
		if (!memcmp(hv_vendor_row(i)->signature, hv->main.signature,
			    12))
			strcpy(hv->main.vendor, hv_vendor_row(i)->id);
	snprintf(hv->main.name, sizeof(hv->main.name), "%s",
		hv_vendor_of(&hv->main)->name);
	return 0;
}
