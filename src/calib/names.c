/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Names of the enumerations, as in JSON and on the terminal. */
#include "calib/names.h"

#include <tscal/calibrate.h>

#define NAME(table, value)                                                     \
	((size_t)(value) < sizeof(table) / sizeof(*(table)) && (table)[value]  \
			? (table)[value]                                       \
			: "?")

const char *tscal_kind_str(enum tscal_kind kind)
{
	static const char *const names[] = {
		[TSCAL_KIND_REPORTED] = "reported",
		[TSCAL_KIND_ENUMERATED] = "enumerated",
		[TSCAL_KIND_NOMINAL] = "nominal",
		[TSCAL_KIND_KERNEL] = "kernel",
		[TSCAL_KIND_MEASURED] = "measured",
	};

	return NAME(names, kind);
}

const char *tscal_status_str(enum tscal_status status)
{
	static const char *const names[] = {
		[TSCAL_STATUS_USED] = "used",
		[TSCAL_STATUS_AGREES] = "agrees",
		[TSCAL_STATUS_DISAGREES] = "disagrees",
		[TSCAL_STATUS_STALE] = "stale",
		[TSCAL_STATUS_HINT] = "hint",
		[TSCAL_STATUS_READY] = "ready",
		[TSCAL_STATUS_ABSENT] = "absent",
		[TSCAL_STATUS_SKIPPED] = "skipped",
		[TSCAL_STATUS_DENIED] = "denied",
		[TSCAL_STATUS_STUCK] = "stuck",
		[TSCAL_STATUS_IMPLAUSIBLE] = "implausible",
		[TSCAL_STATUS_UNSTABLE] = "unstable",
		[TSCAL_STATUS_ERROR] = "error",
		[TSCAL_STATUS_COARSE] = "coarse",
	};

	return NAME(names, status);
}

const char *tscal_rate_str(enum tscal_rate rate)
{
	static const char *const names[] = {
		[TSCAL_RATE_NONE] = "none",
		[TSCAL_RATE_CONFLICT] = "conflict",
		[TSCAL_RATE_SINGLE] = "single",
		[TSCAL_RATE_CONSISTENT] = "consistent",
		[TSCAL_RATE_VERIFIED] = "verified",
	};

	return NAME(names, rate);
}

const char *tscal_use_str(enum tscal_use use)
{
	static const char *const names[] = {
		[TSCAL_USE_NO] = "no",
		[TSCAL_USE_SLOW] = "slow",
		[TSCAL_USE_PROVISIONAL] = "provisional",
		[TSCAL_USE_UNTIL_MOVED] = "until-moved",
		[TSCAL_USE_YES] = "yes",
		[TSCAL_USE_UNKNOWN] = "unknown",
	};

	return NAME(names, use);
}

const char *names_next(uint32_t *set, const char *const *names, size_t n)
{
	while (*set) {
		size_t bit = (size_t)__builtin_ctz(*set);

		*set &= *set - 1;
		if (bit < n && names[bit])
			return names[bit];
	}
	return NULL;
}

const char *tscal_root_next(uint32_t *roots)
{
	static const char *const names[32] = {
		[0] = "hv",
		[1] = "cpu",
		[2] = "fw",
		[3] = "hpet",
		[4] = "pm",
		[5] = "pit",
		[6] = "ntp",
		[8] = "phc:0",
		[9] = "phc:1",
		[10] = "phc:2",
		[11] = "phc:3",
		[12] = "phc:4",
		[13] = "phc:5",
		[14] = "phc:6",
		[15] = "phc:7",
		[31] = "unknown",
	};

	return names_next(roots, names, 32);
}

const char *tscal_watch_next(uint32_t *watch)
{
	static const char *const names[] = {
		[0] = "pvclock-version",
		[1] = "vmclock-marker",
		[2] = "hyperv-reenlightenment",
		[3] = "xen-incarnation",
		[4] = "rate",
	};

	return names_next(watch, names, sizeof(names) / sizeof(*names));
}
