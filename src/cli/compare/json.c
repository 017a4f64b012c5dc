/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal compare as JSON: docs/schema/tscal.compare-1.json. */
#include <math.h>

#include "cli/compare/compare.h"
#include "cli/json.h"

/* Empty: an empty string, where null is not allowed. */
static json_t *text(const char *s)
{
	return *s ? json_text(s) : json_string("");
}

/* Unknown is negative. */
static json_t *known(double x)
{
	return x >= 0 ? json_real(x) : json_null();
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
	json_t *a = v ? json_array() : json_null();

	for (size_t i = 0; v && i < n; i++)
		json_append(a, json_real(v[i]));
	return a;
}

static json_t *reference(const struct reference *r)
{
	bool is = r->hz > 0;
	json_t *o = json_object();

	json_set(o, "name", json_string("raw"));
	json_set(o, "hz", is ? json_rounded(r->hz) : json_null());
	json_set(o, "hz_lo", is ? json_rounded(r->lo) : json_null());
	json_set(o, "hz_hi", is ? json_rounded(r->hi) : json_null());
	json_set(o, "uncertainty_ppm",
		is ? json_real(reference_ppm(r)) : json_null());
	json_set(o, "sentence", text(r->sentence));
	return o;
}

static json_t *kernel_log(const struct compare *c)
{
	double off_ppm = compare_log_ppm(c);
	json_t *o = json_object();

	json_set(o, "khz", json_integer_if(c->log.khz, c->log.khz));
	json_set(o, "off_ppm",
		isnan(off_ppm) ? json_null() : json_real(off_ppm));
	json_set(o, "line", text(c->log.line));
	return o;
}

static json_t *row(const struct compare_row *r)
{
	json_t *o = json_object();

	json_set(o, "source", json_string(r->source));
	json_set(o, "kind", json_string(r->kind));
	json_set(o, "window_ms", json_integer_if(r->window_ms, r->window_ms));
	json_set(o, "runs", json_integer((json_int_t)r->asked));
	json_set(o, "numbers", json_integer((json_int_t)r->n));
	json_set(o, "error_ppm", sizes(&r->error));
	json_set(o, "errors_ppm", numbers(r->errors_ppm, r->n));
	json_set(o, "spread_ppm", known(r->spread_ppm));
	json_set(o, "width_ppm",
		isfinite(r->width_ppm) ? known(r->width_ppm) : json_null());
	json_set(o, "intervals", json_integer_if(r->judged, r->judged));
	json_set(o, "intervals_holding", json_integer_if(r->judged, r->held));
	json_set(o, "source_ms", known(r->source_ms));
	json_set(o, "process_ms", known(r->process_ms));
	json_set(o, "why", r->n < r->asked ? text(r->why) : json_null());
	return o;
}

static json_t *silent(const struct compare_silent *s)
{
	json_t *o = json_object();

	json_set(o, "source", json_string(s->source));
	json_set(o, "status", json_string(s->status));
	json_set(o, "sentence", text(s->sentence));
	return o;
}

static json_t *machine(const struct compare *c)
{
	json_t *o = json_object();

	json_set(o, "cpu", json_text(c->cpu));
	json_set(o, "hypervisor", text(c->hypervisor));
	json_set(o, "clocksource", json_text(c->clocksource));
	json_set(o, "kernel", json_text(c->kernel));
	json_set(o, "cpus", json_integer_if(c->cpus, (uint64_t)c->cpus));
	return o;
}

int json_compare(const struct compare *c)
{
	json_t *root = json_document("tscal.compare/1");
	json_t *sources = json_array(), *without = json_array();

	json_set(root, "rounds", json_integer((json_int_t)c->rounds));
	json_set(root, "rounds_done", json_integer((json_int_t)c->rounds_done));
	json_set(root, "interrupted", json_boolean(c->interrupted));
	json_set(root, "span_s", json_real(c->span_s));
	json_set(root, "machine", machine(c));
	json_set(root, "reference", reference(&c->raw));
	json_set(root, "kernel_log", kernel_log(c));
	for (size_t i = 0; i < c->n_rows; i++)
		json_append(sources, row(&c->rows[i]));
	json_set(root, "sources", sources);
	for (size_t i = 0; i < c->n_silent; i++)
		json_append(without, silent(&c->silent[i]));
	json_set(root, "silent", without);
	return json_print(root, JSON_INDENT(2));
}
