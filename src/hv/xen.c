/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Xen: leaf base + 3, subleaf 0 (xen/include/public/arch-x86/cpuid.h; filled in
 * by cpuid_hypervisor_leaves() and tsc_set_info()): EAX bit 0 RDTSC is
 * emulated, EBX the TSC mode, ECX the guest's kHz.
 */
#include "hv/vendor.h"

#define TIME_LEAF 3
#define EMULATED 1U	/* EAX */
#define NEVER_EMULATE 2 /* EBX: TSC_MODE_NEVER_EMULATE */

/*
 * The kHz is counted over 50 ms at boot (xen/arch/x86/time.c): a microsecond of
 * delay at either end is 20 ppm, a clean reading of the HPET or PM timer a
 * tenth of that.  A kernel on the clocksource "xen" follows the scale that Xen
 * goes on correcting, and is a few ppm away from this kHz.
 */
#define CALIBRATED_PPM 5

void hv_xen_timing(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *a)
{
	struct plat_cpuid r;

	if (!hv_leaf_read(plat, match, TIME_LEAF, &r, a))
		return;
	a->emulated = r.eax & EMULATED;
	a->steady = r.ebx == NEVER_EMULATE && !a->emulated;
	/* A PV control domain reads 0: tsc_set_info() leaves it untouched. */
	hv_answer_khz(a, r.ecx, match->base + TIME_LEAF, CALIBRATED_PPM);
}
