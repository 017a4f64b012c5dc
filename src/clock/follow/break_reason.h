/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The machine's other clocks, to tell a break of the clock that is followed
 * from one of the TSC.
 */
#ifndef TSCAL_BREAK_REASON_H
#define TSCAL_BREAK_REASON_H

#include <stdbool.h>

#include <tscal/clock.h>

#include "calib/facts/clock_pages.h"

struct clocks {
	bool complete; /* all four clocks were read */
	uint64_t tsc;
	int64_t raw_ns, mono_ns, boot_ns, real_ns; /* at tsc */
};

/* What does not change while all is well, read at each event,
 * and the clocksource now and then. */
struct timekeeping {
	char name[32];
	bool pvclock_there;
	uint32_t pvclock_mul;
	int8_t pvclock_shift;
};

/* Read the clocks, once each, and bring them to one TSC value. */
void clocks_take(
	struct tscal_platform *plat, double ns_per_tick, struct clocks *out);

void timekeeping_read(struct tscal_platform *plat, double ns_per_tick,
	struct timekeeping *out);

/* Whether the kernel runs on another clocksource than at first. */
bool clocksource_changed(
	struct tscal_platform *plat, const struct timekeeping *at_first);

/* How fast CLOCK_MONOTONIC_RAW may change its rate, in ppm, if the caller did
 * not state it. */
double clock_raw_drift_ppm(const struct timekeeping *here);

/*
 * Why the clock broke, as one TSCAL_EVENT_*: by what changed from one look at
 * the clocks to the next, and in the clocksource.  ns_per_tick: before.
 * clock_id: of the clock that is followed.
 */
uint32_t break_reason(const struct clocks *before, const struct clocks *now,
	const struct timekeeping *at_first, const struct timekeeping *here,
	double ns_per_tick, int clock_id);

#endif /* TSCAL_BREAK_REASON_H */
