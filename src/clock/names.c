/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Names of the enumerations of clock.h. */
#include <tscal/clock.h>

#include "calib/names.h"

const char *tscal_event_next(uint32_t *events)
{
	/* By bit, as enum tscal_event. */
	static const char *const names[] = {"lapse", "bound", "slewing",
		"resumed", "rate", "suspend", "set", "jump", "clocksource",
		"moved", "forked", "taken"};

	return events ? names_next(
				events, names, sizeof(names) / sizeof(names[0]))
		      : NULL;
}

const char *tscal_clock_on_str(enum tscal_clock_on on)
{
	static const char *const names[] = {"tsc", "system"};

	return (size_t)on < sizeof(names) / sizeof(names[0]) ? names[on] : "?";
}

const char *tscal_reading_str(enum tscal_reading reading)
{
	static const char *const names[] = {"tsc", "doubted", "system"};

	return (size_t)reading < sizeof(names) / sizeof(names[0])
		       ? names[reading]
		       : "?";
}
