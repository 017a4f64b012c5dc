/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What tscal means to reach, and whether it did.  Pure. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* A report that measures nothing. */
#define NO_MEASURE_MS 0.3
#define KHZ_LEAF_PPM 0.3
#define KVMCLOCK_PPM 0.02
/* The kernel's own mult, so the same double; this much is for printing. */
#define VDSO_PPM 1e-9
/* CLOCK_MONOTONIC_RAW over the default window. */
#define CLOCK_RAW_WINDOW_MS 10
#define CLOCK_RAW_MEDIAN_PPM 0.002
#define CLOCK_RAW_WORST_PPM 0.03

__attribute__((format(printf, 6, 7))) static void add(struct bench *b,
	const struct summary *row, const char *unit, double value, double limit,
	const char *fmt, ...)
{
	struct target *t = &b->targets[b->n_targets++];
	va_list ap;

	if (b->n_targets > TARGETS_MAX)
		abort();
	*t = (struct target){
		.load = row->load,
		.unit = unit,
		.value = value,
		.limit = limit,
		.met = value <= limit && row->n == row->asked,
	};
	va_start(ap, fmt);
	vsnprintf(t->text, sizeof(t->text), fmt, ap);
	va_end(ap);
}

static void judge_no_measure(struct bench *b, const struct summary *row)
{
	enum tscal_source source = tscal_source_by_name(row->source);
	double limit;

	/* Beside four loops on a machine with fewer CPUs the median is the
	 * scheduler's. */
	if (row->load == LOAD_IDLE)
		add(b, row, "ms", row->call_ms.median, NO_MEASURE_MS,
			"no-measure: median time of the call");
	if (source == TSCAL_SOURCE_HV_LEAF)
		limit = KHZ_LEAF_PPM;
	else if (source == TSCAL_SOURCE_KVMCLOCK)
		limit = KVMCLOCK_PPM;
	else
		return;
	if (row->against != AGAINST_NOTHING && !row->sources_differ)
		add(b, row, "ppm", row->error.worst, limit,
			"no-measure: worst error, by %s", row->source);
}

static void judge_clock_raw(struct bench *b, const struct summary *row)
{
	unsigned window = b->opts.window_ms;

	if (row->against == AGAINST_NOTHING ||
		(window && window != CLOCK_RAW_WINDOW_MS))
		return;
	add(b, row, "ppm", row->error.median, CLOCK_RAW_MEDIAN_PPM,
		"clock-raw, 10 ms: median error");
	add(b, row, "ppm", row->error.worst, CLOCK_RAW_WORST_PPM,
		"clock-raw, 10 ms: worst error of %zu", row->n);
	add(b, row, "runs", (double)(row->n - row->held), 0,
		"clock-raw, 10 ms: runs whose interval misses the exact rate");
}

void targets_judge(struct bench *b)
{
	for (size_t i = 0; i < b->n_rows; i++) {
		const struct summary *row = &b->rows[i];
		const char *name = row->what->name;

		if (!strcmp(name, WHAT_NO_MEASURE))
			judge_no_measure(b, row);
		else if (!strcmp(name, "clock-raw"))
			judge_clock_raw(b, row);
		else if (!strcmp(name, "vdso") &&
			 row->against != AGAINST_NOTHING)
			add(b, row, "ppm", row->error.worst, VDSO_PPM,
				"vdso: worst error (exact)");
	}
}
