/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal clock as JSON, an object in a line: docs/schema/tscal.clock-1.json. */
#include "cli/clock/clock.h"
#include "cli/json.h"

static void set_count(json_t *o, const char *key, uint64_t n)
{
	json_set(o, key, json_integer((json_int_t)n));
}

static json_t *spread(const struct spread *s)
{
	if (!s->n)
		return json_null();
	return json_pack("{sI sI sI}", "min", (json_int_t)s->min_ns, "median",
		(json_int_t)spread_median_ns(s), "worst",
		(json_int_t)s->max_ns);
}

/* Those that occurred, by name. */
static json_t *events(const struct tally *t)
{
	json_t *o = json_object();
	const char *name;

	for (unsigned bit = 0; bit < CLOCK_EVENTS; bit++)
		if (t->events[bit] && (name = clock_event_str(bit)))
			set_count(o, name, t->events[bit]);
	return o;
}

/* What a second and the result have both. */
static json_t *document(
	const char *type, const struct clock_run *run, const struct found *f)
{
	const struct tscal_stats *stats = &f->tally.stats;
	json_t *root = json_document("tscal.clock/1");

	json_set(root, "type", json_string(type));
	json_set(root, "clock", json_string(run->clock));
	json_set(root, "on", json_string(tscal_clock_on_str(run->on)));
	json_set(root, "elapsed_s", json_rounded(f->tally.seconds));
	json_set(root, "rate_hz",
		stats->rate_hz > 0 ? json_rounded(stats->rate_hz)
				   : json_null());
	set_count(root, "readings", f->readings);
	json_set(root, "error_ns", spread(&f->error));
	json_set(root, "bracket_ns", spread(&f->bracket));
	json_set(root, "bound_ns", spread(&f->bound));
	set_count(root, "beyond_bracket_ns", (uint64_t)f->beyond_ns);
	set_count(root, "outside_bound", f->outside);
	set_count(root, "outside_before_break", f->excused);
	set_count(root, "doubted", f->doubted);
	set_count(root, "back", f->back);
	set_count(root, "slow", stats->slow);
	set_count(root, "updates", stats->updates);
	set_count(root, "breaks", stats->breaks);
	set_count(root, "lapses", stats->lapses);
	set_count(root, "bound_exceeded", stats->bound);
	set_count(root, "generation", f->tally.generation);
	json_set(root, "events", events(&f->tally));
	return root;
}

/* A reader wants each second when it is over; and where the reader has gone,
 * the rest is not waited for. */
static int print(json_t *root)
{
	int rc = json_print(root, JSON_COMPACT);

	return rc || fflush(stdout) ? EXIT_FAILED : 0;
}

int json_clock_second(const struct clock_run *run, const struct found *second)
{
	return print(document("second", run, second));
}

int json_clock_result(const struct clock_run *run, const struct found *all)
{
	json_t *root = document("result", run, all);

	json_set(root, "verdict",
		json_string(clock_verdict_str(clock_verdict(run, all))));
	json_set(root, "why", json_text(run->why));
	set_count(root, "interval_ms", run->interval_ms);
	json_set(root, "slew", json_boolean(run->slew));
	set_count(root, "generation_at_start", run->generation);
	json_set(root, "interrupted", json_boolean(run->interrupted));
	return print(root);
}
