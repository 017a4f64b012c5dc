/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/**
 * @file hv.h
 * Which hypervisors CPUID shows, and other evidence of them.
 */
#ifndef TSCAL_HV_H
#define TSCAL_HV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tscal/conv.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tscal_platform;

/** Most signatures that are kept: a scan covers 256 bases, two are common. */
#define TSCAL_HV_MAX 8

/** One signature found in the range 0x40000000..0x4000FF00. */
struct tscal_hv_match {
	char vendor[16];       /**< stable lower-case id, "unknown" if new */
	char name[32];	       /**< for people: "KVM", "Hyper-V" */
	uint8_t signature[12]; /**< raw, EBX ECX EDX order */
	uint32_t base;	       /**< the leaf where it was found */
	uint32_t max_leaf;     /**< the highest leaf of that base, corrected */
	uint32_t eax;	       /**< EAX of the base, as read */
	/** 1: read behind Xen's prefix for forced emulation, since CPUID itself
	 * shows a paravirtual domain no hypervisor. */
	uint32_t forced;
	/** 1: of another layer than the hypervisor that the kernel runs on. */
	uint32_t other_layer;
	uint32_t reserved[4]; /**< zero; it is in arrays, cannot grow */
};

/** What a piece of evidence means; 0 is none of them. */
enum tscal_hv_means {
	TSCAL_HV_MEANS_VIRTUAL = 1, /**< "virtual": a virtual machine */
	TSCAL_HV_MEANS_CONTAINER,   /**< "container": shares its kernel */
	TSCAL_HV_MEANS_METAL,	    /**< "metal": no virtual machine */
	TSCAL_HV_MEANS_EITHER,	    /**< "either": its vendor sells bare
				     * metal too */
};

/** Most pieces of evidence that are kept. */
#define TSCAL_HV_EVIDENCE_MAX 16

/** A fact outside the hypervisors' CPUID leaves that shows one. */
struct tscal_hv_evidence {
	char where[48];	 /**< where it was read: "DMI sys_vendor" */
	char says[48];	 /**< the text there, printable, cut; "" if its
			  * presence is the evidence */
	char name[32];	 /**< its name for people: "QEMU", "Docker" */
	char vendor[16]; /**< the vendor that it means, as in
			  * tscal_hv_match; "" if it names none */
	enum tscal_hv_means means;
	uint32_t reserved[3]; /**< zero; it is in arrays, cannot grow */
};

/** Room for a sentence about evidence, NUL included. */
#define TSCAL_HV_SENTENCE 400

/** The outcome of a scan. */
struct tscal_hv {
	/** CPUID.1:ECX[31], or Xen behind its prefix, or the kernel runs on
	 * one. Also false where CPUID does not tell: the vendor is then
	 * "unknown", otherwise "none". */
	bool present;
	/** The one that is used.  Its base is 0 where the kernel runs on it,
	 * and CPUID is answered by another layer: what that shows is in
	 * `also`. */
	struct tscal_hv_match main;
	size_t n_also; /**< others, highest base first */
	struct tscal_hv_match also[TSCAL_HV_MAX];
	bool truncated; /**< more matches than places */
	/** More pieces of evidence than places. */
	bool evidence_truncated;
	/** Evidence outside CPUID's hypervisor leaves, in the order in which it
	 * is looked for; only what the kernel itself states (its paravirtual
	 * clocksources, Xen's files) may change `main`. */
	size_t n_evidence;
	struct tscal_hv_evidence evidence[TSCAL_HV_EVIDENCE_MAX];
	/** Where evidence and CPUID contradict each other: one sentence, else
	 * "".  It is not decided which is right. */
	char contradiction[TSCAL_HV_SENTENCE];
	/** What is known of layers below and above: sentences, or "". */
	char layers[TSCAL_HV_SENTENCE];
	/** The leaf in which main states the TSC's rate; 0: it has none, or
	 * does not state it. */
	uint32_t timing_leaf;
	/** What main offers to state it, such as "leaf 0x40000010 EAX, kHz";
	 * "" if there is none. */
	char timing[160];
};

/**
 * Scan: implementation behind tscal_hv_detect(), with the size of the caller's
 * struct, so that struct tscal_hv may grow at its end.
 */
TSCAL_API int tscal_hv_detect_sized(
	struct tscal_platform *platform, struct tscal_hv *hv, size_t hv_size);

/**
 * Scan for hypervisor signatures.
 *
 * Nothing is scanned unless CPUID.1:ECX[31] is set: without it the range
 * 0x40000000 is undefined (Intel SDM vol. 2A, CPUID) and answers with data of
 * other leaves.  The exception is a kernel that reports Xen: a
 * platform that may open devices then asks CPUID behind Xen's prefix for forced
 * emulation (tscal_platform_probe()).  docs/hypervisors.md lists the known
 * ones, and the one that is used.
 *
 * In a guest each of the 256 CPUIDs is a trap: about a millisecond in all, more
 * under two hypervisors (docs/hypervisors.md).
 * @param platform  where to ask; NULL: this machine, passively.
 * @param hv        filled in completely on success, with "none" as vendor
 *                  when nothing is found; untouched on error.
 * @return 0, or -errno when CPUID cannot be had.
 * Thread-safe, allocates nothing.  For the evidence it reads some twenty small
 * files: under /proc, /sys and /run, and /.dockerenv.
 */
TSCAL_INLINE int tscal_hv_detect(
	struct tscal_platform *platform, struct tscal_hv *hv)
{
	return tscal_hv_detect_sized(platform, hv, sizeof(*hv));
}

/** Name of a meaning: never NULL, "?" for a value out of range.  Static. */
TSCAL_API const char *tscal_hv_means_str(enum tscal_hv_means means);

#ifdef __cplusplus
}
#endif
#endif /* TSCAL_HV_H */
