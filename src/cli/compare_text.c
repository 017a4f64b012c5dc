/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal compare for people. */
#include <math.h>
#include <string.h>

#include "cli/compare.h"
#include "cli/term.h"

void format_ppm(char *out, size_t size, double ppm)
{
	if (ppm < 0)
		snprintf(out, size, "-");
	else if (!isfinite(ppm))
		snprintf(out, size, "any");
	else if (ppm >= 100)
		snprintf(out, size, "%.0f", ppm);
	else if (ppm >= 10)
		snprintf(out, size, "%.1f", ppm);
	else if (ppm >= 1)
		snprintf(out, size, "%.2f", ppm);
	else if (ppm >= 0.1)
		snprintf(out, size, "%.3f", ppm);
	else
		snprintf(out, size, "%.4f", ppm);
}

static void references(struct term *t, const struct compare *c)
{
	for (int id = REFERENCE_RAW; id < REFERENCE_COUNT; id++) {
		const struct reference *r = &c->references[id];
		char said[PRINTABLE_SIZE(sizeof(r->sentence))];

		printable(said, sizeof(said), r->sentence, sizeof(r->sentence));
		text_label(t, reference_str((enum reference_id)id));
		if (r->hz > 0)
			term_wrap(t, TERM_TEXT, STYLE_PLAIN, "%.3f Hz: %s",
				r->hz, said);
		else
			term_wrap(t, TERM_TEXT, STYLE_FAINT, "not known: %s",
				said);
		term_end(t);
	}
}

void format_error(char *out, size_t size, const struct compare *c,
	const struct compare_row *row, double error_ppm)
{
	char text[24];
	double least;

	if (row->against == REFERENCE_NONE || error_ppm < 0) {
		snprintf(out, size, "-");
		return;
	}
	least = reference_ppm(&c->references[row->against]);
	format_ppm(text, sizeof(text), error_ppm < least ? least : error_ppm);
	snprintf(out, size, "%s%s", error_ppm < least ? "<" : "", text);
}

/* 79 columns. */
#define ROW "%-12s %4s %7s %-3s %8s %8s %7s %7s %7s %7s\n"

static void put_row(
	const struct compare *c, const struct compare_row *row, bool first)
{
	char median[24], worst[24], range[24], width[24], held[32] = "-";
	char window[16] = "-", runs[48], ms[24] = "-";

	format_error(median, sizeof(median), c, row, row->error.median);
	format_error(worst, sizeof(worst), c, row, row->error.worst);
	format_ppm(range, sizeof(range), row->range_ppm);
	format_ppm(width, sizeof(width), row->width_ppm);
	if (row->window_ms)
		snprintf(window, sizeof(window), "%u", row->window_ms);
	if (row->judged)
		snprintf(held, sizeof(held), "%zu/%zu", row->held, row->judged);
	if (row->process_ms >= 0)
		snprintf(ms, sizeof(ms), "%.2f", row->process_ms);
	if (row->n == row->asked)
		snprintf(runs, sizeof(runs), "%zu", row->n);
	else
		snprintf(runs, sizeof(runs), "%zu/%zu", row->n, row->asked);
	printf(ROW, first ? row->source : "", window, runs,
		row->n ? reference_str(row->against) : "-", median, worst,
		range, width, held, ms);
}

static void put_rows(const struct compare *c)
{
	printf("%-12s %4s %7s %-3s %17s %7s %7s %7s %7s\n", "", "", "", "",
		"error, ppm", "spread,", "width,", "", "process");
	printf(ROW, "source", "ms", "runs", "by", "median", "worst", "ppm",
		"ppm", "holds", "ms");
	for (size_t i = 0; i < c->n_rows; i++)
		put_row(c, &c->rows[i],
			!i || strcmp(c->rows[i].source, c->rows[i - 1].source));
}

/* What failed in some runs, and what never spoke. */
static void put_silent(struct term *t, const struct compare *c)
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
			row->asked - row->n, row->asked, row->trouble);
		term_end(t);
	}
	if (c->n_silent)
		printf("\nGave no number here:\n");
	for (size_t i = 0; i < c->n_silent; i++) {
		const struct compare_silent *s = &c->silent[i];

		text_label(t, s->source);
		term_wrap(t, TERM_TEXT, STYLE_FAINT, "%s: %s", s->status,
			s->sentence);
		term_end(t);
	}
}

static void put_head(struct term *t, const struct compare *c)
{
	char cpu[PRINTABLE_SIZE(64)];

	term_wrap(t, 0, STYLE_PLAIN,
		"%zu runs of every source, each in a fresh process, all taking "
		"turns, in %.1f s.  What errors are errors from:",
		c->rounds_done, c->span_s);
	term_end(t);
	if (c->interrupted) {
		term_wrap(t, 0, STYLE_BAD,
			"Interrupted: these are partial results, of %zu whole "
			"rounds in place of %zu.",
			c->rounds_done, c->rounds);
		term_end(t);
	}
	putchar('\n');
	text_label(t, "machine");
	term_wrap(t, TERM_TEXT, STYLE_PLAIN,
		"%s, %d CPUs; hypervisor %s; %s, clocksource %s",
		printable(cpu, sizeof(cpu), c->cpu, sizeof(c->cpu)), c->cpus,
		c->hypervisor, c->kernel,
		*c->clocksource ? c->clocksource : "not visible");
	term_end(t);
}

void text_compare(const struct compare *c)
{
	struct term t;

	term_init(&t, stdout);
	put_head(&t, c);
	references(&t, c);
	putchar('\n');
	put_rows(c);
	put_silent(&t, c);
	putchar('\n');
	term_wrap(&t, 0, STYLE_FAINT,
		"ms: the window; none, where nothing is measured.  by: the "
		"reference, above.  spread: the largest result over the "
		"smallest.  width: of [hz_lo, hz_hi], the median.  holds: "
		"intervals that may hold the reference.  process: from fork to "
		"its end, the median.  <: less than the reference itself may "
		"be off.");
	term_end(&t);
}
