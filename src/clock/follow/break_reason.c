/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "clock/follow/break_reason.h"

#include <math.h>
#include <string.h>

#include "clock/convert/anchor.h"
#include "plat/text.h"

/* By how much clocks may differ in one interval without an event: as much as
 * breaks a segment. */
#define DIFFER_NS 1e6
#define DIFFER_PPM 500e-6

#define CURRENT                                                                \
	"/sys/devices/system/clocksource/clocksource0/current_clocksource"

void clocks_take(
	struct tscal_platform *plat, double ns_per_tick, struct clocks *out)
{
	const int ids[] = {CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC, CLOCK_BOOTTIME,
		CLOCK_REALTIME};
	int64_t *const ns[] = {
		&out->raw_ns, &out->mono_ns, &out->boot_ns, &out->real_ns};
	struct anchor a;
	double since;

	*out = (struct clocks){0};
	for (int i = 0; i < 4; i++) {
		if (anchor_take(plat, ids[i], 1, ns_per_tick, &a))
			return;
		if (!i)
			out->tsc = a.tsc;
		since = (double)(int64_t)(a.tsc - out->tsc) * ns_per_tick;
		/* The TSC jumped by years meanwhile. */
		if (!(fabs(since) < 0x1p62))
			return;
		*ns[i] = a.ns - (int64_t)since;
	}
	out->complete = true;
}

void timekeeping_read(struct tscal_platform *plat, double ns_per_tick,
	struct timekeeping *out)
{
	struct pvclock pv;

	*out = (struct timekeeping){0};
	if (text_read_line(plat, CURRENT, out->name, sizeof(out->name)) < 0)
		out->name[0] = '\0';
	clock_pages_pvclock(plat, 1e9 / ns_per_tick, &pv);
	out->pvclock_there = pv.out.status == TSCAL_STATUS_READY;
	out->pvclock_mul = pv.mul;
	out->pvclock_shift = pv.shift;
}

bool clocksource_changed(
	struct tscal_platform *plat, const struct timekeeping *at_first)
{
	char now[sizeof(at_first->name)];

	return text_read_line(plat, CURRENT, now, sizeof(now)) >= 0 &&
	       strcmp(now, at_first->name) != 0;
}

double clock_raw_drift_ppm(const struct timekeeping *here)
{
	return strcmp(here->name, "tsc") == 0 ? 0.1 : 50;
}

/* By how much b went on further than a. */
static double diverged(int64_t a0, int64_t a1, int64_t b0, int64_t b1)
{
	return (double)((b1 - b0) - (a1 - a0));
}

uint32_t break_reason(const struct clocks *before, const struct clocks *now,
	const struct timekeeping *at_first, const struct timekeeping *here,
	double ns_per_tick, int clock_id)
{
	double raw, ticks, off, band;
	bool follows_real = clock_id == CLOCK_REALTIME || clock_id == CLOCK_TAI;

	if (strcmp(at_first->name, here->name) != 0)
		return TSCAL_EVENT_CLOCKSOURCE;
	if (!before->complete || !now->complete)
		return TSCAL_EVENT_JUMP;
	if (diverged(before->mono_ns, now->mono_ns, before->boot_ns,
		    now->boot_ns) > DIFFER_NS)
		return TSCAL_EVENT_SUSPEND;
	if (follows_real && fabs(diverged(before->mono_ns, now->mono_ns,
				    before->real_ns, now->real_ns)) > DIFFER_NS)
		return TSCAL_EVENT_SET;
	raw = (double)(now->raw_ns - before->raw_ns);
	ticks = (double)(int64_t)(now->tsc - before->tsc);
	off = fabs(ticks * ns_per_tick - raw);
	/* CLOCK_MONOTONIC_RAW and the clock followed may differ by as much as
	 * the kernel slews, 500 ppm, and by ADJ_TICK, 10 %. */
	band = DIFFER_NS + fabs(raw) * DIFFER_PPM;
	if (ticks > 0 && off <= band)
		return clock_id < 0 ? TSCAL_EVENT_SET : TSCAL_EVENT_RATE;
	if (at_first->pvclock_there && here->pvclock_there &&
		(at_first->pvclock_mul != here->pvclock_mul ||
			at_first->pvclock_shift != here->pvclock_shift))
		return TSCAL_EVENT_MOVED;
	return TSCAL_EVENT_JUMP;
}
