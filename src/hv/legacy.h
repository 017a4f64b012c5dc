/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Signs of a virtual machine outside CPUID: DMI and ACPI. */
#ifndef TSCAL_HV_LEGACY_H
#define TSCAL_HV_LEGACY_H

#include "plat/plat.h"

/* One phrase with where it was read, such as 'DMI sys_vendor is "QEMU"'; an
 * empty string and false when nothing tells. */
bool hv_legacy_sign(struct tscal_platform *plat, char *buf, size_t size);

/* Whether DMI (innotek, VirtualBox, Oracle) or ACPI (VBOX, which only root can
 * read) names VirtualBox. */
bool hv_firmware_is_virtualbox(struct tscal_platform *plat);

/* Whether DMI names VMware. */
bool hv_firmware_is_vmware(struct tscal_platform *plat);

#endif /* TSCAL_HV_LEGACY_H */
