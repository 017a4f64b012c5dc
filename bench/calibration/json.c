/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The result for programs. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "calibration.h"

/* An absent value is null. */
static json_t *number_or_null(bool known, double value)
{
	return known ? json_real(value) : json_null();
}

static json_t *spread(const struct spread *s)
{
	if (s->worst < 0)
		return json_null();
	return json_pack("{s:f, s:f, s:f}", "median", s->median, "p95", s->p95,
		"worst", s->worst);
}

static json_t *machine(const struct bench *b)
{
	const struct tscal_machine *m = tscal_report_machine(b->survey);
	struct utsname u;

	return json_pack("{s:s, s:s, s:i, s:s, s:s}", "kernel",
		uname(&u) ? "" : u.release, "cpu", m->cpu_brand, "cpus",
		(int)tscal_report_info(b->survey)->cpus, "hypervisor",
		m->hv.main.vendor, "clocksource", m->clocksource);
}

static json_t *truth(const struct reference *e)
{
	bool known = e->hz > 0;

	return json_pack("{s:o, s:o, s:o, s:s}", "hz",
		number_or_null(known, e->hz), "hz_lo",
		number_or_null(known, e->lo), "hz_hi",
		number_or_null(known, e->hi), "from", e->sentence);
}

static json_t *row(const struct summary *r)
{
	bool known = r->n && r->error.worst >= 0;
	json_t *o = json_pack("{s:s, s:s, s:I, s:I, s:s, s:b, s:s}", "what",
		r->what->name, "load", load_str(r->load), "runs",
		(json_int_t)r->asked, "answered", (json_int_t)r->n, "source",
		r->source, "sources_differ", r->sources_differ, "against",
		against_str(r->against));

	json_object_set_new(o, "error_ppm", spread(&r->error));
	json_object_set_new(
		o, "truth_half_ppm", number_or_null(known, r->truth_half_ppm));
	json_object_set_new(o, "coverage",
		number_or_null(known && !r->what->peer,
			(double)r->held / (double)r->n));
	json_object_set_new(o, "spread_ppm",
		number_or_null(r->range_ppm >= 0, r->range_ppm));
	json_object_set_new(o, "width_ppm", spread(&r->width));
	json_object_set_new(o, "call_ms", spread(&r->call_ms));
	json_object_set_new(o, "process_ms", spread(&r->process_ms));
	return o;
}

static json_t *silent(const struct tscal_line *l)
{
	return json_pack("{s:s, s:s, s:s}", "name", l->name, "status",
		tscal_status_str(l->status), "sentence", l->sentence);
}

static json_t *target(const struct target *t)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:f, s:s, s:f}", "target",
		t->text, "load", load_str(t->load), "unit", t->unit, "found",
		number_or_null(t->value >= 0, t->value), "limit", t->limit,
		"verdict", verdict_str(t->verdict), "truth_half_ppm",
		t->truth_half_ppm);
}

static json_t *whole(const struct bench *b)
{
	json_t *o = json_pack("{s:s, s:s, s:o, s:o}", "schema",
		"tscal.bench.calibration/2", "version", TSCAL_VERSION,
		"window_ms",
		number_or_null(b->opts.window_ms, b->opts.window_ms), "machine",
		machine(b));
	json_t *rows = json_array(), *mute = json_array();
	json_t *targets = json_array(), *absent = json_array();
	const struct tscal_line *l;

	json_object_set_new(o, "truth",
		json_pack("{s:o, s:o}", "raw", truth(&b->truth.raw), "khz",
			truth(&b->truth.khz)));
	for (size_t i = 0; i < b->n_rows; i++)
		json_array_append_new(rows, row(&b->rows[i]));
	for (size_t i = 0; (l = silent_next(b, &i));)
		json_array_append_new(mute, silent(l));
	for (size_t i = 0; i < b->n_targets; i++)
		json_array_append_new(targets, target(&b->targets[i]));
	for (size_t i = 0; b->peers && i < PEERS_COUNT; i++)
		if (!peers[i].built)
			json_array_append_new(
				absent, json_string(peers[i].name));
	json_object_set_new(o, "peers_not_installed", absent);
	json_object_set_new(o, "rows", rows);
	json_object_set_new(o, "silent", mute);
	json_object_set_new(o, "targets", targets);
	return o;
}

int json_write(const struct bench *b)
{
	json_t *o = whole(b);
	FILE *f = o ? fopen(b->opts.json, "w") : NULL;
	int rc = f ? 0 : errno ? -errno : -ENOMEM;

	if (f) {
		rc = json_dumpf(o, f, JSON_INDENT(2)) || fputc('\n', f) == EOF
			     ? -EIO
			     : 0;
		if (fclose(f) && !rc)
			rc = -errno;
	}
	json_decref(o);
	return rc;
}
