/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "hv/leaf.h"

#include <errno.h>

int hv_cpuid(struct tscal_platform *plat, const struct tscal_hv_match *match,
	uint32_t leaf, uint32_t subleaf, struct plat_cpuid *regs)
{
	return match->forced ? plat->ops->xen_cpuid(plat, leaf, subleaf, regs)
			     : plat->ops->cpuid(plat, leaf, subleaf, regs);
}

bool hv_leaf_read(struct tscal_platform *plat,
	const struct tscal_hv_match *match, uint32_t offset,
	struct plat_cpuid *regs, struct outcome *o)
{
	uint32_t leaf = match->base + offset;
	int rc;

	*o = (struct outcome){0};
	if (match->max_leaf < leaf) {
		outcome_set(o, TSCAL_STATUS_ABSENT,
			"%s offers no timing leaf here: its leaves end at 0x%x",
			match->name, match->max_leaf);
		return false;
	}
	/* The CPU always answers; a recording, or Xen by its prefix, may
	 * not. */
	rc = hv_cpuid(plat, match, leaf, 0, regs);
	if (rc == -ENODATA)
		outcome_set(o, TSCAL_STATUS_ABSENT,
			"leaf 0x%x is not in the recording", leaf);
	else if (rc)
		outcome_set(o, TSCAL_STATUS_ERROR,
			"leaf 0x%x cannot be read (error %d)", leaf, -rc);
	return !rc;
}

/* VMware proposed this leaf in 2008 (linux-kernel, 1 October 2008); KVM, ACRN
 * and VirtualBox have it too. */
void hv_khz_leaf(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *a)
{
	struct plat_cpuid r;

	*a = (struct hv_answer){0};
	if (hv_leaf_read(plat, match, 0x10, &r, &a->outcome))
		hv_answer_khz(&a->outcome, r.eax, match->base + 0x10, 0);
}
