/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The plots of the page, as SVG in HTML.  Drawn for a telephone: a wide screen
 * shows them side by side. */
#include "cli/compare/compare.h"

#include <math.h>
#include <string.h>

/* In units of the drawing. */
#define WIDTH 400
#define LEFT 118
#define RIGHT 20 /* half a label */
#define TOP 8
#define ROW 15
#define AXIS 34 /* below the plot */
#define INNER (WIDTH - LEFT - RIGHT)

/* Errors below this are drawn as if they were this large. */
#define FLOOR_PPM 1e-4
/* A scale that shows both signs is linear up to here. */
#define LINEAR_PPM 1e-3

void html_text(FILE *f, const char *s)
{
	static const char *const escapes[256] = {['<'] = "&lt;",
		['>'] = "&gt;",
		['&'] = "&amp;",
		['"'] = "&quot;"};
	char shown[PRINTABLE_SIZE(PLOT_TEXT_MAX)];

	for (s = printable(shown, sizeof(shown), s, PLOT_TEXT_MAX); *s; s++) {
		if (escapes[(unsigned char)*s])
			fputs(escapes[(unsigned char)*s], f);
		else
			fputc(*s, f);
	}
}

bool plot_first_of_source(
	const struct compare *c, const struct compare_row *row)
{
	return row == c->rows || strcmp(row->source, row[-1].source);
}

unsigned plot_color(const struct compare *c, const struct compare_row *row)
{
	unsigned n = 0;

	for (const struct compare_row *r = c->rows + 1; r <= row; r++)
		n += plot_first_of_source(c, r);
	return n % PLOT_COLORS;
}

static void begin(FILE *f, const char *id, const char *what, double height)
{
	fprintf(f,
		"<svg viewBox=\"0 0 %d %.0f\" role=\"img\" "
		"aria-labelledby=\"%s\"><title id=\"%s\">%s</title>\n",
		WIDTH, height, id, id, what);
}

static void line(
	FILE *f, const char *class, double x1, double y1, double x2, double y2)
{
	fprintf(f,
		"<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
		"y2=\"%.1f\"/>\n",
		class, x1, y1, x2, y2);
}

static void label(
	FILE *f, const char *anchor, double x, double y, const char *s)
{
	fprintf(f, "<text text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">", anchor, x,
		y);
	html_text(f, s);
	fputs("</text>\n", f);
}

static void circle(FILE *f, const char *class, double x, double y, double r)
{
	fprintf(f, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>",
		class, x, y, r);
}

static void box(
	FILE *f, const char *class, double x1, double y1, double x2, double y2)
{
	/* What is thinner than a line would not be seen. */
	if (x2 - x1 < 1.5)
		x1 = (x1 + x2) / 2 - 0.75, x2 = x1 + 1.5;
	fprintf(f,
		"<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		"height=\"%.1f\"/>\n",
		class, x1, y1, x2 - x1, y2 - y1);
}

/* ---- Both signs: linear around 0, and decades beyond. */

/* end_ppm: where the scale ends. */
static double both_x(double end_ppm, double ppm)
{
	double most = log10(1 + end_ppm / LINEAR_PPM);
	double at = log10(1 + fabs(ppm) / LINEAR_PPM) / most;

	at = at > 1 ? 1 : at;
	return LEFT + INNER / 2.0 * (1 + (ppm < 0 ? -at : at));
}

static void both_tick(
	FILE *f, double end_ppm, double ppm, double height, bool labelled)
{
	double x = both_x(end_ppm, ppm);
	char text[32];

	line(f, ppm != 0 ? "grid" : "zero", x, TOP, x, height - AXIS);
	if (!labelled)
		return;
	if (ppm != 0)
		snprintf(text, sizeof(text), "%+g", ppm);
	else
		snprintf(text, sizeof(text), "0");
	label(f, "middle", x, height - AXIS + 13, text);
}

static void both_axis(FILE *f, double end_ppm, double height)
{
	int last = (int)lround(log10(end_ppm)), lowest = -2;
	/* At most three labels on either side have room. */
	int step = (last - lowest) / 3 + 1;

	both_tick(f, end_ppm, 0, height, true);
	for (int d = last; d >= lowest; d--) {
		bool labelled = (last - d) % step == 0;

		both_tick(f, end_ppm, pow(10, d), height, labelled);
		both_tick(f, end_ppm, -pow(10, d), height, labelled);
	}
	label(f, "middle", LEFT + INNER / 2.0, height - 6,
		"ppm from the reference");
}

