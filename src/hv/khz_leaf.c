/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The form of timing leaf that VMware proposed in 2008 (linux-kernel, 1 October
 * 2008) and KVM, ACRN and VirtualBox took over: TSC kHz in EAX of leaf
 * base + 0x10.
 */
#include <errno.h>
#include <stdio.h>

#include "hv/vendor.h"

int hv_cpuid(struct tscal_platform *plat, const struct tscal_hv_match *match,
	uint32_t leaf, uint32_t subleaf, struct plat_cpuid *regs)
{
	return match->forced ? plat->ops->xen_cpuid(plat, leaf, subleaf, regs)
			     : plat->ops->cpuid(plat, leaf, subleaf, regs);
}

/* The CPU always answers; a recording, or Xen behind its prefix, may not. */
static bool answered(int rc, uint32_t leaf, struct hv_answer *a)
{
	if (rc == -ENODATA) {
		snprintf(a->sentence, sizeof(a->sentence),
			"leaf 0x%x is not in the recording", leaf);
	} else if (rc) {
		a->status = TSCAL_STATUS_ERROR;
		snprintf(a->sentence, sizeof(a->sentence),
			"leaf 0x%x cannot be read (error %d)", leaf, -rc);
	}
	return !rc;
}

bool hv_leaf_read(struct tscal_platform *plat,
	const struct tscal_hv_match *match, uint32_t offset,
	struct plat_cpuid *regs, struct hv_answer *a)
{
	uint32_t leaf = match->base + offset;

	*a = (struct hv_answer){.status = TSCAL_STATUS_ABSENT};
	if (match->max_leaf < leaf)
		snprintf(a->sentence, sizeof(a->sentence),
			"%s offers no timing leaf here: its leaves end at 0x%x",
			match->name, match->max_leaf);
	else
		return answered(hv_cpuid(plat, match, leaf, 0, regs), leaf, a);
	return false;
}

void hv_khz_leaf(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *a)
{
	struct plat_cpuid r;

	if (hv_leaf_read(plat, match, 0x10, &r, a))
		hv_answer_khz(a, r.eax, match->base + 0x10, 0);
}
