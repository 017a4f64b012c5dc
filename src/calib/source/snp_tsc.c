/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The MHz of SEV-SNP's Secure TSC.  The mean rate is lower by TSC_FACTOR, in
 * steps of 10 ppm, which is in the secrets page, mapped for the kernel alone
 * (Linux, arch/x86/coco/sev/core.c, snp_secure_tsc_init() and
 * SNP_SCALE_TSC_FREQ(); the first kernels with Secure TSC took the MHz
 * unscaled): so this is a label.  It also shows whose number the kernel's is
 * (facts->secure_tsc).
 */
#include "calib/source/source.h"

static bool check(const struct source_view *v, struct estimate *est)
{
	if (secure_tsc_offered(v->plat, v->hv, v->facts))
		return true;
	est_say(est, TSCAL_STATUS_ABSENT, "CPUID shows no guest of SEV-SNP");
	return false;
}

static void read(const struct source_view *v, struct estimate *est)
{
	est_outcome(est, v->secure_tsc, TSCAL_ROOT_FW | TSCAL_ROOT_HV);
}

const struct source source_snp_tsc = {
	.id = TSCAL_SOURCE_SNP_TSC,
	.name = "snp-tsc",
	.kind = TSCAL_KIND_NOMINAL,
	.probe = "devices",
	.needs = "a guest of SEV-SNP with Secure TSC, /dev/cpu/0/msr "
		 "(CAP_SYS_RAWIO); "
		 "--probe devices",
	.check = check,
	.would = "would read SEV_STATUS and GUEST_TSC_FREQ from /dev/cpu/0/msr "
		 "(CAP_SYS_RAWIO)",
	.read = read,
};
