/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Xen: leaf base + 3 (xen/include/public/arch-x86/cpuid.h; filled in by
 * cpuid_hypervisor_leaves() and tsc_set_info()).
 *
 *	subleaf 0	EAX bit 0 RDTSC is emulated, EBX the TSC mode, ECX the
 *			guest's kHz
 *	subleaf 1	ECX, EDX: ns = (ticks << EDX) * ECX >> 32
 *	subleaf 2	EAX the host's kHz
 */
#include <math.h>

#include "hv/leaf.h"
#include "hv/vendor.h"
#include "plat/text.h"

#define TIME_LEAF 3
#define EMULATED 1U	/* EAX */
#define NEVER_EMULATE 2 /* EBX: TSC_MODE_NEVER_EMULATE */

/*
 * The kHz is counted over 50 ms at boot (xen/arch/x86/time.c): a microsecond of
 * delay at one end is 20 ppm, a clean reading of the HPET or PM timer a tenth
 * of that.  A kernel on the clocksource "xen" follows the scale that Xen
 * goes on correcting, and is a few ppm away from this kHz.
 */
#define CALIBRATED_PPM 20
/* Scale and kHz are computed from one number. */
#define SAME_PPM 1

/* Hz by the scale of subleaf 1; 0: there is none. */
static double scale_hz(
	struct tscal_platform *plat, const struct tscal_hv_match *match)
{
	struct plat_cpuid r;
	int shift;

	if (hv_cpuid(plat, match, match->base + TIME_LEAF, 1, &r) || !r.ecx)
		return 0;
	shift = (int8_t)r.edx;
	return shift < -31 || shift > 31 ? 0 : ldexp(1e9, 32 - shift) / r.ecx;
}

/* The host's kHz, where it differs from the guest's: then the CPU scales the
 * TSC, or Xen emulates it.  The other registers are 0; dumps of cpuid(1) have
 * subleaf 1 under this number. */
static void add_host(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct outcome *o)
{
	struct plat_cpuid r;

	if (!hv_cpuid(plat, match, match->base + TIME_LEAF, 2, &r) && r.eax &&
		!r.ebx && !r.ecx && !r.edx && fabs(r.eax * 1e3 - o->hz) > 2e3)
		text_printf(o->sentence, sizeof(o->sentence),
			"; the host's TSC runs at %u kHz", r.eax);
}

static void consider_scale(double scale, uint32_t leaf, struct outcome *o)
{
	/* QEMU gives the kHz only where the user did, and KVM fills in the
	 * scale whatever happens (target/i386/kvm/kvm.c; arch/x86/kvm/xen.c,
	 * kvm_xen_update_tsc_info()). */
	if (o->status == TSCAL_STATUS_ABSENT && scale > 0) {
		hv_answer_khz(o,
			scale < TSC_HZ_MAX ? (uint32_t)(scale / 1e3 + 0.5)
					   : UINT32_MAX,
			leaf, CALIBRATED_PPM);
		if (o->status == TSCAL_STATUS_READY)
			outcome_set(o, TSCAL_STATUS_READY,
				"%.0f kHz by the scale in leaf 0x%x, whose own "
				"kHz is zero",
				o->hz / 1e3, leaf);
	} else if (o->status == TSCAL_STATUS_READY && scale > 0 &&
		   fabs(scale - o->hz) > 1e3 + o->hz * SAME_PPM * 1e-6) {
		outcome_set(o, TSCAL_STATUS_IMPLAUSIBLE,
			"leaf 0x%x contradicts itself: %.0f kHz, and %.0f kHz "
			"by its scale",
			leaf, o->hz / 1e3, scale / 1e3);
		o->hz = o->lo = o->hi = 0;
	}
}

void hv_xen_timing(struct tscal_platform *plat,
	const struct tscal_hv_match *match, struct hv_answer *a)
{
	uint32_t leaf = match->base + TIME_LEAF;
	struct outcome *o = &a->outcome;
	struct plat_cpuid r;

	*a = (struct hv_answer){0};
	if (!hv_leaf_read(plat, match, TIME_LEAF, &r, o))
		return;
	a->emulated = r.eax & EMULATED;
	a->steady = r.ebx == NEVER_EMULATE && !a->emulated;
	/* A PV control domain reads 0: tsc_set_info() leaves it untouched. */
	hv_answer_khz(o, r.ecx, leaf, CALIBRATED_PPM);
	consider_scale(scale_hz(plat, match), leaf, o);
	if (o->status == TSCAL_STATUS_READY)
		add_host(plat, match, o);
}
