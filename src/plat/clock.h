/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A POSIX clock as a counter of nanoseconds. */
#ifndef TSCAL_PLAT_CLOCK_H
#define TSCAL_PLAT_CLOCK_H

#include <errno.h>
#include <time.h>

#include <tscal/conv.h>

#include "plat/plat.h"

static inline int clock_open(clockid_t clock, struct plat_counter *out)
{
	struct timespec ts;

	*out = (struct plat_counter){.num = 1000000000, .den = 1, .width = 64};
	return clock_gettime(clock, &ts) ? -errno : 0;
}

/*
 * Straight-line code for each sample.  The fences keep the clock's own loads
 * between the two TSC reads (Intel SDM vol. 2B, RDTSC).  In a header, so that
 * the clock may be a constant.
 */
static inline int clock_burst(clockid_t clock, struct plat_sample *buf,
	const struct plat_until *until)
{
	struct plat_tightest tightest = {0};
	struct timespec ts;
	/* No TSC exceeds 20 GHz: ends the burst if the clock stands still. */
	uint64_t begun = tscal_rdtsc(), ticks = until->ns * 20, first = 0;
	size_t n = 0;

	while (n < until->reads) {
		uint64_t before = tscal_rdtsc_begin();
		int rc = clock_gettime(clock, &ts);
		uint64_t after = tscal_rdtsc_begin();
		uint64_t ref = (uint64_t)ts.tv_sec * 1000000000 +
			       (uint64_t)ts.tv_nsec;

		if (rc)
			return -errno;
		buf[n++] = (struct plat_sample){before, ref, after};
		if (n == 1)
			first = ref;
		else if (ref > first && ref - first > until->ns)
			break;
		if (after - begun > ticks)
			break;
		if (plat_repeats(&tightest, &buf[n - 1], until->repeats))
			break;
	}
	return (int)n;
}

#endif /* TSCAL_PLAT_CLOCK_H */
