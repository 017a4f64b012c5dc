/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The answers as JSON: docs/schema/.  Absent values are null. */
#include <math.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json.h"

static json_t *tristate(int8_t v)
{
	return v < 0 ? json_null() : json_boolean(v);
}

/* In whole mHz, towards where the caller rounds. */
static json_t *hertz(double hz, double (*towards)(double))
{
	return hz > 0 ? json_rounded(towards(hz * 1e3) / 1e3) : json_null();
}

/* Three decimals: times and ppm that are negative when unknown. */
static json_t *known(double v)
{
	return v >= 0 ? json_rounded(v) : json_null();
}

static json_t *names(uint32_t set, const char *(*next)(uint32_t *))
{
	json_t *array = json_array();

	for (const char *name; (name = next(&set));)
		json_append(array, json_string(name));
	return array;
}

static json_t *words(const char *s)
{
	json_t *array = json_array();

	for (s += strspn(s, " \n"); *s; s += strspn(s, " \n")) {
		size_t len = strcspn(s, " \n");
		char word[PRINTABLE_SIZE(128)];

		json_append(array,
			json_string(printable(word, sizeof(word), s, len)));
		s += len;
	}
	return array;
}

static json_t *hex(uint32_t v)
{
	return json_sprintf("0x%08x", v);
}

static const char *source_name(enum tscal_source source)
{
	return source == TSCAL_SOURCE_NONE ? "" : tscal_source_str(source);
}

/* The second of CLOCK_MONOTONIC_RAW, and the true one. */
static void other_seconds(json_t *o, const struct tscal_info *info)
{
	bool exact = info->hz_raw_lo == info->hz_raw_hi;

	json_set(o, "hz_raw", hertz(info->hz_raw, rint));
	json_set(o, "hz_raw_lo", hertz(info->hz_raw_lo, exact ? rint : floor));
	json_set(o, "hz_raw_hi", hertz(info->hz_raw_hi, exact ? rint : ceil));
	json_set(o, "hz_si", hertz(info->hz_si, rint));
}

static json_t *rate(const struct tscal_info *info)
{
	json_t *o = json_object();

	json_set(o, "hz", hertz(info->hz, rint));
	json_set(o, "hz_lo", hertz(info->hz_lo, floor));
	json_set(o, "hz_hi", hertz(info->hz_hi, ceil));
	other_seconds(o, info);
	json_set(o, "source", json_text(source_name(info->source)));
	json_set(o, "verdict", json_string(tscal_rate_str(info->rate)));
	json_set(o, "agreement_ppm",
		info->agreement_ppm >= 0 && isfinite(info->agreement_ppm)
			? json_real(info->agreement_ppm)
			: json_null());
	json_set(o, "roots", names(info->roots, tscal_root_next));
	json_set(o, "target_met", tristate(info->target_met));
	json_set(o, "sentence", json_text(info->rate_sentence));
	return o;
}

static json_t *use(const struct tscal_info *info)
{
	json_t *o = json_object();

	json_set(o, "verdict", json_string(tscal_use_str(info->use)));
	json_set(o, "sentence", json_text(info->use_sentence));
	json_set(o, "watch", names(info->watch, tscal_watch_next));
	return o;
}

static void put_match(json_t *o, const struct tscal_hv_match *m)
{
	char signature[PRINTABLE_SIZE(sizeof(m->signature))];

	printable_signature(signature, sizeof(signature), m);
	json_set(o, "vendor", json_string(m->vendor));
	/* The kernel's hypervisor may have no leaves, and has a name. */
	json_set(o, "name",
		json_text(m->base || (strcmp(m->vendor, "none") != 0 &&
					     strcmp(m->vendor, "unknown") != 0)
				  ? m->name
				  : ""));
	json_set(
		o, "signature", m->base ? json_string(signature) : json_null());
	json_set(o, "base", m->base ? hex(m->base) : json_null());
	json_set(o, "max_leaf", m->base ? hex(m->max_leaf) : json_null());
}

static json_t *evidence(const struct tscal_hv_evidence *e)
{
	json_t *o = json_object();

	json_set(o, "where", json_string(e->where));
	json_set(o, "says", json_text(e->says));
	json_set(o, "name", json_text(e->name));
	json_set(o, "means", json_string(tscal_hv_means_str(e->means)));
	json_set(o, "vendor", json_text(e->vendor));
	return o;
}

static json_t *hypervisor(const struct tscal_hv *hv)
{
	json_t *o = json_object(), *also = json_array(), *all = json_array();

	json_set(o, "present",
		!hv->present && strcmp(hv->main.vendor, "none") != 0
			? json_null()
			: json_boolean(hv->present));
	put_match(o, &hv->main);
	for (size_t i = 0; i < hv->n_also; i++) {
		json_t *other = json_object();

		put_match(other, &hv->also[i]);
		json_append(also, other);
	}
	json_set(o, "also", also);
	for (size_t i = 0; i < hv->n_evidence; i++)
		json_append(all, evidence(&hv->evidence[i]));
	json_set(o, "evidence", all);
	json_set(o, "contradiction", json_text(hv->contradiction));
	json_set(o, "layers", json_text(hv->layers));
	json_set(o, "timing_leaf",
		hv->timing_leaf ? hex(hv->timing_leaf) : json_null());
	json_set(o, "timing", json_text(hv->timing));
	return o;
}

