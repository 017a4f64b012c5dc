/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What KVM's feature bits state about its paravirtual clock. */
#ifndef TSCAL_HV_KVM_H
#define TSCAL_HV_KVM_H

#include <tscal/hv.h>

#include "plat/plat.h"

/* Whether KVM's CPUID lacks the bit that gives the pvclock record's flag
 * "stable" its meaning. */
bool hv_kvm_stable_means_nothing(
	struct tscal_platform *plat, const struct tscal_hv *hv);

/* Whether KVM's CPUID reports that there is no pvclock. */
bool hv_kvm_has_no_clock(
	struct tscal_platform *plat, const struct tscal_hv *hv);

#endif /* TSCAL_HV_KVM_H */
