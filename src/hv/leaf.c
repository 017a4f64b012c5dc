/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "hv/leaf.h"

#include <errno.h>

static void ready(struct outcome *o, double hz, double slack)
{
	o->hz = hz;
	o->lo = hz - slack;
	o->hi = hz + slack;
}

void hv_answer_khz(
	struct outcome *o, uint32_t khz, uint32_t leaf, double slack_ppm)
{
	double hz = khz * 1e3;

	if (!khz) {
		outcome_set(o, TSCAL_STATUS_ABSENT,
			"leaf 0x%x is there, but its kHz is zero", leaf);
	} else if (hz < TSC_HZ_MIN || hz > TSC_HZ_MAX) {
		outcome_set(o, TSCAL_STATUS_IMPLAUSIBLE,
			"leaf 0x%x gives %u kHz, outside the range of TSC "
			"rates",
			leaf, khz);
	} else {
		ready(o, hz, 1e3 + hz * slack_ppm * 1e-6);
		outcome_set(o, TSCAL_STATUS_READY, "%u kHz in leaf 0x%x", khz,
			leaf);
	}
}

void hv_answer_hz(struct outcome *o, uint64_t hz, const char *where)
{
	if (!hz) {
		outcome_set(o, TSCAL_STATUS_ABSENT,
			"%s is there, but its Hz is zero", where);
		return;
	}
	ready(o, (double)hz, hz % 1000 ? 1 : 1e3);
	outcome_set(o, TSCAL_STATUS_READY, "%llu Hz by %s",
		(unsigned long long)hz, where);
}

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
