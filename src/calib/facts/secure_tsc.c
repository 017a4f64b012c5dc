/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * AMD64 APM vol. 2, 15.34.10 (SEV_STATUS) and 15.36.18 (Secure TSC).  The
 * registers are asked for only where CPUID offers SEV-SNP: elsewhere reading
 * them faults.
 */
#include "calib/facts/secure_tsc.h"

#include <errno.h>

#include "calib/facts/facts.h"
#include "calib/facts/hypervisor.h"
#include "plat/text.h"

#define SEV_LEAF 0x8000001fU
#define SEV_SNP (1U << 4) /* EAX */
#define MSR_SEV_STATUS 0xc0010131U
#define SNP_ACTIVE (UINT64_C(1) << 2)
#define SECURE_TSC (UINT64_C(1) << 11)
#define MSR_GUEST_TSC_FREQ 0xc0010134U
#define MHZ 0x3ffffU /* bits 17..0, Linux snp_secure_tsc_init() */

static bool rdmsr(struct tscal_platform *plat, uint32_t msr, uint64_t *value,
	struct outcome *out)
{
	int rc = plat->ops->rdmsr(plat, 0, msr, value);

	if (rc == -ENOENT)
		outcome_set(out, TSCAL_STATUS_ABSENT,
			"no /dev/cpu/0/msr here (load the module: modprobe "
			"msr), or not this register (0x%x)",
			msr);
	else if (rc)
		outcome_errno(out, rc, "/dev/cpu/0/msr");
	if (rc == -EOPNOTSUPP)
		text_printf(out->sentence, sizeof(out->sentence),
			" (--probe devices)");
	return !rc;
}

bool secure_tsc_offered(struct tscal_platform *plat,
	const struct hypervisor *hv, const struct facts *facts)
{
	struct plat_cpuid r;

	return hv->id.present && !hv_other_layer(&hv->id) &&
	       facts->max_ext >= SEV_LEAF &&
	       !plat->ops->cpuid(plat, SEV_LEAF, 0, &r) && r.eax & SEV_SNP;
}

void secure_tsc_read(struct tscal_platform *plat, const struct hypervisor *hv,
	struct facts *facts, struct outcome *out)
{
	uint64_t status, freq;

	*out = (struct outcome){0};
	if (!secure_tsc_offered(plat, hv, facts)) {
		outcome_set(out, TSCAL_STATUS_ABSENT,
			"CPUID shows no guest of SEV-SNP");
		return;
	}
	if (!rdmsr(plat, MSR_SEV_STATUS, &status, out))
		return;
	if (!(status & SNP_ACTIVE) || !(status & SECURE_TSC)) {
		outcome_set(out, TSCAL_STATUS_ABSENT,
			"Secure TSC is not active in this guest (SEV_STATUS)");
		return;
	}
	facts->secure_tsc = true;
	if (!rdmsr(plat, MSR_GUEST_TSC_FREQ, &freq, out))
		return;
	freq &= MHZ;
	if ((double)freq * 1e6 < TSC_HZ_MIN ||
		(double)freq * 1e6 > TSC_HZ_MAX) {
		outcome_set(out, TSCAL_STATUS_IMPLAUSIBLE,
			"GUEST_TSC_FREQ gives %u MHz, outside the range of TSC "
			"rates",
			(unsigned)freq);
		return;
	}
	out->hz = (double)freq * 1e6;
	out->lo = out->hz - 0.5e6;
	out->hi = out->hz + 0.5e6;
	outcome_set(out, TSCAL_STATUS_READY,
		"GUEST_TSC_FREQ is %u MHz, the nominal rate: the mean rate "
		"is lower by a factor that only the kernel can read",
		(unsigned)freq);
}
