/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which counters a run measures: where each is, and why others are not
 * measured. */
#ifndef TSCAL_COUNTERS_H
#define TSCAL_COUNTERS_H

#include "calib/facts/facts.h"
#include "calib/measure/window.h"

/* A window in which 1 us of CLOCK_REALTIME is 1 ppm, and the budget for such a
 * window. */
#define NTP_WINDOW_MS 1000
#define NTP_BUDGET_MS 1200

/* What a run is to measure. */
struct counters_wanted {
	struct tscal_platform *plat;
	const struct tscal_opts *opts;
	uint32_t counters; /* PLAT_COUNTER_BIT() of each */
	struct facts *facts;
	uint64_t deadline_ns;
	bool raw_alone;	  /* CLOCK_MONOTONIC_RAW only */
	bool pit_by_name; /* the PIT was asked for by name */
};

/* The counters of a run.  The outcome of one that was not measured is the
 * reason. */
struct counters {
	struct measured raw; /* CLOCK_MONOTONIC_RAW */
	struct measured timer[PLAT_COUNTER_COUNT];
	unsigned pm_port; /* I/O port of the PM timer, if that is open */
};

/* The most counters that a run on this platform with this budget opens; each
 * needs its space. */
size_t counters_most(const struct tscal_platform *plat, uint32_t budget_ms);

/*
 * The location of a counter, if it may be opened; else out is the reason. Opens
 * nothing.
 */
bool counters_find(const struct counters_wanted *w, enum plat_counter_id id,
	struct outcome *out, struct plat_where *where);

/*
 * Open the counters of this run, CLOCK_MONOTONIC_RAW first.  Returns how many
 * of space[] are in use; space has counters_most() elements.
 */
size_t counters_open(const struct counters_wanted *w, struct counters *c,
	struct measure_space *space);

#endif /* TSCAL_COUNTERS_H */
