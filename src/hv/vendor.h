/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Hypervisor vendors: one row each, and for those that define a timing leaf
 * one small file each.  A number in a leaf has a meaning only together with the
 * vendor whose signature stands at the same base.
 */
#ifndef TSCAL_HV_VENDOR_H
#define TSCAL_HV_VENDOR_H

#include "plat/plat.h"

/* What a vendor's timing leaf says. */
struct hv_answer {
	/* READY: hz, lo and hi hold; else ABSENT, IMPLAUSIBLE, SKIPPED... */
	enum tscal_status status;
	double hz, lo, hi;
	bool emulated; /* the hypervisor traps RDTSC (Xen vtsc) */
	bool steady;   /* it never emulates, whatever happens (Xen mode 2) */
	char sentence[TSCAL_SENTENCE];
};

struct hv_vendor {
	const char *id;	  /* stable, lower case, in JSON */
	const char *name; /* for people */
	char signature[12];
	/* Linux has a calibrator for it, so that tsc_known_freq means "this
	 * hypervisor said so". */
	bool linux_calibrates;
	uint32_t watch; /* TSCAL_WATCH_*: what tells of a move */
	/* Ask its timing leaf; NULL: it defines none. */
	void (*timing)(struct tscal_platform *plat,
		const struct tscal_hv_match *match, struct hv_answer *answer);
	const char *timing_leaf; /* "0x40000010 EAX, kHz"; NULL: none */
};

/* The row of a match, never NULL: the last row is "unknown". */
const struct hv_vendor *hv_vendor_of(const struct tscal_hv_match *match);

/* Row i of the table in order, NULL beyond the last. */
const struct hv_vendor *hv_vendor_row(size_t i);

/*
 * The answer of a leaf that holds the TSC kHz in EAX, at match->base + 0x10:
 * absent beyond the maximum leaf of that base, or when zero.  Vendors round or
 * truncate to a kHz, so the truth is less than 1 kHz away on either side.
 */
void hv_khz_leaf(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *answer);

/* Fill in an answer from a kHz value; who says so stands in the sentence. */
void hv_answer_khz(struct hv_answer *answer, uint32_t khz, const char *where);

/* One per vendor with a timing leaf, in files of their own. */
void hv_vmware_timing(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *answer);
void hv_kvm_timing(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *answer);
void hv_acrn_timing(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *answer);
void hv_virtualbox_timing(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *answer);
void hv_xen_timing(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *answer);

#endif /* TSCAL_HV_VENDOR_H */
