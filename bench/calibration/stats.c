/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* From samples to a line of the table.  Pure. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibration.h"
#include "cli/rank.h"

/* By nearest rank: every figure is one that occurred.  Sorts v. */
static struct spread spread_of(double *v, size_t n)
{
	if (!n)
		return (struct spread){-1, -1, -1};
	rank_sort(v, n);
	return (struct spread){rank_value(v, n, 50), rank_value(v, n, 95),
		rank_value(v, n, 100)};
}

/* The source that gave the number most often. */
static void count_sources(struct summary *sum, const struct sample *s)
{
	size_t most = 0;

	for (size_t i = 0; i < sum->n; i++) {
		size_t count = 0;

		for (size_t k = 0; k < sum->n; k++)
			count += !strcmp(s[i].source, s[k].source);
		if (count <= most)
			continue;
		most = count;
		strcpy(sum->source, s[i].source);
	}
	sum->sources_differ = most < sum->n;
}

static enum against against_of(const struct summary *sum,
	const struct truth *truth, const char *source)
{
	return sum->what->peer ? AGAINST_RAW : truth_against(truth, source);
}

static void sum_errors(struct summary *sum, const struct truth *truth,
	const struct sample *s, double *v)
{
	size_t n = 0;

	sum->against = against_of(sum, truth, sum->source);
	for (size_t i = 0; i < sum->n; i++) {
		/* A report is compared with what its own source means. */
		const struct reference *e = truth_exact(
			truth, against_of(sum, truth, s[i].source));

		if (!e)
			continue;
		v[n++] = fabs(s[i].hz / e->hz - 1) * 1e6;
		sum->held += s[i].lo <= e->hi && e->lo <= s[i].hi;
		sum->inside += e->lo <= s[i].hz && s[i].hz <= e->hi;
		sum->truth_half_ppm = fmax(
			sum->truth_half_ppm, reference_ppm(e));
	}
	if (sum->against == AGAINST_NOTHING || n < sum->n)
		n = 0;
	sum->error = spread_of(v, n);
}

void summarise(
	struct summary *sum, const struct truth *truth, const struct sample *s)
{
	double *v = calloc(sum->n + 1, sizeof(*v)), lo = 0, hi = 0;

	if (!v)
		abort();
	count_sources(sum, s);
	sum_errors(sum, truth, s, v);
	for (size_t i = 0; i < sum->n; i++) {
		v[i] = (s[i].hi - s[i].lo) / s[i].hz * 1e6;
		lo = !i || s[i].hz < lo ? s[i].hz : lo;
		hi = !i || s[i].hz > hi ? s[i].hz : hi;
	}
	/* A peer gives no interval. */
	sum->width = spread_of(v, sum->what->peer ? 0 : sum->n);
	sum->range_ppm = lo > 0 ? (hi / lo - 1) * 1e6 : -1;
	for (size_t i = 0; i < sum->n; i++)
		v[i] = s[i].call_ms;
	sum->call_ms = spread_of(v, sum->n);
	for (size_t i = 0; i < sum->n; i++)
		v[i] = s[i].process_ms;
	sum->process_ms = spread_of(v, sum->n);
	free(v);
}
