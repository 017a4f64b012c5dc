/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The sources that tscal hv shows. */
#include <string.h>

#include "cli/cli.h"

bool asks_hypervisor(const char *source)
{
	static const char *const names[] = {"hv-leaf", "hv-msr", "hv-backdoor",
		"kvmclock", "hyperv-page", "vmclock"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(source, names[i]))
			return true;
	return false;
}
