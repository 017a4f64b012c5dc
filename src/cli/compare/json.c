/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal compare as JSON: docs/schema/tscal.compare-1.json. */
#include <jansson.h>
#include <math.h>

#include "cli/compare/compare.h"
#include "cli/json_print.h"

/* The longest is the reference's sentence. */
#define TEXT_MAX 512

static json_t *text(const char *s)
{
	char shown[PRINTABLE_SIZE(TEXT_MAX)];

	return json_string(printable(shown, sizeof(shown), s, TEXT_MAX));
}

/* Empty: unknown. */
static json_t *text_known(const char *s)
{
	return *s ? text(s) : json_null();
}

/* Unknown is negative. */
static json_t *known(double x)
{
	return x >= 0 ? json_real(x) : json_null();
}

/* To whole thousandths. */
static json_t *rounded(double x)
{
	return json_real(rint(x * 1e3) / 1e3);
}

static json_t *sizes(const struct compare_sizes *s)
{
	if (s->worst < 0)
		return json_null();
	return json_pack("{sf sf sf}", "median", s->median, "p95", s->p95,
		"worst", s->worst);
}

static json_t *numbers(const double *v, size_t n)
{
	json_t *a = json_array();

	for (size_t i = 0; a && i < n; i++)
		if (json_array_append_new(a, json_real(v[i]))) {
			json_decref(a);
			a = NULL;
		}
	return a;
}

static json_t *reference(const struct reference *r)
{
	if (!(r->hz > 0))
		return json_pack("{ss sn sn sn sn so}", "name", "raw", "hz",
			"hz_lo", "hz_hi", "uncertainty_ppm", "sentence",
			text(r->sentence));
	return json_pack("{ss so so so sf so}", "name", "raw", "hz",
		rounded(r->hz), "hz_lo", rounded(r->lo), "hz_hi",
		rounded(r->hi), "uncertainty_ppm", reference_ppm(r), "sentence",
		text(r->sentence));
}

static json_t *kernel_log(const struct compare *c)
{
	double off_ppm = compare_log_ppm(c);

	return json_pack("{so so so}", "khz",
		c->log.khz ? json_integer((json_int_t)c->log.khz) : json_null(),
		"off_ppm", isnan(off_ppm) ? json_null() : json_real(off_ppm),
		"line", text(c->log.line));
}

static json_t *row(const struct compare_row *r)
{
	return json_pack("{ss ss so sI sI so so so so so so so so so}",
		"source", r->source, "kind", r->kind, "window_ms",
		r->window_ms ? json_integer(r->window_ms) : json_null(), "runs",
		(json_int_t)r->asked, "numbers", (json_int_t)r->n, "error_ppm",
		sizes(&r->error), "errors_ppm",
		r->errors_ppm ? numbers(r->errors_ppm, r->n) : json_null(),
		"spread_ppm", known(r->spread_ppm), "width_ppm",
		isfinite(r->width_ppm) ? known(r->width_ppm) : json_null(),
		"intervals",
		r->judged ? json_integer((json_int_t)r->judged) : json_null(),
		"intervals_holding",
		r->judged ? json_integer((json_int_t)r->held) : json_null(),
		"source_ms", known(r->source_ms), "process_ms",
		known(r->process_ms), "why",
		r->n < r->asked ? text(r->why) : json_null());
}

static json_t *rows(const struct compare *c)
{
	json_t *a = json_array();

	for (size_t i = 0; a && i < c->n_rows; i++)
		if (json_array_append_new(a, row(&c->rows[i]))) {
			json_decref(a);
			a = NULL;
		}
	return a;
}

static json_t *silent(const struct compare *c)
{
	json_t *a = json_array();

	for (size_t i = 0; a && i < c->n_silent; i++) {
		const struct compare_silent *s = &c->silent[i];
		json_t *o = json_pack("{ss ss so}", "source", s->source,
			"status", s->status, "sentence", text(s->sentence));

		if (json_array_append_new(a, o)) {
			json_decref(a);
			a = NULL;
		}
	}
	return a;
}

static json_t *machine(const struct compare *c)
{
	return json_pack("{so so so so so}", "cpu", text_known(c->cpu),
		"hypervisor", text(c->hypervisor), "clocksource",
		text_known(c->clocksource), "kernel", text_known(c->kernel),
		"cpus", c->cpus ? json_integer(c->cpus) : json_null());
}

int json_compare(const struct compare *c)
{
	json_t *root = json_pack("{ss ss sI sI sb sf so so so so so}", "schema",
		"tscal.compare/1", "version", TSCAL_VERSION, "rounds",
		(json_int_t)c->rounds, "rounds_done",
		(json_int_t)c->rounds_done, "interrupted", c->interrupted,
		"span_s", c->span_s, "machine", machine(c), "reference",
		reference(&c->raw), "kernel_log", kernel_log(c), "sources",
		rows(c), "silent", silent(c));

	return json_print(root, JSON_INDENT(2));
}