static void row_label(FILE *f, const struct compare *c,
	const struct compare_row *row, double y)
{
	char text[16];

	if (plot_first_of_source(c, row))
		label(f, "start", 0, y + 4, row->source);
	snprintf(text, sizeof(text), "%u ms", row->window_ms);
	if (row->window_ms)
		label(f, "end", LEFT - 6, y + 4, text);
}

static bool shown(const struct compare_row *row)
{
	return row->errors_ppm != NULL;
}

size_t plot_rows(const struct compare *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_rows; i++)
		n += shown(&c->rows[i]);
	return n;
}

/* The sample whose error is the median by size. */
static size_t median_sample(const struct compare_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (fabs(row->errors_ppm[i]) == row->error.median)
			return i;
	return 0;
}

static double off_ppm(double hz, const struct reference *r)
{
	return isfinite(hz) ? (hz / r->hz - 1) * 1e6 : HUGE_VAL;
}

/* A plot over both signs with a line of text for each row; draw() puts into it
 * what is found of that row. */
static void plot_both(FILE *f, const struct compare *c, const char *id,
	const char *what, double most_ppm,
	void (*draw)(FILE *f, double end_ppm, const struct reference *raw,
		const struct compare_row *row, double y))
{
	double height = TOP + ROW * (double)plot_rows(c) + AXIS;
	double y = TOP + ROW / 2.0;
	double end_ppm = pow(
		10, ceil(log10(fmax(fmin(most_ppm, 1e6), 0.01)) - 1e-9));
	double open_ppm = reference_ppm(&c->raw);

	begin(f, id, what, height);
	/* What the reference itself leaves open. */
	box(f, "open", both_x(end_ppm, -open_ppm), TOP,
		both_x(end_ppm, open_ppm), height - AXIS);
	both_axis(f, end_ppm, height);
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];

		if (!shown(row))
			continue;
		row_label(f, c, row, y);
		fprintf(f, "<g class=\"s%u\">", plot_color(c, row));
		draw(f, end_ppm, &c->raw, row, y);
		fputs("</g>\n", f);
		y += ROW;
	}
	fputs("</svg>\n", f);
}

static void interval(FILE *f, double end_ppm, const struct reference *raw,
	const struct compare_row *row, double y)
{
	const struct compare_sample *s = &row->samples[median_sample(row)];

	box(f, "bar", both_x(end_ppm, off_ppm(s->lo, raw)), y - 4,
		both_x(end_ppm, off_ppm(s->hi, raw)), y + 4);
	circle(f, "dot", both_x(end_ppm, off_ppm(s->hz, raw)), y, 2.5);
}

void plot_intervals(FILE *f, const struct compare *c)
{
	double most = 0;

	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];

		if (shown(row) && isfinite(row->width_ppm))
			most = fmax(
				most, row->width_ppm / 2 + row->error.median);
	}
	plot_both(f, c, "intervals", "The interval of each source", most,
		interval);
}

/* More are not told from each other. */
#define DOTS_MAX 200

static void dots(FILE *f, double end_ppm, const struct reference *raw,
	const struct compare_row *row, double y)
{
	size_t step = (row->n + DOTS_MAX - 1) / DOTS_MAX;

	(void)raw;
	/* Dots of one number lie in three lines, to be seen as several. */
	for (size_t i = 0; i < row->n; i += step)
		circle(f, "one", both_x(end_ppm, row->errors_ppm[i]),
			y + ((int)(i / step % 3) - 1) * 3.0, 2.2);
}

void plot_distribution(FILE *f, const struct compare *c)
{
	double most = 0;

	for (size_t i = 0; i < c->n_rows; i++)
		if (shown(&c->rows[i]))
			most = fmax(most, c->rows[i].error.worst);
	plot_both(
		f, c, "distribution", "Every error of each source", most, dots);
}

/* ---- Errors over windows: both scales in decades. */

#define OVER_LEFT 52
#define OVER_HEIGHT 260
/* What has no window is in a column of its own, left of them. */
#define OVER_NONE 96

struct over {
	int lowest, highest; /* decades */
};

static double over_y(const struct over *o, double ppm)
{
	double at = log10(fmax(ppm, FLOOR_PPM)) - o->lowest;

	at = fmax(at, 0) / (o->highest - o->lowest);
	return OVER_HEIGHT - AXIS - at * (OVER_HEIGHT - AXIS - TOP);
}

static double over_x(uint32_t window_ms)
{
	double left = OVER_LEFT + OVER_NONE;

	/* Half a step of room at either side. */
	return left +
	       (WIDTH - RIGHT - left) * (log10(window_ms) / 2 * 0.86 + 0.07);
}

