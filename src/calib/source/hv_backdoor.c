/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The TSC's Hz by VMware's backdoor. */
#include <errno.h>
#include <stdio.h>

#include "calib/source/source.h"
#include "hv/vendor.h"

static bool check(const struct source_view *v, struct estimate *est)
{
	bool vmware = hv_is_vmware(v->plat, &v->facts->evidence, &v->hv->id);

	if (!vmware && v->facts->leaf_1_rc)
		est_errno(est, v->facts->leaf_1_rc, "CPUID leaf 0x1");
	else if (!vmware && v->hv->base_rc)
		est_errno(est, v->hv->base_rc, "CPUID leaf 0x40000000");
	else if (!vmware && !(HV_AT_DMI & ~v->facts->evidence.unrecorded))
		est_say(est, TSCAL_STATUS_ABSENT,
			"CPUID does not name VMware, and the firmware is not "
			"in the recording");
	else if (!vmware)
		est_say(est, TSCAL_STATUS_ABSENT,
			"neither CPUID nor the firmware names VMware");
	return vmware;
}

static void read(const struct source_view *v, struct estimate *est)
{
	enum plat_backdoor how = hv_vmware_backdoor(
		v->plat, &v->facts->evidence, &v->hv->id);
	const char *name = plat_backdoor_names[how];
	struct outcome out = {0};
	char where[48];
	uint64_t hz;
	int rc = v->plat->ops->backdoor_hz(v->plat, how, &hz);

	if (rc == -ENOENT)
		est_say(est, TSCAL_STATUS_ABSENT,
			"the backdoor does not answer, or gives no rate (by "
			"%s)",
			name);
	else if (rc == -EFAULT)
		est_say(est, TSCAL_STATUS_DENIED,
			"calling the backdoor by %s faults here", name);
	else if (rc)
		est_errno(est, rc, "VMware's backdoor");
	if (rc)
		return;
	snprintf(where, sizeof(where), "VMware's backdoor (%s)", name);
	hv_answer_hz(&out, hz, where);
	est_outcome(est, &out, TSCAL_ROOT_HV);
}

const struct source source_hv_backdoor = {
	.id = TSCAL_SOURCE_HV_BACKDOOR,
	.name = "hv-backdoor",
	.kind = TSCAL_KIND_REPORTED,
	.probe = "ports",
	.needs = "VMware by CPUID or firmware; --probe ports",
	.check = check,
	.would = "would ask VMware's backdoor (--probe ports)",
	.read = read,
};
