/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The TSC's Hz in an MSR of Hyper-V's interface. */
#include <errno.h>

#include "calib/source/source.h"
#include "hv/vendor.h"

static bool check(const struct source_view *v, struct estimate *est)
{
	struct outcome out = {0};

	if (hv_hyperv_offers_msr(v->plat, &v->hv->id, &out))
		return true;
	est_outcome(est, &out, 0);
	return false;
}

static void read(const struct source_view *v, struct estimate *est)
{
	struct outcome out = {0};
	uint64_t hz;
	int rc = v->plat->ops->rdmsr(v->plat, 0, HV_MSR_TSC_HZ, &hz);

	if (!rc) {
		hv_answer_hz(&out, hz, "MSR 0x40000022");
		est_outcome(est, &out, TSCAL_ROOT_HV);
	} else if (rc == -ENOENT) {
		/* KVM and Xen may offer the leaves without the MSR. */
		est_say(est, TSCAL_STATUS_ABSENT,
			"offered by CPUID, but there is no such register, or "
			"no /dev/cpu/0/msr to read it by (load the module: "
			"modprobe msr)");
	} else {
		est_errno(est, rc, "/dev/cpu/0/msr");
	}
}

const struct source source_hv_msr = {
	.id = TSCAL_SOURCE_HV_MSR,
	.name = "hv-msr",
	.kind = TSCAL_KIND_REPORTED,
	.probe = "devices",
	.needs = "Hyper-V's interface with its frequency MSRs, /dev/cpu/0/msr "
		 "(CAP_SYS_RAWIO); --probe devices",
	.check = check,
	.would =
		"would read MSR 0x40000022 from /dev/cpu/0/msr (CAP_SYS_RAWIO)",
	.read = read,
};
