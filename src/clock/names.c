/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/names.h"

#include <tscal/clock.h>

const char *tscal_event_next(uint32_t *events)
{
	/* By bit, as enum tscal_event. */
	static const char *const names[] = {"lapse", "bound", "slewing",
		"resumed", "rate", "suspend", "set", "jump", "clocksource",
		"moved", "forked"};

	return names_next(events, names, sizeof(names) / sizeof(names[0]));
}

const char *tscal_clock_id_str(int clock_id)
{
	switch (clock_id) {
	case TSCAL_CLOCK_ID_NONE:
		return "none";
	case CLOCK_REALTIME:
		return "realtime";
	case CLOCK_MONOTONIC:
		return "monotonic";
	case CLOCK_MONOTONIC_RAW:
		return "raw";
	case CLOCK_BOOTTIME:
		return "boottime";
	case CLOCK_TAI:
		return "tai";
	default:
		return NULL;
	}
}
