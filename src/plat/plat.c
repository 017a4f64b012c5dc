/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/plat.h"

#include <tscal/calibrate.h>

const char *plat_counter_name(enum plat_counter_id id)
{
	static const char *const names[PLAT_COUNTER_COUNT] = {
		[PLAT_COUNTER_RDTSC] = "rdtsc",
		[PLAT_COUNTER_CLOCK_RAW] = "clock-raw",
		[PLAT_COUNTER_REALTIME] = "realtime",
		[PLAT_COUNTER_HPET] = "hpet",
		[PLAT_COUNTER_ACPI_PM] = "acpi-pm",
		[PLAT_COUNTER_PIT] = "pit",
		[PLAT_COUNTER_PHC] = "phc",
	};

	return (unsigned)id < PLAT_COUNTER_COUNT ? names[id] : NULL;
}

const char *plat_backdoor_name(enum plat_backdoor how)
{
	static const char *const names[PLAT_BACKDOOR_COUNT] = {
		[PLAT_BACKDOOR_PORT] = "port",
		[PLAT_BACKDOOR_VMCALL] = "vmcall",
		[PLAT_BACKDOOR_VMMCALL] = "vmmcall",
	};

	return (unsigned)how < PLAT_BACKDOOR_COUNT ? names[how] : NULL;
}

int tscal_platform_free(struct tscal_platform *platform)
{
	return platform ? platform->ops->free(platform) : 0;
}
