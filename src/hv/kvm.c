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
/* KVM_FEATURE_CLOCKSOURCE_STABLE_BIT: the record's flag of that name has a
 * meaning. */
#define STABLE_BIT (1U << 24)
/* KVM_FEATURE_CLOCKSOURCE, KVM_FEATURE_CLOCKSOURCE2 */
#define CLOCKS (1U << 0 | 1U << 3)

static const struct tscal_hv_match *kvm(const struct tscal_hv *hv)
{
	if (!strcmp(hv->main.vendor, "kvm"))
		return &hv->main;
	for (size_t i = 0; i < hv->n_also; i++)
		if (!strcmp(hv->also[i].vendor, "kvm"))
			return &hv->also[i];
	return NULL;
}

/* Whether it is known that KVM offers none of these. */
static bool none_of(struct tscal_platform *plat, const struct tscal_hv *hv,
	uint32_t features)
{
	const struct tscal_hv_match *m = kvm(hv);
	struct plat_cpuid r;

	return m && m->max_leaf >= m->base + FEATURES &&
	       !hv_cpuid(plat, m, m->base + FEATURES, 0, &r) &&
	       !(r.eax & features);
}

bool hv_kvm_stable_means_nothing(
	struct tscal_platform *plat, const struct tscal_hv *hv)
{
	return none_of(plat, hv, STABLE_BIT);
}

bool hv_kvm_has_no_clock(struct tscal_platform *plat, const struct tscal_hv *hv)
{
	return none_of(plat, hv, CLOCKS);
}
