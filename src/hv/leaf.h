/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A hypervisor's CPUID leaves, and the rate that one reports, with bounds by
 * its rounding. */
#ifndef TSCAL_HV_LEAF_H
#define TSCAL_HV_LEAF_H

#include "plat/outcome.h"

/* What a vendor's timing leaf reports. */
struct hv_answer {
	struct outcome outcome;
	bool emulated; /* the hypervisor traps RDTSC (Xen vtsc) */
	bool steady;   /* it never emulates, whatever happens (Xen mode 2) */
};

/*
 * The outcome of the kHz found in a leaf: absent when 0, implausible outside
 * TSC_HZ_MIN to TSC_HZ_MAX.  The vendor rounds or truncates to a kHz, so its
 * rate is less than 1 kHz away on either side; slack_ppm is how far that rate
 * may be from the TSC's rate relative to the hypervisor's clock.
 */
void hv_answer_khz(
	struct outcome *out, uint32_t khz, uint32_t leaf, double slack_ppm);

/* The same of a number in Hz, found in `where`: a multiple of 1000 may have
 * been cut to a kHz (KVM, Xen, QEMU), any other is exact. */
void hv_answer_hz(struct outcome *out, uint64_t hz, const char *where);

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