static json_t *cpu(const struct tscal_machine *m)
{
	json_t *o = json_object();
	bool known_cpu = m->family;

	json_set(o, "vendor", json_text(m->cpu_vendor));
	json_set(o, "brand", json_text(m->cpu_brand));
	json_set(o, "family", json_integer_if(known_cpu, m->family));
	json_set(o, "model", json_integer_if(known_cpu, m->model));
	json_set(o, "stepping", json_integer_if(known_cpu, m->stepping));
	return o;
}

static json_t *facts(const struct tscal_report *report)
{
	json_t *all = json_array();
	const struct tscal_fact *f;

	for (size_t i = 0; (f = tscal_report_fact(report, i)); i++) {
		json_t *o = json_object();

		json_set(o, "name", json_string(f->name));
		json_set(o, "value", json_text(f->value));
		json_set(o, "sentence", json_text(f->sentence));
		json_append(all, o);
	}
	return all;
}

static json_t *trust(const struct tscal_report *report,
	const struct tscal_machine *m, const struct tscal_info *info)
{
	json_t *o = json_object();

	json_set(o, "invariant", tristate(info->invariant));
	json_set(o, "clocksource", json_text(m->clocksource));
	json_set(o, "available", words(m->available));
	json_set(o, "listed_by_kernel", tristate(info->listed_by_kernel));
	json_set(o, "rejected_by_kernel", tristate(info->rejected_by_kernel));
	json_set(o, "rdtsc_ns", known(info->rdtsc_ns));
	json_set(o, "cpus",
		json_integer_if(info->cpus > 0, (uint64_t)info->cpus));
	json_set(o, "cpus_compared", json_integer(info->cpus_compared));
	json_set(o, "synchronised", tristate(info->synchronised));
	json_set(o, "skew_ns", known(info->skew_ns));
	json_set(o, "skew_cpus",
		info->skew_a < 0
			? json_null()
			: json_pack("[ii]", info->skew_a, info->skew_b));
	json_set(o, "cpus_sentence", json_text(info->cpus_sentence));
	json_set(o, "facts", facts(report));
	return o;
}

static json_t *line(const struct tscal_line *l)
{
	json_t *o = json_object();

	json_set(o, "name", json_string(l->name));
	json_set(o, "kind", json_string(tscal_kind_str(l->kind)));
	json_set(o, "roots", names(l->roots, tscal_root_next));
	json_set(o, "status", json_string(tscal_status_str(l->status)));
	json_set(o, "sentence", json_text(l->sentence));
	json_set(o, "hz", hertz(l->hz, rint));
	json_set(o, "hz_lo", hertz(l->hz_lo, floor));
	json_set(o, "hz_hi", hertz(l->hz_hi, ceil));
	json_set(o, "tolerance_ppm", known(l->tolerance_ppm));
	json_set(o, "ms", known(l->ms));
	return o;
}

/* A source and its status, without numbers. */
static json_t *surveyed(const struct tscal_line *l)
{
	json_t *o = json_object();

	json_set(o, "name", json_string(l->name));
	json_set(o, "kind", json_string(tscal_kind_str(l->kind)));
	json_set(o, "status", json_string(tscal_status_str(l->status)));
	json_set(o, "sentence", json_text(l->sentence));
	return o;
}

static json_t *sources(const struct tscal_report *report,
	json_t *(*of)(const struct tscal_line *l), bool reported_only)
{
	json_t *all = json_array();

	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *l = tscal_report_line(report, i);

		if (!reported_only || l->kind == TSCAL_KIND_REPORTED)
			json_append(all, of(l));
	}
	return all;
}

int json_report(const struct tscal_report *report)
{
	const struct tscal_machine *m = tscal_report_machine(report);
	const struct tscal_info *info = tscal_report_info(report);
	json_t *root = json_document("tscal.report/1");

	json_set(root, "rate", rate(info));
	json_set(root, "use", use(info));
	json_set(root, "advice", json_string(info->advice));
	json_set(root, "hypervisor", hypervisor(&m->hv));
	json_set(root, "cpu", cpu(m));
	json_set(root, "trust", trust(report, m, info));
	json_set(root, "sources", sources(report, line, false));
	return json_print(root, JSON_INDENT(2));
}

int json_rate(const struct tscal_info *info)
{
	json_t *root = json_document("tscal.hz/1");

	json_set(root, "hz", hertz(info->hz, rint));
	json_set(root, "khz",
		json_integer_if(info->hz > 0, (uint64_t)rint(info->hz / 1e3)));
	json_set(root, "hz_lo", hertz(info->hz_lo, floor));
	json_set(root, "hz_hi", hertz(info->hz_hi, ceil));
	other_seconds(root, info);
	json_set(root, "target_met", tristate(info->target_met));
	json_set(root, "source", json_text(source_name(info->source)));
	json_set(root, "verdict", json_string(tscal_rate_str(info->rate)));
	json_set(root, "use", json_string(tscal_use_str(info->use)));
	return json_print(root, JSON_INDENT(2));
}

int json_hv(const struct tscal_report *report)
{
	json_t *root = json_document("tscal.hv/1");

	json_set(root, "hypervisor",
		hypervisor(&tscal_report_machine(report)->hv));
	json_set(root, "sources", sources(report, surveyed, true));
	return json_print(root, JSON_INDENT(2));
}

int json_sources(const struct tscal_report *report)
{
	json_t *root = json_document("tscal.sources/1");

	json_set(root, "sources", sources(report, surveyed, false));
	return json_print(root, JSON_INDENT(2));
}
