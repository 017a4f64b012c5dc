/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Queries on the evidence outside CPUID (hv/evidence.h). */
#ifndef TSCAL_HV_ASK_EVIDENCE_H
#define TSCAL_HV_ASK_EVIDENCE_H

#include "hv/evidence.h"

/* The first piece that means a virtual machine, as a phrase with where it was
 * read, such as 'DMI sys_vendor is "QEMU"'; an empty string and false if there
 * is none. */
bool hv_evidence_virtual(struct tscal_platform *plat, struct hv_evidence *ev,
	char *buf, size_t size);

/* Whether DMI or ACPI (which only root can read) names this vendor, by its id.
 */
bool hv_firmware_names(struct tscal_platform *plat, struct hv_evidence *ev,
	const char *vendor);

/* Whether this is Xen's control domain. */
bool hv_evidence_dom0(struct tscal_platform *plat, struct hv_evidence *ev);
/* Whether firmware reports a virtual machine other than Xen's.  Xen's control
 * domain sees the machine's own firmware: Xen itself runs in that virtual
 * machine. */
bool hv_evidence_below_xen(struct tscal_platform *plat, struct hv_evidence *ev,
	char *buf, size_t size);

#endif /* TSCAL_HV_ASK_EVIDENCE_H */
