/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The table of sources.  Order is preference: where several agree, the first is
 * used.  It breaks ties only; it never makes a number right. */
#include <string.h>

#include "calib/source/source.h"

const struct source *const sources[] = {
	/* Who steers this TSC says how fast. */
	&source_hv_leaf,
	&source_hv_msr,
	&source_hv_backdoor,
	&source_kvmclock,
	&source_hyperv_page,
	&source_vmclock,
	&source_cpuid_15,
	/* What the kernel made of it: exact where readable. */
	&source_vdso,
	&source_perf_page,
	&source_tsc_freq_khz,
	&source_kvm_ioctl,
	/* Measured here. */
	&source_clock_raw,
	&source_hpet,
	&source_acpi_pm,
	&source_pit,
	&source_adjtimex,
	&source_ntp,
	&source_phc,
	/* Labels. */
	&source_cpuid_16,
	&source_brand,
	&source_msr_platform,
	&source_bogomips,
};
const size_t n_sources = sizeof(sources) / sizeof(*sources);

size_t source_rank(enum tscal_source id)
{
	size_t i = 0;

	while (i < n_sources && sources[i]->id != id)
		i++;
	return i;
}

uint64_t sources_wanted(uint64_t only)
{
	uint64_t wanted = 0;

	for (size_t i = 0; i < n_sources && !only; i++)
		if (!sources[i]->only_named)
			wanted |= UINT64_C(1) << sources[i]->id;
	return only ? only : wanted;
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
