/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Hyper-V's frequency MSRs (Hypervisor Top Level Functional Specification,
 * Feature and Interface Discovery; Partition Reference Time).  The vendor's
 * signature is informational there: what counts is the interface, "Hv#1", and
 * the two bits that offer these MSRs.
 */
#include "hv/vendor.h"

#define BASE 0x40000000U
#define INTERFACE 1U
#define INTERFACE_HV1 0x31237648U /* "Hv#1" in EAX */
#define FEATURES 3U
#define ACCESS_FREQUENCY_MSRS (1U << 11) /* EAX */
#define ISOLATION 0xcU
#define HAS_ISOLATION (1U << 22)   /* EBX of the features */
#define ISOLATION_TYPE 0xfU	   /* EBX of ISOLATION */
#define ISOLATION_TDX 3U	   /* 1 VBS, 2 SNP */
#define REENLIGHTENMENT (1U << 13) /* EAX */
#define FREQUENCY_MSRS (1U << 8)   /* EDX */

/* The match at the first base; NULL if there is none. */
static const struct tscal_hv_match *at_first_base(const struct tscal_hv *hv)
{
	if (!hv->present || hv_other_layer(hv))
		return NULL;
	if (hv->main.base == BASE)
		return &hv->main;
	for (size_t i = 0; i < hv->n_also; i++)
		if (hv->also[i].base == BASE)
			return &hv->also[i];
	return NULL;
}

bool hv_hyperv_interface(struct tscal_platform *plat, const struct tscal_hv *hv,
	struct outcome *o)
{
	const struct tscal_hv_match *m = at_first_base(hv);
	struct plat_cpuid r;
	int rc = 0;

	*o = (struct outcome){0};
	if (hv_other_layer(hv)) {
		outcome_set(o, TSCAL_STATUS_ABSENT,
			"CPUID shows the leaves of %s, but the kernel runs "
			"on %s",
			hv_other_layer(hv)->name, hv->main.name);
		return false;
	}
	if (!hv->present)
		rc = plat->ops->cpuid(plat, 1, 0, &r);
	else if (!m)
		rc = plat->ops->cpuid(plat, BASE, 0, &r);
	else if (m->max_leaf >= BASE + INTERFACE)
		rc = plat->ops->cpuid(plat, BASE + INTERFACE, 0, &r);
	if (rc)
		outcome_errno(o, rc,
			!hv->present ? "CPUID leaf 0x1"
			: !m	     ? "CPUID leaf 0x40000000"
				     : "CPUID leaf 0x40000001");
	else if (!m)
		outcome_set(o, TSCAL_STATUS_ABSENT, "%s",
			hv->present ? "no hypervisor's leaves at 0x40000000"
				    : "no hypervisor by CPUID");
	else if (m->max_leaf < BASE + INTERFACE ||
		 hv_vendor_of(m)->features_at_1 || r.eax != INTERFACE_HV1)
		outcome_set(o, TSCAL_STATUS_ABSENT,
			"%s does not have Hyper-V's interface", m->name);
	else
		return true;
	return false;
}

bool hv_hyperv_offers_msr(struct tscal_platform *plat,
	const struct tscal_hv *hv, struct outcome *o)
{
	const struct tscal_hv_match *m = at_first_base(hv);
	struct plat_cpuid r;
	int rc = 0;

	if (!hv_hyperv_interface(plat, hv, o))
		return false;
	if (m->max_leaf >= BASE + FEATURES)
		rc = plat->ops->cpuid(plat, BASE + FEATURES, 0, &r);
	if (rc)
		outcome_errno(o, rc, "CPUID leaf 0x40000003");
	else if (m->max_leaf < BASE + FEATURES)
		outcome_set(o, TSCAL_STATUS_ABSENT,
			"Hyper-V's interface ends at leaf 0x%x, before its "
			"features",
			m->max_leaf);
	/* Xen's viridian sets only the first bit, which alone offers nothing
	 * (xen/arch/x86/hvm/viridian/viridian.c). */
	else if (!(r.eax & ACCESS_FREQUENCY_MSRS) || !(r.edx & FREQUENCY_MSRS))
		outcome_set(o, TSCAL_STATUS_ABSENT,
			"Hyper-V's interface here does not offer its frequency "
			"MSRs");
	else
		return true;
	return false;
}

bool hv_hyperv_never_reenlightens(
	struct tscal_platform *plat, const struct tscal_hv *hv)
{
	const struct tscal_hv_match *m = at_first_base(hv);
	struct outcome o;
	struct plat_cpuid r;

	return m && m->max_leaf >= BASE + FEATURES &&
	       hv_hyperv_interface(plat, hv, &o) &&
	       !plat->ops->cpuid(plat, BASE + FEATURES, 0, &r) &&
	       !(r.eax & REENLIGHTENMENT);
}

/*
 * Hypervisor TLFS, Feature and Interface Discovery, 0x40000003 and 0x4000000C;
 * Linux, hv_get_isolation_type().  The other types promise nothing of the TSC:
 * with VBS the hypervisor controls it, with SNP too unless Secure TSC is
 * active.
 */
bool hv_hyperv_tdx(struct tscal_platform *plat, const struct tscal_hv *hv)
{
	const struct tscal_hv_match *m = at_first_base(hv);
	struct outcome o;
	struct plat_cpuid r;

	return m && m->max_leaf >= BASE + ISOLATION &&
	       hv_hyperv_interface(plat, hv, &o) &&
	       !plat->ops->cpuid(plat, BASE + FEATURES, 0, &r) &&
	       r.ebx & HAS_ISOLATION &&
	       !plat->ops->cpuid(plat, BASE + ISOLATION, 0, &r) &&
	       (r.ebx & ISOLATION_TYPE) == ISOLATION_TDX;
}
