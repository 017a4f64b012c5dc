/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/**
 * @file hv.h
 * Which hypervisors say, by CPUID, that they are here.
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
	uint32_t reserved[6];  /**< zero; it stands in arrays, cannot grow */
};

/** The outcome of a scan. */
struct tscal_hv {
	bool present;		    /**< CPUID.1:ECX[31] */
	struct tscal_hv_match main; /**< who is believed */
	size_t n_also;		    /**< others, highest base first */
	struct tscal_hv_match also[TSCAL_HV_MAX];
	bool truncated; /**< more matches than places */
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
 * other leaves.  docs/hypervisors.md says who is known and who is believed.
 *
 * In a guest each of the 256 CPUIDs is a trap: about a millisecond in all, more
 * under two hypervisors (docs/hypervisors.md).
 * @param platform  where to ask; NULL: this machine, passively.
 * @param hv        filled in completely on success, with "none" as vendor
 *                  when nothing is found; untouched on error.
 * @return 0, or -errno when CPUID cannot be had.
 * Thread-safe, allocates nothing.  Reads files of /sys/class/dmi/id only where
 * a signature of twelve NUL bytes may be VirtualBox's.
 */
TSCAL_INLINE int tscal_hv_detect(
	struct tscal_platform *platform, struct tscal_hv *hv)
{
	return tscal_hv_detect_sized(platform, hv, sizeof(*hv));
}

#ifdef __cplusplus
}
#endif
#endif /* TSCAL_HV_H */
