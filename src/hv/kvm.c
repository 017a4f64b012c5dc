/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * KVM: leaf base + 1 EAX, features of its paravirtual clock (Linux,
 * Documentation/virt/kvm/x86/cpuid.rst and msr.rst).
 */
#include "hv/vendor.h"

#include <string.h>

#include "hv/leaf.h"

#define FEATURES 1U

static const struct tscal_hv_match *kvm(const struct tscal_hv *hv)
{
	if (hv_other_layer(hv))
		return NULL;
	if (!strcmp(hv->main.vendor, "kvm"))
		return &hv->main;
	for (size_t i = 0; i < hv->n_also; i++)
		if (!strcmp(hv->also[i].vendor, "kvm"))
			return &hv->also[i];
	return NULL;
}

int hv_kvm_offers(struct tscal_platform *plat, const struct tscal_hv *hv,
	uint32_t features)
{
	const struct tscal_hv_match *m = kvm(hv);
	struct plat_cpuid r;

	if (!m || m->max_leaf < m->base + FEATURES ||
		hv_cpuid(plat, m, m->base + FEATURES, 0, &r))
		return -1;
	return (r.eax & features) != 0;
}
