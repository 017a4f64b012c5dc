/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/plat.h"

#include <tscal/calibrate.h>

static const struct {
	const char *name, *what, *via;
} counters[] = {
#define ROW(id, name, what, via) {name, what, via},
	PLAT_COUNTERS(ROW)
#undef ROW
};

const char *plat_counter_name(enum plat_counter_id id)
{
	return (unsigned)id < PLAT_COUNTER_COUNT ? counters[id].name : NULL;
}

const char *plat_counter_what(enum plat_counter_id id)
{
	return counters[id].what;
}

const char *plat_counter_via(enum plat_counter_id id)
{
	return counters[id].via;
}

const char *const plat_backdoor_names[PLAT_BACKDOOR_COUNT] = {
	[PLAT_BACKDOOR_PORT] = "port",
	[PLAT_BACKDOOR_VMCALL] = "vmcall",
	[PLAT_BACKDOOR_VMMCALL] = "vmmcall",
};

int tscal_platform_free(struct tscal_platform *platform)
{
	return platform ? platform->ops->free(platform) : 0;
}
