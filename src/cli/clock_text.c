/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal clock as a person reads it. */
#include <string.h>

#include "cli/clock.h"
#include "cli/term.h"

/* Where the numbers of the table end. */
#define MIN_END 24
#define COLUMN 12
#define NOTE (MIN_END + 2 * COLUMN + 2)

static void put_right(
	struct term *t, enum style style, size_t end, const char *text)
{
	size_t len = strlen(text);

	term_pad(t, end > len ? end - len : 0);
	term_put(t, style, "%s", text);
}

static void put_ns(
	struct term *t, size_t end, const struct spread *s, int64_t ns)
{
	char text[32] = "-";

	if (s->n)
		snprintf(text, sizeof(text), "%lld", (long long)ns);
	put_right(t, STYLE_PLAIN, end, text);
}

static void row(struct term *t, const char *name, const struct spread *s,
	const char *note)
{
	text_label(t, name);
	put_ns(t, MIN_END, s, s->min_ns);
	put_ns(t, MIN_END + COLUMN, s, spread_median_ns(s));
	put_ns(t, MIN_END + 2 * COLUMN, s, s->max_ns);
	term_pad(t, NOTE);
	term_wrap(t, NOTE, STYLE_FAINT, "%s", note);
	term_end(t);
}

static void table(struct term *t, const struct found *all)
{
	put_right(t, STYLE_FAINT, MIN_END, "min");
	put_right(t, STYLE_FAINT, MIN_END + COLUMN, "median");
	put_right(t, STYLE_FAINT, MIN_END + 2 * COLUMN, "worst");
	term_end(t);
	row(t, "error ns", &all->error,
		"from the middle of the tightest bracket of clock_gettime()");
	row(t, "bracket ns", &all->bracket,
		"half of that bracket: what is less cannot be told from 0");
	row(t, "bound ns", &all->bound, "how far off the clock says it may be");
}

static void head(
	struct term *t, const struct clock_run *run, const struct found *all)
{
	text_label(t, "clock");
	term_put(t, STYLE_STRONG, "%s", run->clock);
	if (run->on == TSCAL_CLOCK_ON_TSC)
		term_wrap(t, TERM_TEXT, STYLE_PLAIN,
			", on the TSC, updated every %u ms%s", run->interval_ms,
			run->slew ? ", set back slowly" : "");
	term_end(t);
	if (run->on == TSCAL_CLOCK_ON_SYSTEM) {
		text_label(t, "system");
		term_wrap(t, TERM_TEXT, STYLE_FAIR,
			"clock_gettime() answers, and not the TSC: %s",
			run->why);
		term_end(t);
	}
	if (all->stats.rate_hz > 0) {
		text_label(t, "rate");
		term_put(t, STYLE_PLAIN, "%.3f Hz", all->stats.rate_hz);
		term_end(t);
	}
	text_label(t, "measured");
	term_wrap(t, TERM_TEXT, STYLE_PLAIN, "%.1f s%s, %llu readings",
		all->seconds, run->interrupted ? ", interrupted" : "",
		(unsigned long long)all->readings);
	term_end(t);
	term_end(t);
}

static void count(struct term *t, const char *name, uint64_t n, bool bad,
	const char *what)
{
	text_label(t, name);
	term_put(t, bad ? STYLE_BAD : STYLE_PLAIN, "%llu",
		(unsigned long long)n);
	term_wrap(t, TERM_TEXT, STYLE_PLAIN, " %s", what);
	term_end(t);
}

static void counts(
	struct term *t, const struct clock_run *run, const struct found *all)
{
	if (run->on == TSCAL_CLOCK_ON_SYSTEM)
		return;
	count(t, "outside", all->outside, all->outside > 0,
		"beyond the bound that the clock stated, without a flag");
	if (all->excused)
		count(t, "", all->excused, false,
			"the same just before the clock noticed a break");
	count(t, "back", all->back, all->back > 0,
		"less than the reading before, in one generation");
	text_label(t, "beyond");
	term_wrap(t, TERM_TEXT, STYLE_PLAIN,
		"%lld ns at most outside of any bracket, which is proven",
		(long long)all->beyond_ns);
	term_end(t);
	count(t, "slow", all->stats.slow, false,
		"answered by clock_gettime(): no lease, or a break");
	text_label(t, "updates");
	term_wrap(t, TERM_TEXT, STYLE_PLAIN,
		"%llu, %llu that left the TSC (breaks), %llu that found the "
		"clock outside its bound",
		(unsigned long long)all->stats.updates,
		(unsigned long long)all->stats.breaks,
		(unsigned long long)all->stats.bound);
	term_end(t);
	text_label(t, "generation");
	if (all->generation == run->generation)
		term_put(t, STYLE_PLAIN, "%u throughout", run->generation);
	else
		term_put(t, STYLE_PLAIN, "%u, then up to %u", run->generation,
			all->generation);
	term_end(t);
}

void text_clock(const struct clock_run *run, const struct found *all)
{
	static const enum style styles[] = {STYLE_GOOD, STYLE_BAD, STYLE_FAIR};
	static const char *const says[] = {
		"no reading stepped back or lay outside its bound",
		"readings stepped back, or lay outside their bounds",
		"there is nothing to say of the TSC",
	};
	enum clock_verdict verdict = clock_verdict(run, all);
	struct term t;

	term_init(&t, stdout);
	head(&t, run, all);
	table(&t, all);
	term_end(&t);
	counts(&t, run, all);
	text_label(&t, "verdict");
	term_put(&t, styles[verdict], "%s", clock_verdict_str(verdict));
	term_wrap(&t, TERM_TEXT, STYLE_PLAIN, ": %s", says[verdict]);
	term_end(&t);
}
