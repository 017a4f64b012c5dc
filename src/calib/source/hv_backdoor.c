/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The TSC's Hz by VMware's backdoor. */
#include <errno.h>
#include <stdio.h>

#include "calib/source/source.h"
#include "hv/vmware.h"

/* Not a check(): it needs one more CPUID, which read() would repeat. */
static bool offered(const struct source_view *v, struct estimate *est,
	enum plat_backdoor *how)
{
	struct outcome out = {0};

	if (hv_vmware_backdoor(
		    v->plat, &v->facts->evidence, &v->hv->id, how, &out))
		return true;
	est_outcome(est, &out, 0);
	return false;
}

static void would(const struct source_view *v, struct estimate *est)
{
	enum plat_backdoor how;

	if (offered(v, est, &how))
		est_say(est, TSCAL_STATUS_READY,
			"would ask VMware's backdoor by %s (--probe ports)",
			plat_backdoor_name(how));
}

static void read(const struct source_view *v, struct estimate *est)
{
	struct outcome out = {0};
	enum plat_backdoor how;
	char where[48];
	uint64_t hz;
	int rc;

	if (!offered(v, est, &how))
		return;
	rc = v->plat->ops->backdoor_hz(v->plat, how, &hz);
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
	hv_answer_hz(&out, hz, where);
	est_outcome(est, &out, TSCAL_ROOT_HV);
}

const struct source source_hv_backdoor = {
	.id = TSCAL_SOURCE_HV_BACKDOOR,
	.name = "hv-backdoor",
	.kind = TSCAL_KIND_REPORTED,
	.probe = "ports",
	.needs = "VMware by CPUID or firmware; --probe ports",
	.would = would,
	.read = read,
};
