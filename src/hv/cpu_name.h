/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The CPU's name by CPUID, and by /proc/cpuinfo. */
#ifndef TSCAL_HV_CPU_NAME_H
#define TSCAL_HV_CPU_NAME_H

#include "plat/plat.h"

/* Whether /proc/cpuinfo names another CPU than CPUID; both names. */
bool hv_cpu_names_differ(
	struct tscal_platform *plat, char brand[49], char model_name[49]);

#endif /* TSCAL_HV_CPU_NAME_H */
