/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Questions to the evidence outside CPUID (hv/evidence.h). */
#ifndef TSCAL_HV_LEGACY_H
#define TSCAL_HV_LEGACY_H

#include "plat/plat.h"

/* The first piece that means a virtual machine, as a phrase with where it was
 * read, such as 'DMI sys_vendor is "QEMU"'; an empty string and false when
 * nothing tells.  Reads files of /proc and /sys alone. */
bool hv_legacy_sign(struct tscal_platform *plat, char *buf, size_t size);

/* Whether DMI or ACPI (which only root can read) names this vendor, by its id.
 */
bool hv_firmware_says(struct tscal_platform *plat, const char *vendor);
bool hv_firmware_is_virtualbox(struct tscal_platform *plat);
bool hv_firmware_is_vmware(struct tscal_platform *plat);

/* Whether this is Xen's control domain. */
bool hv_legacy_dom0(struct tscal_platform *plat);
/* Whether firmware says that this is a virtual machine, and not by Xen: what
 * Xen's control domain, which has the machine's own firmware, lies in. */
bool hv_legacy_below_xen(struct tscal_platform *plat, char *buf, size_t size);

#endif /* TSCAL_HV_LEGACY_H */
