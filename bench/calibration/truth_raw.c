/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Ticks per second of CLOCK_MONOTONIC_RAW, from two points far apart. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#include "truth.h"

#define READINGS 10000

/* LFENCE on both sides: neither earlier nor later instructions overlap it
 * (Intel SDM volume 2, RDTSC). */
static uint64_t tsc_read(void)
{
	uint64_t tsc;

	_mm_lfence();
	tsc = __rdtsc();
	_mm_lfence();
	return tsc;
}

struct raw_point raw_point_take(void)
{
	struct raw_point best = {.tsc_after = UINT64_MAX}, p;
	struct timespec ts;

	for (int i = 0; i < READINGS; i++) {
		p.tsc_before = tsc_read();
		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		p.tsc_after = tsc_read();
		p.raw_ns = ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
		if (p.tsc_after - p.tsc_before <
			best.tsc_after - best.tsc_before)
			best = p;
	}
	return best;
}

void truth_raw_between(struct exact *raw, const struct raw_point *first,
	const struct raw_point *last, const char *clocksource)
{
	double ns = (double)(last->raw_ns - first->raw_ns);
	/* The clock was read somewhere between the two readings of the TSC,
	 * and it is cut to whole ns. */
	double fewest = (double)(last->tsc_before - first->tsc_after);
	double most = (double)(last->tsc_after - first->tsc_before);

	memset(raw, 0, sizeof(*raw));
	raw->lo = fewest / (ns + 1) * 1e9;
	raw->hi = most / (ns - 1) * 1e9;
	raw->hz = (raw->lo + raw->hi) / 2;
	snprintf(raw->from, sizeof(raw->from),
		"CLOCK_MONOTONIC_RAW between RDTSC, read by the benchmark at "
		"two points %.1f s apart%s%s%s",
		ns / 1e9,
		strcmp(clocksource, "tsc") ? "; it runs by another clock: "
					   : "",
		strcmp(clocksource, "tsc") ? clocksource : "",
		!strcmp(clocksource, "kvm-clock") ? " (the host's rate)" : "");
}
