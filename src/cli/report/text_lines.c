/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The sources, a line each, in columns as wide as their text. */
#include <string.h>

#include "cli/cli.h"
#include "cli/format.h"
#include "cli/report/text.h"

static const enum style styles[] = {
	[TSCAL_STATUS_USED] = STYLE_GOOD,
	[TSCAL_STATUS_AGREES] = STYLE_GOOD,
	[TSCAL_STATUS_DISAGREES] = STYLE_BAD,
	[TSCAL_STATUS_STALE] = STYLE_BAD,
	[TSCAL_STATUS_HINT] = STYLE_PLAIN,
	[TSCAL_STATUS_READY] = STYLE_GOOD,
	[TSCAL_STATUS_ABSENT] = STYLE_FAINT,
	[TSCAL_STATUS_SKIPPED] = STYLE_FAINT,
	[TSCAL_STATUS_DENIED] = STYLE_FAIR,
	[TSCAL_STATUS_STUCK] = STYLE_BAD,
	[TSCAL_STATUS_IMPLAUSIBLE] = STYLE_BAD,
	[TSCAL_STATUS_UNSTABLE] = STYLE_FAIR,
	[TSCAL_STATUS_ERROR] = STYLE_BAD,
	[TSCAL_STATUS_COARSE] = STYLE_FAIR,
};

/* Less than this is no place for a sentence: it gets a line of its own. */
#define SENTENCE_MIN 36
#define GAP 2
#define INDENT 2

/* Where each column starts, but for the last two: where it ends. */
struct layout {
	size_t status, hz, distance_end, bound_end, sentence;
	bool below; /* sentences are below the numbers */
};

struct cells {
	char hz[32], distance[32], bound[32];
};

static struct cells cells_of(const struct tscal_line *l, double chosen_hz)
{
	struct cells c = {0};

	if (!(l->hz > 0))
		return c;
	format_hz(c.hz, sizeof(c.hz), l->hz, l->hz_lo, l->hz_hi);
	if (chosen_hz > 0 && l->status != TSCAL_STATUS_USED)
		format_distance(
			c.distance, sizeof(c.distance), l->hz, chosen_hz);
	format_bound(
		c.bound, sizeof(c.bound), bound_ppm(l->hz, l->hz_lo, l->hz_hi));
	return c;
}

static void widen(size_t *width, const char *text)
{
	if (strlen(text) > *width)
		*width = strlen(text);
}

/* What becomes of a source's line. */
enum shown { SHOWN_LINE, SHOWN_FOLDED, SHOWN_NOT };

static enum shown shown_as(const struct options *opts,
	const struct tscal_line *line, double chosen_hz)
{
	if (opts->all)
		return SHOWN_LINE;
	if (line->status == TSCAL_STATUS_SKIPPED && not_named(opts, line))
		return SHOWN_NOT;
	/* The reasons are the answer where there is no rate, and where a
	 * source was named. */
	if (line->hz > 0 || !(chosen_hz > 0) || opts->calib.only)
		return SHOWN_LINE;
	return line->status == TSCAL_STATUS_ABSENT ||
			       line->status == TSCAL_STATUS_SKIPPED
		       ? SHOWN_FOLDED
		       : SHOWN_LINE;
}

static struct layout lay_out(const struct options *opts, const struct term *t,
	const struct tscal_report *report, double chosen_hz)
{
	size_t name = strlen("source"), status = strlen("status"), hz = 2;
	size_t distance = strlen("ppm off"), bound = strlen("+-ppm");
	struct layout l;

	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *line = tscal_report_line(report, i);
		struct cells c = cells_of(line, chosen_hz);

		if (shown_as(opts, line, chosen_hz) != SHOWN_LINE)
			continue;
		widen(&name, line->name);
		widen(&status, tscal_status_str(line->status));
		widen(&hz, c.hz);
		widen(&distance, c.distance);
		widen(&bound, c.bound);
	}
	l.status = INDENT + name + GAP;
	l.hz = l.status + status + GAP;
	l.distance_end = l.hz + hz + GAP + distance;
	l.bound_end = l.distance_end + GAP + bound;
	l.sentence = l.bound_end + GAP;
	l.below = l.sentence + SENTENCE_MIN > t->width;
	return l;
}

static void put_line(struct term *t, const struct layout *l,
	const struct tscal_line *line, double chosen_hz)
{
	struct cells c = cells_of(line, chosen_hz);
	size_t indent = l->hz;

	term_cell(t, STYLE_PLAIN, INDENT, line->name);
	term_cell(t, styles[line->status], l->status,
		tscal_status_str(line->status));
	if (c.hz[0]) {
		term_cell(t,
			line->status == TSCAL_STATUS_USED ? STYLE_STRONG
							  : STYLE_PLAIN,
			l->hz, c.hz);
		term_right(t, STYLE_PLAIN, l->distance_end, c.distance);
		term_right(t, STYLE_PLAIN, l->bound_end, c.bound);
		if (l->below)
			term_end(t);
		else
			indent = l->sentence;
	}
	term_pad(t, indent);
	if (line->tolerance_ppm >= 0)
		term_wrap(t, indent, STYLE_FAINT,
			"%s; its reference is good to %g ppm", line->sentence,
			line->tolerance_ppm);
	else
		term_wrap(t, indent, STYLE_FAINT, "%s", line->sentence);
	term_end(t);
}

