/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Hyper-V's interface, which other hypervisors offer too. */
#ifndef TSCAL_HV_HYPERV_H
#define TSCAL_HV_HYPERV_H

#include "plat/outcome.h"

/* HV_X64_MSR_TSC_FREQUENCY, in Hz. */
#define HV_MSR_TSC_HZ 0x40000022U

/* Whether Hyper-V's interface is at the first base, whichever hypervisor offers
 * it; else out has the reason. */
bool hv_hyperv_interface(struct tscal_platform *plat, const struct tscal_hv *hv,
	struct outcome *out);
/* Whether that interface offers the MSR of the TSC's rate; else out has the
 * reason. */
bool hv_hyperv_offers_msr(struct tscal_platform *plat,
	const struct tscal_hv *hv, struct outcome *out);
/* Whether that interface does not offer to report moves. */
bool hv_hyperv_never_reenlightens(
	struct tscal_platform *plat, const struct tscal_hv *hv);

#endif /* TSCAL_HV_HYPERV_H */
