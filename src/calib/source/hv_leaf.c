/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The hypervisor's timing leaf, read as its vendor defines it. */
#include "calib/source/source.h"

static bool check(const struct source_view *v, struct estimate *est)
{
	const struct hv_vendor *vendor = v->hv->vendor;

	if (!v->hv->id.present && v->facts->leaf_1_rc)
		est_errno(est, v->facts->leaf_1_rc, "CPUID leaf 0x1");
	else if (!v->hv->id.present)
		est_say(est, TSCAL_STATUS_ABSENT, "no hypervisor by CPUID");
	else if (v->hv->base_rc)
		est_errno(est, v->hv->base_rc, "CPUID leaf 0x40000000");
	else if (hv_other_layer(&v->hv->id))
		est_say(est, TSCAL_STATUS_ABSENT,
			"CPUID shows the leaves of %s, but the kernel runs "
			"on %s",
			hv_other_layer(&v->hv->id)->name, v->hv->id.main.name);
	else if (!vendor->timing)
		est_say(est, TSCAL_STATUS_ABSENT,
			"%s defines no timing leaf%s%s", v->hv->id.main.name,
			vendor->instead ? ": " : "",
			vendor->instead ? vendor->instead : "");
	else
		return true;
	return false;
}

static void read(const struct source_view *v, struct estimate *est)
{
	est_outcome(est, &v->hv->timing.outcome, TSCAL_ROOT_HV);
}

const struct source source_hv_leaf = {
	.id = TSCAL_SOURCE_HV_LEAF,
	.name = "hv-leaf",
	.kind = TSCAL_KIND_REPORTED,
	.needs = "a hypervisor whose signature defines a timing leaf",
	.check = check,
	.read = read,
};
