/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The table of sources in order of preference: it only decides between numbers
 * with equal support. */
#include <string.h>

#include "calib/source/source.h"

#define SOURCES(X)                                                             \
	/* What the hypervisor reports: it controls this TSC. */               \
	X(hv_leaf)                                                             \
	X(hv_msr)                                                              \
	X(hv_backdoor)                                                         \
	X(kvmclock)                                                            \
	X(hyperv_page)                                                         \
	X(vmclock)                                                             \
	X(cpuid_15)                                                            \
	/* What the kernel made of it: exact where readable. */                \
	X(vdso)                                                                \
	X(perf_page)                                                           \
	X(tsc_freq_khz)                                                        \
	X(kvm_ioctl)                                                           \
	/* Measured here. */                                                   \
	X(clock_raw)                                                           \
	X(hpet)                                                                \
	X(acpi_pm)                                                             \
	X(pit)                                                                 \
	X(adjtimex)                                                            \
	X(ntp)                                                                 \
	X(phc)                                                                 \
	/* Labels. */                                                          \
	X(cpuid_16)                                                            \
	X(brand)                                                               \
	X(snp_tsc)                                                             \
	X(msr_platform)                                                        \
	X(bogomips)

#define DECLARE(name) extern const struct source source_##name;
SOURCES(DECLARE)
#undef DECLARE

#define POINTER(name) &source_##name,
const struct source *const sources[] = {SOURCES(POINTER)};
#undef POINTER
const size_t n_sources = sizeof(sources) / sizeof(*sources);

uint64_t sources_wanted(uint64_t only, uint32_t *counters)
{
	uint64_t wanted = 0;

	*counters = 0;
	for (size_t i = 0; i < n_sources; i++) {
		uint64_t bit = UINT64_C(1) << sources[i]->id;

		if (only ? !(only & bit) : sources[i]->only_named)
			continue;
		wanted |= bit;
		*counters |= sources[i]->counter;
	}
	return wanted;
}

const char *tscal_source_str(enum tscal_source source)
{
	for (size_t i = 0; i < n_sources; i++)
		if (sources[i]->id == source)
			return sources[i]->name;
	return source == TSCAL_SOURCE_NONE ? "none" : "?";
}

enum tscal_source tscal_source_by_name(const char *name)
{
	for (size_t i = 0; i < n_sources; i++)
		if (!strcmp(sources[i]->name, name))
			return sources[i]->id;
	return TSCAL_SOURCE_NONE;
}
