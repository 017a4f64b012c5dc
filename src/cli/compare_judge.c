/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* From samples to a line of the table.  Pure. */
#include "cli/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const uint32_t compare_windows_ms[COMPARE_WINDOWS] = {1, 3, 10, 30, 100};

const char *reference_str(enum reference_id id)
{
	switch (id) {
	case REFERENCE_RAW:
		return "raw";
	case REFERENCE_KHZ:
		return "khz";
	case REFERENCE_NONE:
	case REFERENCE_COUNT:
		break;
	}
	return "none";
}

double reference_ppm(const struct reference *r)
{
	return (r->hi - r->lo) / 2 / r->hz * 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts v. */
static struct compare_spread spread_of(double *v, size_t n)
{
	if (!n)
		return (struct compare_spread){-1, -1, -1};
	qsort(v, n, sizeof(*v), by_value);
	return (struct compare_spread){
		.median = v[(n - 1) / 2],
		.p95 = v[(95 * n + 99) / 100 - 1],
		.worst = v[n - 1],
	};
}

/* What is measured in the kernel's seconds, or taken from its multiplier, is
 * held against those.  All else says a number of kHz that somebody declared:
 * the kernel's log has that too, where it may be read. */
static enum reference_id against(
	const struct compare *c, const struct compare_row *row)
{
	bool in_seconds = row->window_ms || !strcmp(row->source, "vdso");

	if (!in_seconds && c->references[REFERENCE_KHZ].hz > 0)
		return REFERENCE_KHZ;
	return c->references[REFERENCE_RAW].hz > 0 ? REFERENCE_RAW
						   : REFERENCE_NONE;
}

/* Whether row's interval speaks of the very seconds of what it is held
 * against, so that one must hold the other. */
static bool same_seconds(const struct compare_row *row)
{
	if (row->against == REFERENCE_KHZ)
		return true;
	return row->against == REFERENCE_RAW &&
	       (!strcmp(row->source, "vdso") ||
		       !strcmp(row->source, "clock-raw") ||
		       row->tolerance_ppm >= 0);
}

/* The reference is an interval too: only where they are apart is it shown
 * that the true rate lies outside. */
static bool may_hold(const struct compare_row *row,
	const struct compare_sample *s, const struct reference *r)
{
	double slack = row->tolerance_ppm > 0 ? row->tolerance_ppm / 1e6 : 0;

	return s->lo * (1 - slack) <= r->hi && r->lo <= s->hi * (1 + slack);
}

static int judge_errors(
	const struct compare *c, struct compare_row *row, double *v)
{
	const struct reference *r;

	row->against = against(c, row);
	row->error = spread_of(NULL, 0);
	if (row->against == REFERENCE_NONE || !row->n)
		return 0;
	r = &c->references[row->against];
	row->errors_ppm = calloc(row->n, sizeof(*row->errors_ppm));
	if (!row->errors_ppm)
		return -ENOMEM;
	for (size_t i = 0; i < row->n; i++) {
		row->errors_ppm[i] = (row->samples[i].hz / r->hz - 1) * 1e6;
		v[i] = fabs(row->errors_ppm[i]);
		if (!same_seconds(row))
			continue;
		row->judged++;
		row->held += may_hold(row, &row->samples[i], r);
	}
	row->error = spread_of(v, row->n);
	return 0;
}

static int judge_row(const struct compare *c, struct compare_row *row)
{
	double *v = calloc(row->n + 1, sizeof(*v)), lo = 0, hi = 0;
	size_t n = row->n;
	int rc;

	if (!v)
		return -ENOMEM;
	rc = judge_errors(c, row, v);
	for (size_t i = 0; i < n; i++) {
		const struct compare_sample *s = &row->samples[i];

		v[i] = (s->hi - s->lo) / s->hz * 1e6;
		lo = !i || s->hz < lo ? s->hz : lo;
		hi = !i || s->hz > hi ? s->hz : hi;
	}
	row->width_ppm = spread_of(v, n).median;
	row->range_ppm = n ? (hi / lo - 1) * 1e6 : -1;
	for (size_t i = 0; i < n; i++)
		v[i] = row->samples[i].source_ms;
	row->source_ms = spread_of(v, n).median;
	for (size_t i = 0; i < n; i++)
		v[i] = row->samples[i].process_ms;
	row->process_ms = spread_of(v, n).median;
	free(v);
	return rc;
}

int compare_judge(struct compare *c)
{
	int rc = 0;

	for (size_t i = 0; i < c->n_rows && !rc; i++)
		rc = judge_row(c, &c->rows[i]);
	return rc;
}

void compare_free(struct compare *c)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		free(c->rows[i].samples);
		free(c->rows[i].errors_ppm);
	}
	free(c->rows);
	free(c->silent);
}
