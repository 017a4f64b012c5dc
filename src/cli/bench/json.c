/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal bench as JSON: docs/schema/tscal.bench-1.json. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "cli/bench/bench.h"
#include "cli/json_print.h"

/* In whole thousandths. */
static json_t *rounded(double x)
{
	return json_real(rint(x * 1e3) / 1e3);
}

static json_t *number(const struct bench_cost *c, double x)
{
	return c->absent ? json_null() : rounded(x);
}

static json_t *text(const char *s)
{
	char shown[PRINTABLE_SIZE(1024)];

	return s && *s ? json_string(printable(shown, sizeof(shown), s, 1024))
		       : json_null();
}

static json_t *calls(const struct bench *b)
{
	json_t *list = json_array();

	for (int i = 0; i < BENCH_COUNT && list; i++) {
		const struct bench_cost *c = &b->cost[i];
		json_t *row = json_pack("{ss so so so so so so}", "name",
			bench_names[i], "ns_min", number(c, c->ns_min),
			"ns_p10", number(c, c->ns_p10), "ns_median",
			number(c, c->ns_median), "ns_p90", number(c, c->ns_p90),
			"ratio_to_rdtsc", number(c, c->ratio_to_rdtsc),
			"absent", text(c->absent));

		/* Takes the row in any case; NULL is refused. */
		if (json_array_append_new(list, row)) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

int json_bench(const struct bench *b)
{
	bool pinned = b->cpu >= 0;
	json_t *root = json_pack("{ss ss so ss so so ss so sI sI so sb si so}",
		"schema", "tscal.bench/1", "version", TSCAL_VERSION, "hz",
		rounded(b->info.hz), "rate", tscal_rate_str(b->info.rate),
		"cpu", pinned ? json_integer(b->cpu) : json_null(),
		"not_pinned",
		pinned ? json_null() : text(strerror(b->not_pinned)), "now_on",
		tscal_clock_on_str(b->now_on), "now_why", text(b->now_why),
		"now_slow", (json_int_t)b->now_slow, "rounds",
		(json_int_t)b->rounds, "elapsed_s", rounded(b->elapsed_s),
		"interrupted", b->interrupted, "batch_bytes", BENCH_BATCH_BYTES,
		"calls", calls(b));

	return json_print(root, JSON_INDENT(2));
}
