/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The hypervisor's timing leaf, read as its vendor defines it. */
#include "calib/source/source.h"

static void ask(struct run *run, struct estimate *est)
{
	const struct outcome *a = &run->hv_answer.outcome;

	if (!run->hv.present)
		est_say(est, TSCAL_STATUS_ABSENT, "no hypervisor by CPUID");
	else if (!run->vendor || !run->vendor->timing)
		est_say(est, TSCAL_STATUS_ABSENT,
			"%s defines no timing leaf%s%s", run->hv.main.name,
			run->vendor && run->vendor->instead ? ": " : "",
			run->vendor && run->vendor->instead
				? run->vendor->instead
				: "");
	else
		est_answer(est, a);
}

const struct source source_hv_leaf = {
	.id = TSCAL_SOURCE_HV_LEAF,
	.name = "hv-leaf",
	.kind = TSCAL_KIND_REPORTED,
	.needs = "a hypervisor whose signature defines a timing leaf",
	.ask = ask,
};
