/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The TSC's Hz by VMware's backdoor. */
#include <errno.h>
#include <stdio.h>

#include "calib/source/source.h"
#include "hv/vmware.h"

static bool offered(
	struct run *run, struct estimate *est, enum plat_backdoor *how)
{
	struct outcome a = {0};
	bool yes = hv_vmware_backdoor(
		run->plat, &run->facts.evidence, &run->hv, how, &a);

	if (!yes)
		est_say(est, a.status, "%s", a.sentence);
	return yes;
}

static void survey(struct run *run, struct estimate *est)
{
	enum plat_backdoor how;

	if (offered(run, est, &how))
		est_say(est, TSCAL_STATUS_READY,
			"would ask VMware's backdoor by %s (--probe ports)",
			plat_backdoor_name(how));
}

static void ask(struct run *run, struct estimate *est)
{
	enum plat_backdoor how;
	struct outcome a = {0};
	char where[48];
	uint64_t hz;
	int rc;

	if (!offered(run, est, &how))
		return;
	rc = run->plat->ops->backdoor_hz(run->plat, how, &hz);
	switch (rc) {
	case 0:
		break;
	case -ENOENT:
		est_say(est, TSCAL_STATUS_ABSENT,
			"no backdoor answers, or not with a rate (by %s)",
			plat_backdoor_name(how));
		return;
	case -EFAULT:
		est_say(est, TSCAL_STATUS_DENIED,
			"calling the backdoor by %s faults here",
			plat_backdoor_name(how));
		return;
	default:
		est_errno(est, rc, "VMware's backdoor");
		return;
	}
	snprintf(where, sizeof(where), "VMware's backdoor (%s)",
		plat_backdoor_name(how));
	hv_answer_hz(&a, hz, where);
	est_answer(est, &a);
}

const struct source source_hv_backdoor = {
	.id = TSCAL_SOURCE_HV_BACKDOOR,
	.name = "hv-backdoor",
	.kind = TSCAL_KIND_REPORTED,
	.probe = "ports",
	.needs = "VMware by CPUID or firmware; --probe ports",
	.survey = survey,
	.ask = ask,
};
