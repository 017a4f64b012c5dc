/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The form of timing leaf that most vendors share: kHz in EAX. */
#include <stdio.h>

#include "hv/vendor.h"

void hv_answer_khz(struct hv_answer *a, uint32_t khz, const char *where)
{
	a->status = TSCAL_STATUS_READY;
	a->hz = khz * 1e3;
	a->lo = a->hz - 1e3;
	a->hi = a->hz + 1e3;
	snprintf(a->sentence, sizeof(a->sentence), "%u kHz in %s", khz, where);
}

void hv_khz_leaf(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *a)
{
	uint32_t leaf = match->base + 0x10;
	struct plat_cpuid r;
	char where[32];
	int rc;

	*a = (struct hv_answer){.status = TSCAL_STATUS_ABSENT};
	if (match->max_leaf < leaf) {
		snprintf(a->sentence, sizeof(a->sentence),
			"%s offers no timing leaf: its leaves end at 0x%x",
			match->name, match->max_leaf);
		return;
	}
	rc = plat->ops->cpuid(plat, leaf, 0, &r);
	if (rc) {
		snprintf(a->sentence, sizeof(a->sentence),
			"leaf 0x%x is not in the recording", leaf);
		return;
	}
	if (!r.eax) {
		snprintf(a->sentence, sizeof(a->sentence),
			"leaf 0x%x is there, but its kHz is zero", leaf);
		return;
	}
	snprintf(where, sizeof(where), "leaf 0x%x", leaf);
	hv_answer_khz(a, r.eax, where);
}
