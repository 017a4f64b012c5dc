/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The folder src/hv recognises hypervisors and reads what each reports of the
 * TSC's rate.
 *
 * Here: the table of vendors, and what single vendors offer.  A number in a
 * leaf has a meaning only together with the vendor whose signature is at the
 * same base.
 *
 * How to add one: docs/hypervisors.md.
 */
#ifndef TSCAL_HV_VENDOR_H
#define TSCAL_HV_VENDOR_H

#include <tscal/calibrate.h>

#include "hv/leaf.h"
#include "hv/evidence.h"

/* Most spellings of one vendor. */
#define HV_SIGNATURES 4

/* What Linux asks before it takes the TSC's rate from a hypervisor. */
enum hv_linux_asks {
	HV_LINUX_TAKES_NONE,
	HV_LINUX_ASKS_UNSEEN, /* what CPUID does not show */
	HV_LINUX_ASKS_KVM_CLOCK,
	HV_LINUX_ASKS_HYPERV_MSR,
	HV_LINUX_ASKS_LEAF, /* the timing leaf */
};

struct hv_vendor {
	const char *id;	  /* stable, lower case, in JSON */
	const char *name; /* for people, shorter than 32 characters */
	/* All spellings, 12 bytes in EBX ECX EDX order. */
	size_t n_signatures;
	char signatures[HV_SIGNATURES][12];
	/* Whether and where Linux takes the TSC's rate from it. */
	enum hv_linux_asks linux_asks;
	/* The clocksource that Linux registers where it has done so; NULL: it
	 * registers none then. */
	const char *linux_clocksource;
	/* Words of the kernel's command line with which Linux takes none; NULL:
	 * there is no such word. */
	const char *pv_off;
	/* It is this vendor even where another signature is at a higher base:
	 * that one is an interface it offers. */
	bool keeps_identity;
	/* Its leaf base + 1 holds its features, so Hyper-V's interface cannot
	 * be there. */
	bool features_at_1;
	/* Number of leaves where EAX of its base is 0. */
	uint32_t leaves_if_zero;
	uint32_t watch; /* TSCAL_WATCH_*: what reports a move */
	/* What else must hold for the bytes to mean this vendor; NULL: the
	 * bytes are enough. */
	bool (*confirm)(struct tscal_platform *plat, struct hv_evidence *ev,
		const struct tscal_hv_match *match);
	/* Read its timing leaf; NULL: it defines none. */
	void (*timing)(struct tscal_platform *plat,
		const struct tscal_hv_match *match, struct hv_answer *answer);
	const char *timing_leaf; /* "base + 0x10 EAX, kHz"; NULL: none */
	/* Where it has none: what there is instead, as the end of a sentence;
	 * NULL: nothing. */
	const char *instead;
};

/* The row of a match by its vendor and signature, never NULL: the last row is
 * "unknown". */
const struct hv_vendor *hv_vendor_of(const struct tscal_hv_match *match);
/* The first row with this id, or the last row. */
const struct hv_vendor *hv_vendor_by_id(const char *id);
/* The row of hv->main: of its signature, or by its id where it is the kernel's
 * hypervisor and has no leaves here (base 0; kernel_layer.h). */
const struct hv_vendor *hv_vendor_main(const struct tscal_hv *hv);

/* Row i of the table in order, NULL beyond the last. */
const struct hv_vendor *hv_vendor_row(size_t i);

/* Whether the row has this signature, all 12 bytes of it. */
bool hv_vendor_has_signature(
	const struct hv_vendor *row, const uint8_t *signature);

/* Whose leaves CPUID shows, where it is another layer than the kernel's
 * hypervisor, which is hv->main then and has none; else NULL.  Nothing in those
 * leaves is promised to this guest. */
const struct tscal_hv_match *hv_other_layer(const struct tscal_hv *hv);

/* What single vendors offer beyond their rows: a file each, watch.c for all. */

void hv_xen_timing(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *answer);

/* KVM_FEATURE_CLOCKSOURCE_STABLE_BIT: gives the pvclock record's flag "stable"
 * its meaning. */
#define HV_KVM_STABLE_BIT (1U << 24)
/* KVM_FEATURE_CLOCKSOURCE, KVM_FEATURE_CLOCKSOURCE2: a pvclock. */
#define HV_KVM_CLOCKS (1U << 0 | 1U << 3)
/* Whether KVM's CPUID offers one of these: 1, 0; -1: it does not show it. */
int hv_kvm_offers(struct tscal_platform *plat, const struct tscal_hv *hv,
	uint32_t features);

/* Whether Linux can take the TSC's rate from the hypervisor, as far as CPUID
 * shows: 1, 0; -1: what Linux asks for cannot be read.  timing: of its timing
 * leaf. */
int hv_offers_linux(struct tscal_platform *plat, const struct tscal_hv *hv,
	const struct hv_answer *timing);

/* HV_X64_MSR_TSC_FREQUENCY, in Hz. */
#define HV_MSR_TSC_HZ 0x40000022U

/* Whether Hyper-V's interface is at the first base, whichever hypervisor offers
 * it; else out has the reason. */
bool hv_hyperv_interface(struct tscal_platform *plat, const struct tscal_hv *hv,
	struct outcome *out);
/* Whether that interface offers the MSR of the TSC's rate; else out has the
 * reason. */
bool hv_hyperv_offers_msr(struct tscal_platform *plat,
	const struct tscal_hv *hv, struct outcome *out);
/* Whether that interface reports that this guest is a trust domain of TDX:
 * where a paravisor hides leaf 0x21, only this shows it. */
bool hv_hyperv_tdx(struct tscal_platform *plat, const struct tscal_hv *hv);
/* Whether that interface does not offer to report moves. */
bool hv_hyperv_never_reenlightens(
	struct tscal_platform *plat, const struct tscal_hv *hv);

/* Whether CPUID or the firmware names VMware. */
bool hv_is_vmware(struct tscal_platform *plat, struct hv_evidence *ev,
	const struct tscal_hv *hv);
/* How its backdoor is called then. */
enum plat_backdoor hv_vmware_backdoor(struct tscal_platform *plat,
	struct hv_evidence *ev, const struct tscal_hv *hv);

/* TSCAL_WATCH_*: what reports a move here; 0: nothing.  pvclock: its record
 * was read, so KVM's feature leaf need not be read for it. */
uint32_t hv_watch(
	struct tscal_platform *plat, const struct tscal_hv *hv, bool pvclock);

#endif /* TSCAL_HV_VENDOR_H */
