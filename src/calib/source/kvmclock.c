/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The hypervisor's pvclock record, where the vDSO maps it. */
#include <errno.h>

#include "calib/source/source.h"

static void survey(struct run *run, struct estimate *est)
{
	if (run->kernel.guest)
		est_say(est, TSCAL_STATUS_READY,
			"would look for a pvclock record in the vDSO's pages");
	else
		est_say(est, TSCAL_STATUS_ABSENT, "no hypervisor here");
}

static void ask(struct run *run, struct estimate *est)
{
	const struct pvclock *pv = &run->pvclock;

	switch (run->pvclock_rc) {
	case 0:
		est_number(est, pv->hz, pv->lo, pv->hi, TSCAL_ROOT_HV,
			"pvclock mul %u, shift %d%s", pv->mul, pv->shift,
			pv->stable ? "" : ", each CPU its own offset");
		break;
	case -EDOM:
		est_say(est, TSCAL_STATUS_IMPLAUSIBLE,
			"the pvclock record says %.0f MHz (mul %u, shift %d), "
			"no rate near the one measured",
			pv->hz / 1e6, pv->mul, pv->shift);
		break;
	case -EBUSY:
		est_say(est, TSCAL_STATUS_UNSTABLE,
			"the pvclock record changes with every look");
		break;
	case -EAGAIN:
		est_say(est, TSCAL_STATUS_ABSENT,
			"nothing measured to confirm the page by");
		break;
	case -EFAULT:
		est_say(est, TSCAL_STATUS_ABSENT,
			"the kernel does not let the vDSO use a pvclock");
		break;
	case -ENOENT:
		if (run->kernel.guest)
			est_say(est, TSCAL_STATUS_ABSENT,
				"no pvclock record mapped here");
		else
			survey(run, est);
		break;
	default:
		est_errno(est, run->pvclock_rc, "the pvclock page");
	}
}

const struct source source_kvmclock = {
	.id = TSCAL_SOURCE_KVMCLOCK,
	.name = "kvmclock",
	.kind = TSCAL_KIND_REPORTED,
	.needs = "a pvclock page mapped into the process",
	.survey = survey,
	.ask = ask,
};
