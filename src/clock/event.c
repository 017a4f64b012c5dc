/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Names of what happens to clocks. */
#include <tscal/clock.h>

#include "calib/names.h"

const char *tscal_event_next(uint32_t *events)
{
	/* By bit, as enum tscal_event. */
	static const char *const names[] = {"lapse", "bound", "slewing",
		"resumed", "rate", "suspend", "set", "jump", "clocksource",
		"moved", "forked"};

	return names_next(events, names, sizeof(names) / sizeof(names[0]));
}
