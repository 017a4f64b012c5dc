/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Hyper-V's reference TSC page, where the vDSO maps it. */
#include "calib/source/source.h"
#include "hv/vendor.h"

static bool check(const struct source_view *v, struct estimate *est)
{
	struct outcome out = {0};

	if (!source_in_guest(v, est))
		return false;
	if (hv_hyperv_interface(v->plat, &v->hv->id, &out))
		return true;
	est_outcome(est, &out, 0);
	return false;
}

static void read(const struct source_view *v, struct estimate *est)
{
	struct hyperv_page page;

	if (!measurements_raw(v->measured)) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"no measurement to confirm the page with");
		return;
	}
	clock_pages_hyperv(v->plat, v->measured->counters.raw.out.hz, &page);
	est_outcome(est, &page.out, TSCAL_ROOT_HV);
}

const struct source source_hyperv_page = {
	.id = TSCAL_SOURCE_HYPERV_PAGE,
	.name = "hyperv-page",
	.kind = TSCAL_KIND_REPORTED,
	.needs = "Hyper-V's reference TSC page mapped into the process",
	.check = check,
	.would = "would look for the reference TSC page in the vDSO's pages",
	.read = read,
};
