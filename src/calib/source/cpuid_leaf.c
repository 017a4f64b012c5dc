/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the sources that are a basic leaf of CPUID have in common. */
#include <stdio.h>

#include "calib/source/source.h"

bool cpuid_leaf_read(const struct source_view *v, struct estimate *est,
	uint32_t leaf, struct plat_cpuid *out)
{
	char what[32];
	int rc;

	/* Leaf 0 names the last leaf; beyond it CPUs answer with other data. */
	if (v->facts->cpuid_rc) {
		est_errno(est, v->facts->cpuid_rc, "CPUID leaf 0x0");
		return false;
	}
	if (v->facts->max_basic < leaf) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"CPUID ends at leaf 0x%x here", v->facts->max_basic);
		return false;
	}
	rc = v->plat->ops->cpuid(v->plat, leaf, 0, out);
	if (rc) {
		snprintf(what, sizeof(what), "CPUID leaf 0x%x", leaf);
		est_errno(est, rc, what);
	}
	return !rc;
}
