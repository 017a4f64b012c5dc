/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The hypervisor's pvclock record, where the vDSO maps it. */
#include <errno.h>

#include "calib/clock_pages.h"
#include "calib/source.h"

static void ask(struct run *run, struct estimate *est)
{
	struct pvclock pv;
	int rc;

	if (run->raw.status != TSCAL_STATUS_READY) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"nothing measured to confirm the page by");
		return;
	}
	rc = clock_pages_pvclock(run->plat, run->raw.hz, &pv);
	if (rc == -ENOENT || rc == -EFAULT) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"no pvclock record mapped here");
		return;
	}
	if (rc) {
		est_errno(est, rc, "the pvclock page");
		return;
	}
	run->pvclock_stable_known = true;
	run->pvclock_stable = pv.stable;
	est_number(est, pv.hz, pv.lo, pv.hi, TSCAL_ROOT_HV,
		"pvclock mul %u, shift %d%s", pv.mul, pv.shift,
		pv.stable ? "" : ", each CPU its own offset");
}

const struct source source_kvmclock = {
	.id = TSCAL_SOURCE_KVMCLOCK,
	.name = "kvmclock",
	.kind = TSCAL_KIND_REPORTED,
	.needs = "a pvclock page mapped into the process",
	.ask = ask,
};
