/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* States of NTP in which it is no source. */
#ifndef TSCAL_TESTS_UNFIT_NTP_H
#define TSCAL_TESTS_UNFIT_NTP_H

#include <sys/timex.h>

#include "plat/plat.h"

struct ntp {
	const char *what, *sentence;
	struct plat_timex timex;
};

static const struct ntp unfit[] = {
	{"TIME_ERROR", "not synchronised",
		{.state = TIME_ERROR, .freq = 65536, .tick = 10000}},
	{"STA_UNSYNC", "not synchronised",
		{.status = STA_UNSYNC, .freq = 65536, .tick = 10000}},
	{"chrony slews 83333 ppm", "slew", {.freq = 65536, .tick = 10833}},
	{"a tick of 100 ppm", "changed the tick",
		{.freq = 65536, .tick = 9999}},
	{"offset", "above 1 ms",
		{.freq = 65536, .tick = 10000, .offset_ns = -1000001}},
	{"offset ahead", "above 1 ms",
		{.freq = 65536, .tick = 10000, .offset_ns = 1000001}},
	{"the least offset of all", "above 1 ms",
		{.freq = 65536, .tick = 10000, .offset_ns = INT64_MIN}},
	{"the least freq of all", "limit", {.freq = INT64_MIN, .tick = 10000}},
	{"left alone for half an hour", "1 s or more",
		{.freq = 65536, .tick = 10000, .maxerror_us = 1000000}},
	{"a negative error", "1 s or more",
		{.freq = 65536, .tick = 10000, .maxerror_us = INT64_MIN}},
	{"set once, never disciplined", "has not corrected",
		{.freq = 0, .tick = 10000}},
	{"at the limit", "499 ppm off, or more",
		{.freq = 499 * 65536, .tick = 10000}},
	{"at the other limit", "499 ppm off, or more",
		{.freq = -500 * 65536, .tick = 10000}},
};

#define N_UNFIT (sizeof(unfit) / sizeof(*unfit))

#endif /* TSCAL_TESTS_UNFIT_NTP_H */
