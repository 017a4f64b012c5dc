/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which counters a run measures: where each is, and why not the others. */
#ifndef TSCAL_COUNTERS_H
#define TSCAL_COUNTERS_H

#include "calib/run.h"

/* A window in which one us of CLOCK_REALTIME, as NTP leaves it, is 1 ppm; and
 * the budget that holds such a window. */
#define NTP_WINDOW_MS 1000
#define NTP_BUDGET_MS 1200

/* How many counters a run on this platform with this budget opens at most; each
 * needs its space. */
size_t counters_of(const struct tscal_platform *plat, uint32_t budget_ms);

/*
 * Open what this run measures, CLOCK_MONOTONIC_RAW first, into run->raw and
 * run->timer[]; the others hold why not.  Returns how many of space[] are open;
 * it has room for counters_of().
 */
size_t counters_open(struct run *run, struct measure_space *space);

/*
 * The survey of a source that is a hardware counter, and its answer after the
 * window.  The number has the roots of that counter; a guest's are the host's.
 * False when it gave none; the sentence says why.
 */
void counters_survey(
	struct run *run, struct estimate *est, enum plat_counter_id id);
bool counters_ask(
	struct run *run, struct estimate *est, enum plat_counter_id id);

/* After the window: what the timers themselves show of a host behind them,
 * where nothing else does. */
void counters_sign(struct run *run);

#endif /* TSCAL_COUNTERS_H */
