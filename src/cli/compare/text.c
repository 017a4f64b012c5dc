/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal compare for people. */
#include <string.h>

#include "cli/compare/compare.h"
#include "cli/term.h"

static void put_head(struct term *t, const struct compare *c)
{
	char text[512];

	format_machine(text, sizeof(text), c);
	term_row(t, "machine", STYLE_PLAIN, "%s", text);
	format_rounds(text, sizeof(text), c);
	term_row(t, "runs", c->interrupted ? STYLE_BAD : STYLE_PLAIN, "%s",
		text);
	if (c->raw.hz > 0)
		term_row(t, "raw", STYLE_PLAIN, "%.3f Hz %s", c->raw.hz,
			c->raw.sentence);
	else
		term_row(t, "raw", STYLE_PLAIN, "not known: %s",
			c->raw.sentence);
	format_log(text, sizeof(text), c);
	term_row(t, "kernel's log", STYLE_PLAIN, "%s", text);
}

/* 79 columns. */
#define ROW "%-12s %5s %11s %9s %9s %8s %8s %9s\n"

static void put_row(
	const struct compare *c, const struct compare_row *row, bool first)
{
	char median[24], worst[24], spread[24], width[24];
	char window[16] = "-", runs[48], ms[24] = "-";

	format_error(median, sizeof(median), c, row->error.median);
	format_error(worst, sizeof(worst), c, row->error.worst);
	format_ppm(spread, sizeof(spread), row->spread_ppm);
	format_ppm(width, sizeof(width), row->width_ppm);
	if (row->window_ms)
		snprintf(window, sizeof(window), "%u", row->window_ms);
	if (row->process_ms >= 0)
		snprintf(ms, sizeof(ms), "%.2f", row->process_ms);
	if (row->n < row->asked)
		snprintf(runs, sizeof(runs), "%zu/%zu", row->n, row->asked);
	else
		snprintf(runs, sizeof(runs), "%zu", row->n);
	printf(ROW, first ? row->source : "", window, runs, median, worst,
		spread, width, ms);
}

static void put_rows(const struct compare *c)
{
	printf(ROW, "", "", "", "error,", "ppm", "spread,", "width,",
		"process,");
	printf(ROW, "source", "ms", "runs", "median", "worst", "ppm", "ppm",
		"ms");
	for (size_t i = 0; i < c->n_rows; i++)
		put_row(c, &c->rows[i],
			!i || strcmp(c->rows[i].source, c->rows[i - 1].source));
}

/* Of all intervals that must hold the reference. */
static void put_coverage(struct term *t, const struct compare *c)
{
	size_t judged = 0, held = 0;

	for (size_t i = 0; i < c->n_rows; i++) {
		judged += c->rows[i].judged;
		held += c->rows[i].held;
	}
	if (!judged)
		return;
	term_wrap(t, 0, held < judged ? STYLE_BAD : STYLE_PLAIN,
		"%zu of %zu intervals of clock-raw and vdso overlap the "
		"interval of raw.",
		held, judged);
	term_end(t);
}

static void put_trouble(struct term *t, const struct compare *c)
{
	bool head = false;

	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];

		if (row->n == row->asked)
			continue;
		if (!head)
			printf("\nGave no number in some runs:\n");
		head = true;
		term_put(t, STYLE_PLAIN, "%s", row->source);
		if (row->window_ms)
			term_put(t, STYLE_PLAIN, ", %u ms", row->window_ms);
		term_put(t, STYLE_PLAIN, ": ");
		term_wrap(t, 2, STYLE_PLAIN, "%zu of %zu; %s",
			row->asked - row->n, row->asked, row->why);
		term_end(t);
	}
}

static void put_silent(const struct compare *c, struct term *t)
{
	if (c->n_silent)
		printf("\nGave no number here:\n");
	for (size_t i = 0; i < c->n_silent; i++) {
		const struct compare_silent *s = &c->silent[i];

		term_row(t, s->source, STYLE_FAINT, "%s: %s", s->status,
			s->sentence);
	}
}

void text_compare(const struct compare *c)
{
	struct term t;

	term_init(&t, stdout);
	put_head(&t, c);
	putchar('\n');
	put_rows(c);
	putchar('\n');
	put_coverage(&t, c);
	term_wrap(&t, 0, STYLE_FAINT,
		"ms: the window; -: nothing is measured.  error: relative "
		"to raw; <: the uncertainty of raw; for a source that "
		"counts another oscillator, or is declared, the difference "
		"between the two rates.  spread: the largest result over "
		"the smallest.  width: of [hz_lo, hz_hi], the median.  "
		"process: from fork to its end, the median.");
	term_end(&t);
	put_trouble(&t, c);
	put_silent(c, &t);
}
