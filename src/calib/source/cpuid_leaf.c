/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the sources that are a basic leaf of CPUID have in common. */
#include <stdio.h>

#include "calib/source/source.h"

bool est_cpuid(const struct run *run, struct estimate *est, uint32_t leaf,
	struct plat_cpuid *out)
{
	char what[32];
	int rc;

	if (!run->facts.cpuid_readable) {
		est_say(est, TSCAL_STATUS_ABSENT, "CPUID cannot be read");
		return false;
	}
	if (run->facts.max_basic < leaf) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"CPUID ends at leaf 0x%x here", run->facts.max_basic);
		return false;
	}
	rc = run->plat->ops->cpuid(run->plat, leaf, 0, out);
	if (rc) {
		snprintf(what, sizeof(what), "CPUID leaf 0x%x", leaf);
		est_errno(est, rc, what);
	}
	return !rc;
}
