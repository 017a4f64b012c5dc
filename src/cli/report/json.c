/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The answers as JSON: docs/schema/.  Absent values are null.
 *
 * Jansson hands NULL on: what could not be allocated makes the whole document
 * fail at the one place where it is printed.
 */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json_print.h"

static bool failed;

static void set(json_t *object, const char *key, json_t *value)
{
	failed |= json_object_set_new(object, key, value) != 0;
}

static void append(json_t *array, json_t *value)
{
	failed |= json_array_append_new(array, value) != 0;
}

static json_t *string(const char *s)
{
	char shown[PRINTABLE_SIZE(1024)];

	return *s ? json_string(printable(shown, sizeof(shown), s, 1024))
		  : json_null();
}

static json_t *tristate(int8_t v)
{
	return v < 0 ? json_null() : json_boolean(v);
}

static json_t *real(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

/* In whole mHz, towards where the caller rounds. */
static json_t *hertz(double hz, double (*towards)(double))
{
	return hz > 0 ? real(towards(hz * 1e3) / 1e3) : json_null();
}

/* Three decimals: times and ppm that are negative when unknown. */
static json_t *known(double v)
{
	return v >= 0 ? real(rint(v * 1e3) / 1e3) : json_null();
}

static json_t *names(uint32_t set, const char *(*next)(uint32_t *))
{
	json_t *array = json_array();

	for (const char *name; (name = next(&set));)
		append(array, json_string(name));
	return array;
}

static json_t *words(const char *s)
{
	json_t *array = json_array();

	for (s += strspn(s, " \n"); *s; s += strspn(s, " \n")) {
		size_t len = strcspn(s, " \n");
		char word[PRINTABLE_SIZE(128)];

		append(array,
			json_string(printable(word, sizeof(word), s, len)));
		s += len;
	}
	return array;
}

static json_t *hex(uint32_t v)
{
	return json_sprintf("0x%08x", v);
}

static json_t *document(const char *schema)
{
	json_t *root = json_object();

	failed = false;
	set(root, "schema", json_string(schema));
	set(root, "version", json_string(TSCAL_VERSION));
	return root;
}

static int print(json_t *root)
{
	if (failed) {
		json_decref(root);
		root = NULL;
	}
	return json_print(root, JSON_INDENT(2));
}

static const char *source_name(enum tscal_source source)
{
	return source == TSCAL_SOURCE_NONE ? "" : tscal_source_str(source);
}

static json_t *rate(const struct tscal_info *info)
{
	json_t *o = json_object();

	set(o, "hz", hertz(info->hz, rint));
	set(o, "hz_lo", hertz(info->hz_lo, floor));
	set(o, "hz_hi", hertz(info->hz_hi, ceil));
	set(o, "hz_raw", hertz(info->hz_raw, rint));
	set(o, "hz_si", hertz(info->hz_si, rint));
	set(o, "source", string(source_name(info->source)));
	set(o, "verdict", json_string(tscal_rate_str(info->rate)));
	set(o, "agreement_ppm",
		info->agreement_ppm < 0 ? json_null()
					: real(info->agreement_ppm));
	set(o, "roots", names(info->roots, tscal_root_next));
	set(o, "sentence", string(info->rate_sentence));
	return o;
}

static json_t *use(const struct tscal_info *info)
{
	json_t *o = json_object();

	set(o, "verdict", json_string(tscal_use_str(info->use)));
	set(o, "sentence", string(info->use_sentence));
	set(o, "watch", names(info->watch, tscal_watch_next));
	return o;
}

static void put_match(json_t *o, const struct tscal_hv_match *m)
{
	char signature[PRINTABLE_SIZE(sizeof(m->signature))];

	set(o, "vendor", json_string(m->vendor));
	if (m->base) {
		set(o, "name", string(m->name));
		printable_signature(signature, sizeof(signature), m);
		set(o, "signature", json_string(signature));
		set(o, "base", hex(m->base));
		set(o, "max_leaf", hex(m->max_leaf));
	} else {
		set(o, "name", json_null());
		set(o, "signature", json_null());
		set(o, "base", json_null());
		set(o, "max_leaf", json_null());
	}
}

static json_t *evidence(const struct tscal_hv_evidence *e)
{
	json_t *o = json_object();

	set(o, "where", json_string(e->where));
	set(o, "says", string(e->says));
	set(o, "name", string(e->name));
	set(o, "means", json_string(tscal_hv_means_str(e->means)));
	set(o, "vendor", string(e->vendor));
	return o;
}

static json_t *hypervisor(const struct tscal_hv *hv)
{
	json_t *o = json_object(), *also = json_array(), *all = json_array();

	set(o, "present", json_boolean(hv->present));
	put_match(o, &hv->main);
	for (size_t i = 0; i < hv->n_also; i++) {
		json_t *other = json_object();

		put_match(other, &hv->also[i]);
		append(also, other);
	}
	set(o, "also", also);
	for (size_t i = 0; i < hv->n_evidence; i++)
		append(all, evidence(&hv->evidence[i]));
	set(o, "evidence", all);
	set(o, "contradiction", string(hv->contradiction));
	set(o, "layers", string(hv->layers));
	set(o, "timing_leaf",
		hv->timing_leaf ? hex(hv->timing_leaf) : json_null());
	set(o, "timing", string(hv->timing));
	return o;
}

static json_t *cpu(const struct tscal_machine *m)
{
	json_t *o = json_object();
	bool known_cpu = m->cpu_vendor[0];

	set(o, "vendor", string(m->cpu_vendor));
	set(o, "brand", string(m->cpu_brand));
	set(o, "family", known_cpu ? json_integer(m->family) : json_null());
	set(o, "model", known_cpu ? json_integer(m->model) : json_null());
	set(o, "stepping", known_cpu ? json_integer(m->stepping) : json_null());
	return o;
}

static json_t *trust(
	const struct tscal_machine *m, const struct tscal_info *info)
{
	json_t *o = json_object();

	set(o, "invariant", tristate(info->invariant));
	set(o, "clocksource", string(m->clocksource));
	set(o, "available", words(m->available));
	set(o, "rejected_by_kernel", tristate(info->rejected_by_kernel));
	set(o, "rdtsc_ns", known(info->rdtsc_ns));
	set(o, "cpus", info->cpus > 0 ? json_integer(info->cpus) : json_null());
	set(o, "skew_ns", known(info->skew_ns));
	return o;
}

static json_t *line(const struct tscal_line *l)
{
	json_t *o = json_object();

	set(o, "name", json_string(l->name));
	set(o, "kind", json_string(tscal_kind_str(l->kind)));
	set(o, "roots", names(l->roots, tscal_root_next));
	set(o, "status", json_string(tscal_status_str(l->status)));
	set(o, "sentence", string(l->sentence));
	set(o, "hz", hertz(l->hz, rint));
	set(o, "hz_lo", hertz(l->hz_lo, floor));
	set(o, "hz_hi", hertz(l->hz_hi, ceil));
	set(o, "tolerance_ppm", known(l->tolerance_ppm));
	set(o, "ms", known(l->ms));
	return o;
}

int json_report(const struct tscal_report *report)
{
	const struct tscal_machine *m = tscal_report_machine(report);
	const struct tscal_info *info = tscal_report_info(report);
	json_t *root = document("tscal.report/1"), *sources = json_array();

	set(root, "rate", rate(info));
	set(root, "use", use(info));
	set(root, "hypervisor", hypervisor(&m->hv));
	set(root, "cpu", cpu(m));
	set(root, "trust", trust(m, info));
	for (size_t i = 0; i < tscal_report_count(report); i++)
		append(sources, line(tscal_report_line(report, i)));
	set(root, "sources", sources);
	return print(root);
}

int json_rate(const struct tscal_info *info)
{
	json_t *root = document("tscal.hz/1");

	set(root, "hz", hertz(info->hz, rint));
	set(root, "khz",
		info->hz > 0 ? json_integer((json_int_t)rint(info->hz / 1e3))
			     : json_null());
	set(root, "hz_lo", hertz(info->hz_lo, floor));
	set(root, "hz_hi", hertz(info->hz_hi, ceil));
	set(root, "source", string(source_name(info->source)));
	set(root, "verdict", json_string(tscal_rate_str(info->rate)));
	set(root, "use", json_string(tscal_use_str(info->use)));
	return print(root);
}

/* A source and its status, without numbers. */
static json_t *surveyed(const struct tscal_line *l)
{
	json_t *o = json_object();

	set(o, "name", json_string(l->name));
	set(o, "kind", json_string(tscal_kind_str(l->kind)));
	set(o, "status", json_string(tscal_status_str(l->status)));
	set(o, "sentence", string(l->sentence));
	return o;
}

int json_hv(const struct tscal_report *report)
{
	json_t *root = document("tscal.hv/1"), *sources = json_array();

	set(root, "hypervisor", hypervisor(&tscal_report_machine(report)->hv));
	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *l = tscal_report_line(report, i);

		if (l->kind == TSCAL_KIND_REPORTED)
			append(sources, surveyed(l));
	}
	set(root, "sources", sources);
	return print(root);
}

int json_sources(const struct tscal_report *report)
{
	json_t *root = document("tscal.sources/1"), *sources = json_array();

	for (size_t i = 0; i < tscal_report_count(report); i++)
		append(sources, surveyed(tscal_report_line(report, i)));
	set(root, "sources", sources);
	return print(root);
}
