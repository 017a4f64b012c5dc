/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Hyper-V's reference TSC page, where the vDSO maps it. */
#include <errno.h>

#include "calib/source/source.h"
#include "hv/hyperv.h"

static void survey(struct run *run, struct estimate *est)
{
	struct outcome a;

	if (!run->kernel.guest)
		est_say(est, TSCAL_STATUS_ABSENT, "no hypervisor here");
	else if (!hv_hyperv_interface(run->plat, &run->hv, &a))
		est_say(est, a.status, "%s", a.sentence);
	else
		est_say(est, TSCAL_STATUS_READY,
			"would look for the reference TSC page in the vDSO's "
			"pages");
}

static void ask(struct run *run, struct estimate *est)
{
	struct hyperv_page page;
	int rc;

	survey(run, est);
	if (est->line.status != TSCAL_STATUS_READY)
		return;
	if (run->raw.status != TSCAL_STATUS_READY) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"nothing measured to confirm the page by");
		return;
	}
	rc = clock_pages_hyperv(run->plat, run->raw.hz, &page);
	switch (rc) {
	case 0:
		est_number(est, page.hz, page.lo, page.hi, TSCAL_ROOT_HV,
			"reference TSC page, scale 0x%llx",
			(unsigned long long)page.scale);
		break;
	case -EFAULT:
	case -ENOENT:
		est_say(est, TSCAL_STATUS_ABSENT,
			"the vDSO maps no reference TSC page that fits the "
			"measurement");
		break;
	case -EBUSY:
		est_say(est, TSCAL_STATUS_UNSTABLE,
			"the reference TSC page changes with every look");
		break;
	default:
		est_errno(est, rc, "the reference TSC page");
	}
}

const struct source source_hyperv_page = {
	.id = TSCAL_SOURCE_HYPERV_PAGE,
	.name = "hyperv-page",
	.kind = TSCAL_KIND_REPORTED,
	.needs = "Hyper-V's reference TSC page mapped into the process",
	.survey = survey,
	.ask = ask,
};
