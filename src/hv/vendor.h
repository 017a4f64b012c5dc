/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Hypervisor vendors: one row each, and for those that define a timing leaf
 * one small file each.  A number in a leaf has a meaning only together with the
 * vendor whose signature stands at the same base.
 *
 * How to add one: docs/hypervisors.md.
 */
#ifndef TSCAL_HV_VENDOR_H
#define TSCAL_HV_VENDOR_H

#include <tscal/calibrate.h>

#include "plat/plat.h"

/* Limits of what a TSC may be, in Hz. */
#define TSC_HZ_MIN 10e6
#define TSC_HZ_MAX 20e9

/* Most spellings of one vendor. */
#define HV_SIGNATURES 4

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
	const char *name; /* for people, shorter than 32 characters */
	/* All spellings, 12 bytes in EBX ECX EDX order. */
	size_t n_signatures;
	char signatures[HV_SIGNATURES][12];
	/* Linux has a calibrator for it, so that tsc_known_freq means "this
	 * hypervisor said so". */
	bool linux_calibrates;
	/* It is who it says even where another signature stands at a higher
	 * base: that one is an interface it offers. */
	bool keeps_identity;
	/* Its leaf base + 1 holds its features, so Hyper-V's interface cannot
	 * stand there. */
	bool features_at_1;
	/* Leaves to take where EAX of its base is 0. */
	uint32_t leaves_if_zero;
	uint32_t watch; /* TSCAL_WATCH_*: what tells of a move */
	/* What else must hold for the bytes to mean this vendor; NULL: the
	 * bytes are enough. */
	bool (*confirm)(struct tscal_platform *plat,
		const struct tscal_hv_match *match);
	/* Ask its timing leaf; NULL: it defines none. */
	void (*timing)(struct tscal_platform *plat,
		const struct tscal_hv_match *match, struct hv_answer *answer);
	const char *timing_leaf; /* "base + 0x10 EAX, kHz"; NULL: none */
	/* Where it has none: what there is instead, as the end of a sentence;
	 * NULL: nothing. */
	const char *instead;
};

/* The row of a match, never NULL: the last row is "unknown". */
const struct hv_vendor *hv_vendor_of(const struct tscal_hv_match *match);

/* Row i of the table in order, NULL beyond the last. */
const struct hv_vendor *hv_vendor_row(size_t i);

/* Whether the row has this signature, all 12 bytes of it. */
bool hv_vendor_signs(const struct hv_vendor *row, const uint8_t *signature);

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
int hv_scan(struct tscal_platform *plat, unsigned gap, struct tscal_hv *hv);
/* The same for who has read the bit that says "guest" (leaf 1, ECX[31]). */
void hv_scan_by_bit(struct tscal_platform *plat, bool guest, unsigned gap,
	struct tscal_hv *hv);

/*
 * The answer of a leaf that holds the TSC kHz in EAX, at match->base + 0x10:
 * absent beyond the maximum leaf of that base, or when zero.
 */
void hv_khz_leaf(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *answer);

/* Registers of a leaf of this base, if its maximum allows; else answer says why
 * not, and the result is false. */
bool hv_leaf_read(struct tscal_platform *plat,
	const struct tscal_hv_match *match, uint32_t offset,
	struct plat_cpuid *regs, struct hv_answer *answer);

/* What stands at a base, read in the way that match->forced says; false if it
 * cannot be read. */
bool hv_match_read(struct tscal_platform *plat, uint32_t base,
	struct tscal_hv_match *match);

/* CPUID in the way in which the match was found. */
int hv_cpuid(struct tscal_platform *plat, const struct tscal_hv_match *match,
	uint32_t leaf, uint32_t subleaf, struct plat_cpuid *regs);

/*
 * Fill in an answer from the kHz found in a leaf: absent when 0, implausible
 * when no TSC ticks so.  The vendor rounds or truncates to a kHz, so its rate
 * is less than 1 kHz away on either side; slack_ppm is how far that rate may be
 * from what the TSC does by the hypervisor's own clock.
 */
void hv_answer_khz(struct hv_answer *answer, uint32_t khz, uint32_t leaf,
	double slack_ppm);

/* HV_X64_MSR_TSC_FREQUENCY, in Hz. */
#define HV_MSR_TSC_HZ 0x40000022U

/* Whether Hyper-V's interface stands at the first base, whoever offers it; else
 * answer says why not. */
bool hv_hyperv_interface(struct tscal_platform *plat, const struct tscal_hv *hv,
	struct hv_answer *answer);
/* Whether this MSR may be asked for: that interface offers it. */
bool hv_hyperv_offers_msr(struct tscal_platform *plat,
	const struct tscal_hv *hv, struct hv_answer *answer);

/* The same of a number in Hz, found in `where`: a multiple of 1000 may have
 * been cut to a kHz (KVM, Xen, QEMU), another is exact. */
void hv_answer_hz(struct hv_answer *answer, uint64_t hz, const char *where);

/* Whether KVM's CPUID leaves out the bit by which the pvclock record's flag
 * "stable" means something. */
bool hv_kvm_stable_means_nothing(
	struct tscal_platform *plat, const struct tscal_hv *hv);

/* Whether KVM's CPUID says that there is no pvclock. */
bool hv_kvm_has_no_clock(
	struct tscal_platform *plat, const struct tscal_hv *hv);

/* Whether Hyper-V's interface says that it tells of no move. */
bool hv_hyperv_never_reenlightens(
	struct tscal_platform *plat, const struct tscal_hv *hv);

/* TSCAL_WATCH_*: what tells of a move here; 0: nothing.  pvclock: its record
 * was read, so KVM need not be asked whether there is one. */
uint32_t hv_watch(
	struct tscal_platform *plat, const struct tscal_hv *hv, bool pvclock);

/* How VMware's backdoor may be called here; else answer says why not. */
bool hv_vmware_backdoor(struct tscal_platform *plat, const struct tscal_hv *hv,
	enum plat_backdoor *how, struct hv_answer *answer);

/* Xen behind its prefix, where the kernel says that it runs on Xen. */
bool hv_xen_paravirtual(
	struct tscal_platform *plat, struct tscal_hv_match *match);

/* One per vendor with a leaf of its own form, in files of their own. */
void hv_xen_timing(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *answer);
/* VirtualBox's twelve NUL bytes. */
bool hv_virtualbox_minimal(
	struct tscal_platform *plat, const struct tscal_hv_match *match);

#endif /* TSCAL_HV_VENDOR_H */
