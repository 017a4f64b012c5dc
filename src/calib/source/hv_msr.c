/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The TSC's Hz in an MSR of Hyper-V's interface. */
#include <errno.h>

#include "calib/source/source.h"
#include "hv/hyperv.h"

static void survey(struct run *run, struct estimate *est)
{
	struct outcome a = {0};

	if (hv_hyperv_offers_msr(run->plat, &run->hv, &a))
		est_say(est, TSCAL_STATUS_READY,
			"would read MSR 0x%x from /dev/cpu/0/msr (root)",
			HV_MSR_TSC_HZ);
	else
		est_say(est, a.status, "%s", a.sentence);
}

static void ask(struct run *run, struct estimate *est)
{
	struct outcome a = {0};
	uint64_t hz;
	int rc;

	survey(run, est);
	if (est->line.status != TSCAL_STATUS_READY)
		return;
	rc = run->plat->ops->rdmsr(run->plat, 0, HV_MSR_TSC_HZ, &hz);
	/* KVM and Xen offer the leaves, and may leave the MSR out. */
	if (rc == -ENOENT)
		est_say(est, TSCAL_STATUS_ABSENT,
			"offered by CPUID, but there is no such register, or "
			"no /dev/cpu/0/msr to read it by (modprobe msr)");
	else if (rc)
		est_errno(est, rc, "/dev/cpu/0/msr");
	if (rc)
		return;
	hv_answer_hz(&a, hz, "MSR 0x40000022");
	est_answer(est, &a);
}

const struct source source_hv_msr = {
	.id = TSCAL_SOURCE_HV_MSR,
	.name = "hv-msr",
	.kind = TSCAL_KIND_REPORTED,
	.probe = "devices",
	.needs = "Hyper-V's interface with its frequency MSRs, /dev/cpu/0/msr "
		 "(root); --probe devices",
	.survey = survey,
	.ask = ask,
};
