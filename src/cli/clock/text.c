/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal clock as a person reads it. */

#include "cli/clock/clock.h"
#include "cli/term.h"

/* Where the numbers of the table end. */
#define MIN_END 21
#define COLUMN 10
#define NOTE (MIN_END + 2 * COLUMN + 2)

static void put_ns(
	struct term *t, size_t end, const struct spread *s, int64_t ns)
{
	char text[32] = "-";

	if (s->n)
		snprintf(text, sizeof(text), "%lld", (long long)ns);
	term_right(t, STYLE_PLAIN, end, text);
}

static void row(struct term *t, const char *name, const struct spread *s,
	const char *note)
{
	term_label(t, name);
	put_ns(t, MIN_END, s, s->min_ns);
	put_ns(t, MIN_END + COLUMN, s, spread_median_ns(s));
	put_ns(t, MIN_END + 2 * COLUMN, s, s->max_ns);
	term_pad(t, NOTE);
	term_wrap(t, NOTE, STYLE_FAINT, "%s", note);
	term_end(t);
}

static void table(struct term *t, const struct found *all)
{
	term_right(t, STYLE_FAINT, MIN_END, "min");
	term_right(t, STYLE_FAINT, MIN_END + COLUMN, "median");
	term_right(t, STYLE_FAINT, MIN_END + 2 * COLUMN, "worst");
	term_end(t);
	row(t, "error ns", &all->error,
		"from the middle of the tightest bracket of clock_gettime()");
	row(t, "bracket ns", &all->bracket,
		"half of that bracket: smaller errors cannot be "
		"distinguished from 0");
	row(t, "bound ns", &all->bound,
		"the largest error that the clock "
		"stated");
}

static void head(
	struct term *t, const struct clock_run *run, const struct found *all)
{
	term_label(t, "clock");
	term_put(t, STYLE_STRONG, "%s", run->clock);
	if (run->on == TSCAL_CLOCK_ON_TSC)
		term_wrap(t, TERM_TEXT, STYLE_PLAIN,
			", on the TSC, updated every %u ms%s", run->interval_ms,
			run->slew ? ", set back slowly" : "");
	term_end(t);
	if (run->on == TSCAL_CLOCK_ON_SYSTEM)
		term_row(t, "system", STYLE_FAIR,
			"clock_gettime() is used instead of the TSC: %s",
			run->why);
	if (all->tally.stats.rate_hz > 0)
		term_row(t, "rate", STYLE_PLAIN, "%.3f Hz",
			all->tally.stats.rate_hz);
	term_row(t, "measured", STYLE_PLAIN, "%.1f s%s, %llu readings",
		all->tally.seconds, run->interrupted ? ", interrupted" : "",
		(unsigned long long)all->readings);
	term_end(t);
}

static void count(struct term *t, const char *name, uint64_t n, bool bad,
	const char *what)
{
	term_label(t, name);
	term_put(t, bad ? STYLE_BAD : STYLE_PLAIN, "%llu",
		(unsigned long long)n);
	term_wrap(t, TERM_TEXT, STYLE_PLAIN, " %s", what);
	term_end(t);
}

static void count_readings(struct term *t, const struct found *all)
{
	count(t, "outside", all->outside, all->outside > 0,
		"readings whose error exceeds their bound");
	if (all->excused)
		count(t, "", all->excused, false,
			"more, just before the clock noticed a break");
	count(t, "doubted", all->doubted, false,
		"readings that the clock itself marked as doubtful");
	count(t, "back", all->back, all->back > 0,
		"readings less than the one before, without a break between");
	term_row(t, "beyond", STYLE_PLAIN,
		"%lld ns, the largest distance of a reading outside its "
		"bracket",
		(long long)all->beyond_ns);
	count(t, "slow", all->tally.stats.slow, false,
		"readings by clock_gettime(), while the TSC could not be used");
}

static void events(struct term *t, const struct tally *tally)
{
	const char *comma = "";

	term_label(t, "events");
	for (unsigned bit = 0; bit < CLOCK_EVENTS; bit++) {
		const char *name = clock_event_str(bit);

		if (!tally->events[bit] || !name)
			continue;
		term_wrap(t, TERM_TEXT, STYLE_PLAIN, "%s%s %llu", comma, name,
			(unsigned long long)tally->events[bit]);
		comma = ", ";
	}
	if (!*comma)
		term_put(t, STYLE_PLAIN, "none");
	term_end(t);
}

static void count_updates(
	struct term *t, const struct clock_run *run, const struct tally *tally)
{
	const struct tscal_stats *stats = &tally->stats;

	term_row(t, "updates", STYLE_PLAIN,
		"%llu; %llu left the TSC (breaks), %llu found the clock "
		"outside its bound",
		(unsigned long long)stats->updates,
		(unsigned long long)stats->breaks,
		(unsigned long long)stats->bound);
	count(t, "lapses", stats->lapses, false,
		"updates that came too late: the lease had run out");
	events(t, tally);
	term_row(t, "generation", STYLE_PLAIN,
		tally->generation == run->generation ? "%u throughout"
						     : "%u, then up to %u",
		run->generation, tally->generation);
}

void text_clock(const struct clock_run *run, const struct found *all)
{
	static const enum style styles[] = {STYLE_GOOD, STYLE_BAD, STYLE_FAIR};
	static const char *const says[] = {
		"no reading stepped back or lay outside its bound",
		"readings stepped back, or lay outside their bounds; 'tscal' "
		"reports what contradicts this TSC, and TSCAL_CLOCK=system "
		"in a program's environment keeps its clocks off the TSC",
		"nothing is known about the TSC",
	};
	enum clock_verdict verdict = clock_verdict(run, all);
	struct term t;

	term_init(&t, stdout);
	head(&t, run, all);
	table(&t, all);
	term_end(&t);
	if (run->on == TSCAL_CLOCK_ON_TSC) {
		count_readings(&t, all);
		count_updates(&t, run, &all->tally);
	}
	term_label(&t, "verdict");
	term_put(&t, styles[verdict], "%s", clock_verdict_str(verdict));
	term_wrap(&t, TERM_TEXT, STYLE_PLAIN, ": %s", says[verdict]);
	term_end(&t);
}
