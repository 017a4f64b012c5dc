/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * This machine with clocks that a test may set: the passive platform, and an
 * offset on all clocks but CLOCK_MONOTONIC_RAW, which stands still behind.  And
 * with pauses in the middle of an update.
 */
#ifndef TSCAL_TESTS_SETTABLE_H
#define TSCAL_TESTS_SETTABLE_H

#include <stdlib.h>
#include <time.h>

#include "plat/plat.h"

static int64_t stepped_ns;     /* atomic */
static uint64_t pause_most_ns; /* 0: none */
static struct plat_ops settable_ops;
static struct tscal_platform settable = {&settable_ops};

static void sleep_ns(uint64_t ns)
{
	struct timespec ts = {
		(time_t)(ns / 1000000000), (long)(ns % 1000000000)};

	nanosleep(&ts, NULL);
}

static int64_t offset_of(int clock_id)
{
	return clock_id == CLOCK_MONOTONIC_RAW
		       ? 0
		       : __atomic_load_n(&stepped_ns, __ATOMIC_SEQ_CST);
}

/* Pauses the caller now and then. */
static void pause_at_random(void)
{
	static _Thread_local uint64_t state = 88172645463325252;
	uint64_t most = __atomic_load_n(&pause_most_ns, __ATOMIC_RELAXED);

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	/* At least three quarters of it, so that leases do run out. */
	if (most && state % 8 == 0)
		sleep_ns(most - (state >> 8) % (most / 4));
}

static int settable_burst(struct tscal_platform *p, int clock_id,
	struct plat_sample *buf, const struct plat_until *until)
{
	int64_t offset = offset_of(clock_id);
	int n = tscal_platform_passive()->ops->clock_burst(
		p, clock_id, buf, until);

	/* Set while it was read: read again. */
	if (offset != offset_of(clock_id))
		return settable_burst(p, clock_id, buf, until);
	for (int i = 0; i < n; i++)
		buf[i].ref += (uint64_t)offset;
	/* An updater alone reads more than once. */
	if (until->reads > 1)
		pause_at_random();
	return n;
}

static int settable_ns(
	struct tscal_platform *p, int clock_id, bool system_call, int64_t *ns)
{
	int rc = tscal_platform_passive()->ops->clock_ns(
		p, clock_id, system_call, ns);

	*ns += offset_of(clock_id);
	return rc;
}

static void settable_begin(void)
{
	settable_ops = *tscal_platform_passive()->ops;
	settable_ops.clock_burst = settable_burst;
	settable_ops.clock_ns = settable_ns;
}

#endif /* TSCAL_TESTS_SETTABLE_H */
