/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The kernel's hypervisor, where CPUID shows another layer's. */
#ifndef TSCAL_HV_KERNEL_LAYER_H
#define TSCAL_HV_KERNEL_LAYER_H

#include "hv/evidence.h"

/* The end of a scan: where the kernel runs on a hypervisor whose signature is
 * not in CPUID, that is `main`, and what CPUID shows is another layer's. */
void hv_name_kernels(struct tscal_platform *plat, struct hv_evidence *ev,
	struct tscal_hv *hv);

/* The same where CPUID shows no hypervisor at all. */
void hv_name_kernels_alone(struct tscal_platform *plat, struct hv_evidence *ev,
	struct tscal_hv *hv);

#endif /* TSCAL_HV_KERNEL_LAYER_H */
