/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The scan of CPUID for hypervisors' signatures, and what it means together
 * with the evidence. */
#ifndef TSCAL_HV_SCAN_H
#define TSCAL_HV_SCAN_H

#include "hv/evidence.h"

/* All 256 bases. */
#define HV_SCAN_ALL 256
/* No known hypervisor leaves a gap between its bases, and none has more than
 * three (QEMU: Hyper-V, Xen, KVM).  Each CPUID is a trap; docs/accuracy.md
 * has what they cost. */
#define HV_SCAN_QUICK 4

/*
 * The scan of tscal_hv_detect(), which stops once `gap` bases in a row hold no
 * known signature.  HV_SCAN_QUICK is for callers that have less than a
 * millisecond.
 */
int hv_scan(struct tscal_platform *plat, unsigned gap, struct hv_evidence *ev,
	struct tscal_hv *hv);
/* The same for callers that have read leaf 1: guest is its ECX[31]. */
void hv_scan_by_bit(struct tscal_platform *plat, bool guest, unsigned gap,
	struct hv_evidence *ev, struct tscal_hv *hv);

/* After a scan: evidence, contradiction, layers and what it offers. */
void hv_describe(struct tscal_platform *plat, struct hv_evidence *ev,
	struct tscal_hv *hv);

#endif /* TSCAL_HV_SCAN_H */
