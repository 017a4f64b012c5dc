/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The hypervisor's pvclock record, where the vDSO maps it. */
#include "calib/source/source.h"

static void read(const struct source_view *v, struct estimate *est)
{
	est_outcome(est, &v->pvclock->out, TSCAL_ROOT_HV);
}

const struct source source_kvmclock = {
	.id = TSCAL_SOURCE_KVMCLOCK,
	.name = "kvmclock",
	.kind = TSCAL_KIND_REPORTED,
	.needs = "a pvclock page mapped into the process",
	.check = source_in_guest,
	.would = "would look for a pvclock record in the vDSO's pages",
	.read = read,
};
