/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* VMware's backdoor. */
#ifndef TSCAL_HV_VMWARE_H
#define TSCAL_HV_VMWARE_H

#include "hv/evidence.h"

/* Whether CPUID or the firmware names VMware. */
bool hv_is_vmware(struct tscal_platform *plat, struct hv_evidence *ev,
	const struct tscal_hv *hv);
/* How its backdoor is called then. */
enum plat_backdoor hv_vmware_backdoor(struct tscal_platform *plat,
	struct hv_evidence *ev, const struct tscal_hv *hv);

#endif /* TSCAL_HV_VMWARE_H */
