/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The CPU's name by CPUID, and by /proc/cpuinfo. */
#ifndef TSCAL_HV_CPU_NAME_H
#define TSCAL_HV_CPU_NAME_H

#include "plat/plat.h"

/* Three leaves of 16 bytes, and a NUL. */
#define HV_BRAND 49

/* CPUID's brand, without blanks at the ends; empty where it has none.  max_ext:
 * the last leaf of that range, 0: the CPU has none.  0, or the -errno of
 * reading a leaf. */
int hv_read_brand(
	struct tscal_platform *plat, uint32_t *max_ext, char brand[HV_BRAND]);

/* Whether /proc/cpuinfo names another CPU than CPUID; both names. */
bool hv_cpu_names_differ(struct tscal_platform *plat, char brand[HV_BRAND],
	char model_name[HV_BRAND]);

#endif /* TSCAL_HV_CPU_NAME_H */
