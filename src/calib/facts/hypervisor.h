/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What CPUID shows of the hypervisor. */
#ifndef TSCAL_HYPERVISOR_H
#define TSCAL_HYPERVISOR_H

#include "calib/facts/facts.h"
#include "hv/leaf.h"
#include "hv/vendor.h"

struct hypervisor {
	struct tscal_hv id;
	/* The -errno of reading the first base, where no base was read. */
	int base_rc;
	const struct hv_vendor *vendor; /* of id.main; NULL without one */
	/* A trust domain of TDX that Hyper-V offers its interface to. */
	bool hyperv_tdx;
	struct hv_answer timing; /* of its timing leaf */
	/* See hv_offers_linux(); asked only where the list of clocksources does
	 * not show what Linux did. */
	int offers_linux;
};

/* quick: in less than a millisecond, see HV_SCAN_QUICK. */
void hypervisor_find(struct tscal_platform *plat, struct facts *facts,
	bool quick, struct hypervisor *hv);

#endif /* TSCAL_HYPERVISOR_H */
