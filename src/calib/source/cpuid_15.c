/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * CPUID leaf 0x15: TSC = crystal * EBX / EAX (Intel SDM vol. 2A, CPUID;
 * vol. 3B, "Determining the Processor Base Frequency").
 */
#include <math.h>

#include "calib/source/source.h"

/* Crystals that Intel uses.  They differ by 4 % and more, so a short
 * measurement identifies them; tables by model are wrong for some CPUs of
 * models 0x55 and 0x9E. */
static const double crystals_hz[] = {19.2e6, 24e6, 25e6, 26e6, 38.4e6};

/* The crystal whose frequency times ratio is within 1 % of hz; 0 if none. */
static double fit_crystal(double ratio, double hz)
{
	for (size_t i = 0; i < sizeof(crystals_hz) / sizeof(*crystals_hz); i++)
		if (fabs(ppm(crystals_hz[i] * ratio, hz)) < 1e4)
			return crystals_hz[i];
	return 0;
}

static void demote(
	const struct source_view *v, struct estimate *est, double crystal)
{
	bool guest = v->kernel->guest && !v->facts->tdx;

	if (est->line.status != TSCAL_STATUS_READY)
		return;
	if (guest && v->measured->counters.raw.out.hz > 0 &&
		fabs(ppm(est->line.hz, v->measured->counters.raw.out.hz)) > 5e4)
		est_say(est, TSCAL_STATUS_HINT,
			v->kernel->guest_perhaps
				? "%.2f times the rate measured here, so "
				  "perhaps the host's rate: only a "
				  "hint"
				: "%.2f times the rate measured here, so it "
				  "is the host's rate",
			est->line.hz / v->measured->counters.raw.out.hz);
	else if (v->kernel->guest_perhaps)
		est_say(est, TSCAL_STATUS_HINT,
			"this may be a virtual machine, and the rate may be "
			"its host's");
	else if (guest)
		est_say(est, TSCAL_STATUS_HINT,
			"this is a virtual machine, and the rate may be its "
			"host's");
	else if (crystal == 0 &&
		 (v->kernel->roots & TSCAL_ROOT_CPU || v->kernel->may_be_guess))
		/* The kernel's rate is from CPUID too, or may be: a crystal
		 * that is chosen to fit it would not be independent. */
		est_say(est, TSCAL_STATUS_HINT,
			"the leaf names no crystal frequency, and no source "
			"independent of CPUID shows it");
}

static void read(const struct source_view *v, struct estimate *est)
{
	struct plat_cpuid r;
	double ratio, crystal, slack;

	if (!cpuid_leaf_read(v, est, 0x15, &r))
		return;
	if (!r.eax || !r.ebx) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"the leaf is there but enumerates no ratio (%u/%u)",
			r.ebx, r.eax);
		return;
	}
	/* Multiply first: EBX / EAX in integers loses the fraction. */
	ratio = (double)r.ebx / r.eax;
	crystal = r.ecx ? r.ecx
			: fit_crystal(ratio, v->measured->counters.raw.out.hz);
	if (crystal == 0) {
		est_say(est, TSCAL_STATUS_HINT,
			"ratio %u/%u, but no crystal frequency is named and "
			"%s",
			r.ebx, r.eax,
			v->measured->counters.raw.out.hz > 0
				? "no known one fits the measurement"
				: "no measurement can identify it");
		return;
	}
	/* A named crystal is rounded to a Hz; an assumed one is exact. */
	slack = r.ecx ? 0.5 * ratio : 0;
	est->assumed = !r.ecx;
	est_number(est, crystal * r.ebx / r.eax,
		crystal * r.ebx / r.eax - slack,
		crystal * r.ebx / r.eax + slack, TSCAL_ROOT_CPU,
		r.ecx ? "%g MHz crystal x %u/%u"
		      : "%g MHz crystal x %u/%u; the crystal is assumed: no "
			"other known one fits",
		crystal / 1e6, r.ebx, r.eax);
	demote(v, est, r.ecx);
}

const struct source source_cpuid_15 = {
	.id = TSCAL_SOURCE_CPUID_15,
	.name = "cpuid-15",
	.kind = TSCAL_KIND_ENUMERATED,
	.needs = "CPUID leaf 0x15 with a ratio; on bare metal or under TDX",
	.read = read,
};
