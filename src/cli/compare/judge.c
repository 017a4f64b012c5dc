/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* From samples to a line of the table.  Pure. */
#include "cli/compare/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/rank.h"

const uint32_t compare_windows_ms[COMPARE_WINDOWS] = {1, 3, 10, 30, 100};

/* Sorts v. */
static struct compare_sizes sizes_of(double *v, size_t n)
{
	if (!n)
		return (struct compare_sizes){-1, -1, -1};
	rank_sort(v, n);
	return (struct compare_sizes){rank_value(v, n, 50),
		rank_value(v, n, 95), rank_value(v, n, 100)};
}

/* Whether the rate is of the very seconds of the reference, so that one
 * interval must hold the other.  Other sources use another oscillator, or
 * of what somebody declared. */
static bool same_seconds(const struct compare_row *row)
{
	return !strcmp(row->source, tscal_source_str(TSCAL_SOURCE_VDSO)) ||
	       !strcmp(row->source, tscal_source_str(TSCAL_SOURCE_CLOCK_RAW));
}

static int judge_errors(
	const struct reference *raw, struct compare_row *row, double *v)
{
	row->error = sizes_of(NULL, 0);
	if (!(raw->hz > 0) || !row->n)
		return 0;
	row->errors_ppm = calloc(row->n, sizeof(*row->errors_ppm));
	if (!row->errors_ppm)
		return -ENOMEM;
	for (size_t i = 0; i < row->n; i++) {
		const struct compare_sample *s = &row->samples[i];

		row->errors_ppm[i] = (s->hz / raw->hz - 1) * 1e6;
		v[i] = fabs(row->errors_ppm[i]);
		if (!same_seconds(row))
			continue;
		row->judged++;
		/* The reference is an interval too: only where they are apart
		 * is it shown that the true rate lies outside. */
		row->held += s->lo <= raw->hi && raw->lo <= s->hi;
	}
	row->error = sizes_of(v, row->n);
	return 0;
}

static int judge_row(const struct reference *raw, struct compare_row *row)
{
	double *v = calloc(row->n + 1, sizeof(*v)), lo = 0, hi = 0;
	size_t n = row->n;
	int rc;

	if (!v)
		return -ENOMEM;
	rc = judge_errors(raw, row, v);
	for (size_t i = 0; i < n; i++) {
		const struct compare_sample *s = &row->samples[i];

		v[i] = (s->hi - s->lo) / s->hz * 1e6;
		lo = !i || s->hz < lo ? s->hz : lo;
		hi = !i || s->hz > hi ? s->hz : hi;
	}
	row->width_ppm = sizes_of(v, n).median;
	row->spread_ppm = n ? (hi / lo - 1) * 1e6 : -1;
	for (size_t i = 0; i < n; i++)
		v[i] = row->samples[i].source_ms;
	row->source_ms = sizes_of(v, n).median;
	for (size_t i = 0; i < n; i++)
		v[i] = row->samples[i].process_ms;
	row->process_ms = sizes_of(v, n).median;
	free(v);
	return rc;
}

int compare_judge(struct compare *c)
{
	int rc = 0;

	for (size_t i = 0; i < c->n_rows && !rc; i++)
		rc = judge_row(&c->raw, &c->rows[i]);
	return rc;
}

double compare_log_ppm(const struct compare *c)
{
	if (!c->log.khz || !(c->raw.hz > 0))
		return NAN;
	return ((double)c->log.khz * 1e3 / c->raw.hz - 1) * 1e6;
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
