/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which truth a number is compared with.  Pure. */
#include <tscal/tscal.h>

#include "truth.h"

enum against truth_against(const struct truth *t, const char *source)
{
	enum against khz = t->khz.hz > 0 ? AGAINST_KHZ : AGAINST_NOTHING;
	enum against raw = t->raw.hz > 0 ? AGAINST_RAW : AGAINST_NOTHING;

	switch (tscal_source_by_name(source)) {
	case TSCAL_SOURCE_VDSO:
	case TSCAL_SOURCE_CLOCK_RAW:
		return raw;
	case TSCAL_SOURCE_KVM_IOCTL:
		return t->khz_by_ioctl ? AGAINST_NOTHING : khz;
	/* What the host, the kernel and the CPU name: what the kernel named is
	 * what they should be. */
	case TSCAL_SOURCE_HV_LEAF:
	case TSCAL_SOURCE_KVMCLOCK:
	case TSCAL_SOURCE_PERF_PAGE:
	case TSCAL_SOURCE_TSC_FREQ_KHZ:
	case TSCAL_SOURCE_BOGOMIPS:
	case TSCAL_SOURCE_CPUID_15:
	case TSCAL_SOURCE_CPUID_16:
	case TSCAL_SOURCE_BRAND:
		return khz;
	default:
		/* adjtimex: nothing here has better true seconds. */
		return AGAINST_NOTHING;
	}
}

const struct reference *truth_exact(const struct truth *t, enum against against)
{
	switch (against) {
	case AGAINST_RAW:
		return &t->raw;
	case AGAINST_KHZ:
		return &t->khz;
	case AGAINST_NOTHING:
		break;
	}
	return NULL;
}

const char *against_str(enum against against)
{
	switch (against) {
	case AGAINST_RAW:
		return "raw";
	case AGAINST_KHZ:
		return "khz";
	case AGAINST_NOTHING:
		break;
	}
	return "nothing";
}