/* How many lines are folded, by why. */
struct folded {
	unsigned absent, skipped;
	unsigned devices, ports; /* of skipped: what --probe would ask */
};

static struct folded fold(const struct options *opts,
	const struct tscal_report *report, double chosen_hz)
{
	struct folded f = {0};

	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *line = tscal_report_line(report, i);

		if (shown_as(opts, line, chosen_hz) != SHOWN_FOLDED)
			continue;
		if (line->status == TSCAL_STATUS_ABSENT) {
			f.absent++;
			continue;
		}
		f.skipped++;
		/* The sentence names the option (src/calib/estimate.c). */
		f.devices += strstr(line->sentence, "(--probe devices)") !=
			     NULL;
		f.ports += strstr(line->sentence, "(--probe ports)") != NULL;
	}
	return f;
}

/* "12 sources not available here, 4 not asked (2 need --probe ports);
 * see --all" */
static void put_folded(struct term *t, const struct folded *f)
{
	char absent[64] = "", skipped[64] = "", devices[64] = "",
	     ports[64] = "";

	if (!f->absent && !f->skipped)
		return;
	if (f->absent)
		snprintf(absent, sizeof(absent),
			"%u source%s not available here", f->absent,
			f->absent == 1 ? "" : "s");
	if (f->skipped)
		snprintf(skipped, sizeof(skipped), "%s%u%s not asked",
			f->absent ? ", " : "", f->skipped,
			f->absent	  ? ""
			: f->skipped == 1 ? " source"
					  : " sources");
	if (f->devices)
		snprintf(devices, sizeof(devices),
			" (%u need%s --probe devices", f->devices,
			f->devices == 1 ? "s" : "");
	if (f->ports)
		snprintf(ports, sizeof(ports), "%s%u need%s --probe ports",
			f->devices ? ", " : " (", f->ports,
			f->ports == 1 ? "s" : "");
	term_pad(t, INDENT);
	term_wrap(t, INDENT, STYLE_FAINT, "%s%s%s%s%s; see --all", absent,
		skipped, devices, ports, f->devices || f->ports ? ")" : "");
	term_end(t);
}

void text_lines(const struct options *opts, struct term *t,
	const struct tscal_report *report)
{
	double chosen_hz = tscal_report_info(report)->hz;
	struct layout l = lay_out(opts, t, report, chosen_hz);
	struct folded f = fold(opts, report, chosen_hz);

	term_cell(t, STYLE_FAINT, INDENT, "source");
	term_cell(t, STYLE_FAINT, l.status, "status");
	term_cell(t, STYLE_FAINT, l.hz, "Hz");
	term_right(t, STYLE_FAINT, l.distance_end, "ppm off");
	term_right(t, STYLE_FAINT, l.bound_end, "+-ppm");
	term_end(t);
	/* Numbers first: most sources have none on most machines. */
	for (int numbers = 1; numbers >= 0; numbers--)
		for (size_t i = 0; i < tscal_report_count(report); i++) {
			const struct tscal_line *line = tscal_report_line(
				report, i);

			if ((line->hz > 0) == numbers &&
				shown_as(opts, line, chosen_hz) == SHOWN_LINE)
				put_line(t, &l, line, chosen_hz);
		}
	put_folded(t, &f);
}

void text_surveyed(struct term *t, const struct tscal_report *report,
	bool reported_only, size_t column)
{
	size_t status = 0, width = 0, indent;

	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *line = tscal_report_line(report, i);

		if (reported_only && line->kind != TSCAL_KIND_REPORTED)
			continue;
		widen(&status, line->name);
		widen(&width, tscal_status_str(line->status));
	}
	status += column + GAP;
	indent = status + width + GAP;
	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *line = tscal_report_line(report, i);

		if (reported_only && line->kind != TSCAL_KIND_REPORTED)
			continue;
		if (column > t->column)
			term_pad(t, column);
		term_put(t, STYLE_PLAIN, "%s", line->name);
		term_cell(t, styles[line->status], status,
			tscal_status_str(line->status));
		term_pad(t, indent);
		term_wrap(t, indent, STYLE_PLAIN, "%s", line->sentence);
		term_end(t);
	}
}

void text_sources(const struct tscal_report *report)
{
	struct term t;

	term_init(&t, stdout);
	text_surveyed(&t, report, false, 0);
}