static void over_axes(FILE *f, const struct over *o)
{
	char text[32];

	for (int d = o->lowest; d <= o->highest; d++) {
		double y = over_y(o, pow(10, d));

		line(f, "grid", OVER_LEFT, y, WIDTH - RIGHT, y);
		/* 0.01, 1, 100 */
		snprintf(
			text, sizeof(text), "%.*f", d < 0 ? -d : 0, pow(10, d));
		label(f, "end", OVER_LEFT - 5, y + 4, text);
	}
	for (size_t i = 0; i < COMPARE_WINDOWS; i++) {
		snprintf(text, sizeof(text), "%u", compare_windows_ms[i]);
		label(f, "middle", over_x(compare_windows_ms[i]),
			OVER_HEIGHT - AXIS + 14, text);
	}
	line(f, "grid", OVER_LEFT + OVER_NONE, TOP, OVER_LEFT + OVER_NONE,
		OVER_HEIGHT - AXIS);
	label(f, "middle", OVER_LEFT + OVER_NONE / 2.0, OVER_HEIGHT - AXIS + 14,
		"no window");
	label(f, "middle", (OVER_LEFT + OVER_NONE + WIDTH - RIGHT) / 2.0,
		OVER_HEIGHT - 6, "window, ms");
}

static void over_tooltip(
	FILE *f, const struct compare *c, const struct compare_row *row)
{
	char median[24], worst[24], text[96];

	format_error(median, sizeof(median), c, row->error.median);
	format_error(worst, sizeof(worst), c, row->error.worst);
	snprintf(text, sizeof(text), ": median %s ppm, worst %s ppm, %zu runs",
		median, worst, row->n);
	fprintf(f, "<title>%s", row->source);
	if (row->window_ms)
		fprintf(f, ", %u ms", row->window_ms);
	html_text(f, text);
	fputs("</title>", f);
}

/* The median, and a line up to the worst. */
static void over_point(FILE *f, const struct compare *c, const struct over *o,
	const struct compare_row *row, double x)
{
	double y = over_y(o, row->error.median);

	fprintf(f, "<g class=\"s%u\">", plot_color(c, row));
	over_tooltip(f, c, row);
	line(f, "whisker", x, y, x, over_y(o, row->error.worst));
	circle(f, "dot", x, y, 3.5);
	fputs("</g>\n", f);
}

static struct over over_of(const struct compare *c)
{
	double least = 1, most = 0.01;

	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];

		if (!shown(row))
			continue;
		least = fmin(least, fmax(row->error.median, FLOOR_PPM));
		most = fmax(most, row->error.worst);
	}
	return (struct over){(int)floor(log10(least) + 1e-9),
		(int)ceil(log10(fmin(most, 1e9)) - 1e-9)};
}

/* Errors in it may be the reference's own. */
static void over_reference(FILE *f, const struct over *o, double ppm)
{
	double y = over_y(o, ppm);

	box(f, "open", OVER_LEFT, y, WIDTH - RIGHT, OVER_HEIGHT - AXIS);
	if (OVER_HEIGHT - AXIS - y > 2 * ROW)
		label(f, "end", WIDTH - RIGHT - 4, y + 13,
			"below the uncertainty of raw");
}

void plot_errors(FILE *f, const struct compare *c)
{
	struct over o = over_of(c);
	size_t n_none = 0, none = 0;

	for (size_t i = 0; i < c->n_rows; i++)
		n_none += shown(&c->rows[i]) && !c->rows[i].window_ms;
	begin(f, "errors", "Size of the error over the window", OVER_HEIGHT);
	over_reference(f, &o, reference_ppm(&c->raw));
	over_axes(f, &o);
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];

		if (!shown(row))
			continue;
		if (row->window_ms && i && shown(row - 1) &&
			!plot_first_of_source(c, row)) {
			fprintf(f, "<g class=\"s%u\">", plot_color(c, row));
			line(f, "course", over_x(row[-1].window_ms),
				over_y(&o, row[-1].error.median),
				over_x(row->window_ms),
				over_y(&o, row->error.median));
			fputs("</g>\n", f);
		}
		if (row->window_ms)
			over_point(f, c, &o, row, over_x(row->window_ms));
		else
			over_point(f, c, &o, row,
				OVER_LEFT + OVER_NONE * ((double)++none) /
						    ((double)n_none + 1));
	}
	fputs("</svg>\n", f);
}
