/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal bench as JSON: docs/schema/tscal.bench-1.json. */
#include <string.h>

#include "cli/bench/bench.h"
#include "cli/json.h"

static json_t *number(const struct bench_cost *c, double x)
{
	return c->absent ? json_null() : json_rounded(x);
}

static json_t *call(const char *name, const struct bench_cost *c)
{
	json_t *o = json_object();

	json_set(o, "name", json_string(name));
	json_set(o, "ns_min", number(c, c->ns_min));
	json_set(o, "ns_p10", number(c, c->ns_p10));
	json_set(o, "ns_median", number(c, c->ns_median));
	json_set(o, "ns_p90", number(c, c->ns_p90));
	json_set(o, "ratio_to_rdtsc", number(c, c->ratio_to_rdtsc));
	json_set(o, "absent", json_text(c->absent ? c->absent : ""));
	return o;
}

int json_bench(const struct bench *b)
{
	json_t *root = json_document("tscal.bench/1"), *calls = json_array();
	bool pinned = b->cpu >= 0;

	json_set(root, "hz", json_rounded(b->info.hz));
	json_set(root, "rate", json_string(tscal_rate_str(b->info.rate)));
	json_set(root, "cpu", json_integer_if(pinned, (uint64_t)b->cpu));
	json_set(root, "not_pinned",
		json_text(pinned ? "" : strerror(b->not_pinned)));
	json_set(root, "now_on", json_string(tscal_clock_on_str(b->now_on)));
	json_set(root, "now_why", json_text(b->now_why));
	json_set(root, "now_slow", json_integer((json_int_t)b->now_slow));
	json_set(root, "rounds", json_integer(b->rounds));
	json_set(root, "elapsed_s", json_rounded(b->elapsed_s));
	json_set(root, "interrupted", json_boolean(b->interrupted));
	json_set(root, "batch_bytes", json_integer(BENCH_BATCH_BYTES));
	for (int i = 0; i < BENCH_COUNT; i++)
		json_append(calls, call(bench_calls[i].name, &b->cost[i]));
	json_set(root, "calls", calls);
	return json_print(root, JSON_INDENT(2));
}
