/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The targets of tscal, and whether they are met.  Pure. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "calibration.h"

/* A report that measures nothing. */
#define NO_MEASURE_MS 0.3
#define KHZ_LEAF_PPM 0.3
#define KVMCLOCK_PPM 0.02
/* CLOCK_MONOTONIC_RAW over the default window. */
#define CLOCK_RAW_WINDOW_MS 10
#define CLOCK_RAW_MEDIAN_PPM 0.002
#define CLOCK_RAW_WORST_PPM 0.03

const char *verdict_str(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_MET:
		return "met";
	case VERDICT_MISSED:
		return "MISSED";
	case VERDICT_UNDECIDED:
		return "undecided";
	case VERDICT_NO_TRUTH:
		return "no independent truth";
	case VERDICT_NOT_COMPARED:
		return "not compared";
	}
	return "";
}

struct target *target_add(struct bench *b, const struct summary *row,
	const char *unit, double value, double limit)
{
	struct target *t = &b->targets[b->n_targets++];

	if (b->n_targets > TARGETS_MAX)
		abort();
	*t = (struct target){.load = row->load,
		.unit = unit,
		.value = value,
		.limit = limit};
	return t;
}

__attribute__((format(printf, 6, 7))) static void add(struct bench *b,
	const struct summary *row, const char *unit, double value, double limit,
	const char *fmt, ...)
{
	struct target *t = target_add(b, row, unit, value, limit);
	va_list ap;

	t->verdict = value <= limit && row->n == row->asked ? VERDICT_MET
							    : VERDICT_MISSED;
	va_start(ap, fmt);
	vsnprintf(t->text, sizeof(t->text), fmt, ap);
	va_end(ap);
}

/* An error, which is no better known than the truth. */
static void add_error(struct bench *b, const struct summary *row, double value,
	double limit, const char *text)
{
	double half_ppm = row->truth_half_ppm;
	struct target *t;

	add(b, row, "ppm", value, limit, "%s", text);
	t = &b->targets[b->n_targets - 1];
	t->truth_half_ppm = half_ppm;
	/* Negative: what a report named came from sources of which one has
	 * none. */
	if (row->against == AGAINST_NOTHING || value < 0)
		t->verdict = VERDICT_NO_TRUTH;
	else if (value - half_ppm > limit || row->n < row->asked)
		t->verdict = VERDICT_MISSED;
	else if (value + half_ppm > limit)
		t->verdict = VERDICT_UNDECIDED;
}

static void judge_no_measure(struct bench *b, const struct summary *row)
{
	enum tscal_source source = tscal_source_by_name(row->source);
	char text[sizeof(b->targets->text)];
	double limit;

	/* With four loops on a machine with fewer CPUs the median is the
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
	if (row->sources_differ)
		return;
	snprintf(text, sizeof(text), "no-measure: worst error, by %s",
		row->source);
	add_error(b, row, row->error.worst, limit, text);
}

static void judge_clock_raw(struct bench *b, const struct summary *row)
{
	unsigned window = b->opts.window_ms;

	char text[sizeof(b->targets->text)];

	if (!row->n || (window && window != CLOCK_RAW_WINDOW_MS))
		return;
	add_error(b, row, row->error.median, CLOCK_RAW_MEDIAN_PPM,
		"clock-raw, 10 ms: median error");
	snprintf(text, sizeof(text), "clock-raw, 10 ms: worst error of %zu",
		row->n);
	add_error(b, row, row->error.worst, CLOCK_RAW_WORST_PPM, text);
	add(b, row, "runs", (double)(row->n - row->held), 0,
		"clock-raw, 10 ms: runs whose interval misses the truth");
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
			add(b, row, "runs", (double)(row->n - row->inside), 0,
				"vdso: runs whose rate is outside of the "
				"truth's interval");
	}
}
