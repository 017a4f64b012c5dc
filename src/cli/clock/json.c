/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal clock as JSON, an object in a line: docs/schema/tscal.clock-1.json. */
#include <jansson.h>
#include <math.h>

#include "cli/clock/clock.h"
#include "cli/json_print.h"

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

	for (unsigned bit = 0; bit < CLOCK_EVENTS && o; bit++) {
		name = clock_event_str(bit);
		if (!t->events[bit] || !name)
			continue;
		if (json_object_set_new(o, name,
			    json_integer((json_int_t)t->events[bit]))) {
			json_decref(o);
			o = NULL;
		}
	}
	return o;
}

/* In whole thousandths. */
static json_t *rounded(double x)
{
	return json_real(rint(x * 1e3) / 1e3);
}

/* What a second and the result have both. */
static json_t *document(
	const char *type, const struct clock_run *run, const struct found *f)
{
	return json_pack("{ss ss ss ss ss so so sI so so so sI sI sI sI sI sI "
			 "sI sI sI sI sI so}",
		"schema", "tscal.clock/1", "version", TSCAL_VERSION, "type",
		type, "clock", run->clock, "on", tscal_clock_on_str(run->on),
		"elapsed_s", rounded(f->tally.seconds), "rate_hz",
		f->tally.stats.rate_hz > 0 ? rounded(f->tally.stats.rate_hz)
					   : json_null(),
		"readings", (json_int_t)f->readings, "error_ns",
		spread(&f->error), "bracket_ns", spread(&f->bracket),
		"bound_ns", spread(&f->bound), "beyond_bracket_ns",
		(json_int_t)f->beyond_ns, "outside_bound",
		(json_int_t)f->outside, "outside_before_break",
		(json_int_t)f->excused, "doubted", (json_int_t)f->doubted,
		"back", (json_int_t)f->back, "slow",
		(json_int_t)f->tally.stats.slow, "updates",
		(json_int_t)f->tally.stats.updates, "breaks",
		(json_int_t)f->tally.stats.breaks, "lapses",
		(json_int_t)f->tally.stats.lapses, "bound_exceeded",
		(json_int_t)f->tally.stats.bound, "generation",
		(json_int_t)f->tally.generation, "events", events(&f->tally));
}

/* Whoever reads it wants each second when it is over; and nobody waits for the
 * rest when nobody can read it. */
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
	char why[PRINTABLE_SIZE(1024)];
	json_t *more = json_pack("{ss so sI sb sI sb}", "verdict",
		clock_verdict_str(clock_verdict(run, all)), "why",
		*run->why ? json_string(
				    printable(why, sizeof(why), run->why, 1024))
			  : json_null(),
		"interval_ms", (json_int_t)run->interval_ms, "slew", run->slew,
		"generation_at_start", (json_int_t)run->generation,
		"interrupted", run->interrupted);

	if (root && (!more || json_object_update(root, more))) {
		json_decref(root);
		root = NULL;
	}
	json_decref(more);
	return print(root);
}
