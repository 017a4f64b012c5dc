/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Names of the clocks that Linux numbers. */
#include <string.h>
#include <time.h>

#include <tscal/conv.h>

static const struct {
	int id;
	const char *name;
} clocks[] = {
	{TSCAL_CLOCK_ID_NONE, "none"},
	{CLOCK_REALTIME, "realtime"},
	{CLOCK_MONOTONIC, "monotonic"},
	{CLOCK_MONOTONIC_RAW, "raw"},
	{CLOCK_BOOTTIME, "boottime"},
	{CLOCK_TAI, "tai"},
};
#define N_CLOCKS (sizeof(clocks) / sizeof(*clocks))

const char *tscal_clock_id_str(int clock_id)
{
	for (size_t i = 0; i < N_CLOCKS; i++)
		if (clocks[i].id == clock_id)
			return clocks[i].name;
	return NULL;
}

int tscal_clock_id_by_name(const char *name)
{
	for (size_t i = 0; i < N_CLOCKS; i++)
		if (!strcmp(clocks[i].name, name))
			return clocks[i].id;
	return -2;
}
