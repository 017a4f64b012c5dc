/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* VMware's backdoor. */
#ifndef TSCAL_HV_VMWARE_H
#define TSCAL_HV_VMWARE_H

#include "hv/evidence.h"
#include "plat/outcome.h"

/* How VMware's backdoor may be called here; else false, with the reason in
 * out. */
bool hv_vmware_backdoor(struct tscal_platform *plat, struct hv_evidence *ev,
	const struct tscal_hv *hv, enum plat_backdoor *how,
	struct outcome *out);

#endif /* TSCAL_HV_VMWARE_H */
