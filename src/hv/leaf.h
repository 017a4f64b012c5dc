/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Reading a hypervisor's CPUID leaves. */
#ifndef TSCAL_HV_LEAF_H
#define TSCAL_HV_LEAF_H

#include "hv/answer.h"

/* CPUID in the way in which the match was found. */
int hv_cpuid(struct tscal_platform *plat, const struct tscal_hv_match *match,
	uint32_t leaf, uint32_t subleaf, struct plat_cpuid *regs);

/* Registers of a leaf of this base, if its maximum allows; else false, with the
 * reason in out. */
bool hv_leaf_read(struct tscal_platform *plat,
	const struct tscal_hv_match *match, uint32_t offset,
	struct plat_cpuid *regs, struct outcome *out);

/*
 * The answer of a leaf that holds the TSC kHz in EAX, at match->base + 0x10:
 * absent beyond the maximum leaf of that base, or when zero.
 */
void hv_khz_leaf(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *answer);

#endif /* TSCAL_HV_LEAF_H */
