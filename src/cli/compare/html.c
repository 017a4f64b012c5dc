/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal compare as one page: no script, no picture and no font from elsewhere.
 */
#include "cli/compare/compare.h"

/* Colours of both schemes: told apart by those who do not see all of them, and
 * legible as text is not asked of them. */
static const char style[] =
	":root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--faint:#5b6570;"
	"--line:#d9dee3;--open:#8a94a033;--bad:#9a1c1c;"
	"--s0:#0068a8;--s1:#b3540a;--s2:#00765a;--s3:#a3316f;--s4:#5b4fb5;"
	"--s5:#7a6a00;--s6:#1f7f9c;--s7:#555}\n"
	"@media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e6e9ec;"
	"--faint:#9aa5b0;--line:#333b43;--open:#9aa5b02e;--bad:#ff8a80;"
	"--s0:#5ab4f0;--s1:#f0974a;--s2:#3fc69f;--s3:#ec86bd;--s4:#a79bff;"
	"--s5:#d8c24a;--s6:#67c7e0;--s7:#b5b5b5}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;max-width:76rem;padding:1rem;background:var(--bg);"
	"color:var(--fg);font:16px/1.5 system-ui,sans-serif}\n"
	"h1{font-size:1.4rem;margin:.2rem 0}"
	"h2{font-size:1.05rem;margin:0 0 .3rem}\n"
	"p{margin:.4rem 0;overflow-wrap:anywhere}"
	".faint,figcaption{color:var(--faint);font-size:.9rem}\n"
	".bad{color:var(--bad);font-weight:600}\n"
	".plots{display:grid;gap:1.5rem;margin:1.2rem 0;"
	"grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))}\n"
	"figure{margin:0;min-width:0}svg{display:block;width:100%;height:auto}"
	"\nsvg text{font:11px system-ui,sans-serif;fill:var(--faint)}\n"
	".grid{stroke:var(--line)}.zero{stroke:var(--faint)}"
	".open{fill:var(--open)}\n.bar{fill:currentColor;opacity:.45}.dot{fill:"
	"currentColor}"
	".one{fill:currentColor;opacity:.7}\n"
	".whisker,.course{stroke:currentColor}.whisker{stroke-width:2}"
	".course{opacity:.5}\n"
	".wide{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}"
	"\nth,td{padding:.15rem .45rem;text-align:right;vertical-align:bottom;"
	"border-bottom:1px solid var(--line)}"
	"td{white-space:nowrap}th:first-child,td:first-child{text-align:left;"
	"position:sticky;left:0;background:var(--bg)}\n"
	"@media(max-width:30rem){svg text{font-size:13px}}\n"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .8rem;"
	"margin:.4rem 0}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}"
	"\n"
	".key{display:inline-block;width:.7em;height:.7em;margin-right:.4em;"
	"background:currentColor}"
	".legend{font-size:.9rem}.name{white-space:nowrap;margin-right:.8em}\n";

/* Text between tags. */
static void put(FILE *f, const char *before, const char *s, const char *after)
{
	fputs(before, f);
	html_text(f, s);
	fputs(after, f);
}

static void head(FILE *f, const struct compare *c)
{
	char text[PLOT_TEXT_MAX];

	fputs("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\">\n"
	      "<title>tscal compare: ",
		f);
	put(f, "", c->cpu, "</title>\n<style>\n");
	fputs(style, f);
	for (unsigned i = 0; i < PLOT_COLORS; i++)
		fprintf(f, ".s%u{color:var(--s%u)}", i, i);
	fputs("\n</style>\n<body>\n<h1>Calibrating the TSC: every source "
	      "here</h1>\n<p>",
		f);
	format_machine(text, sizeof(text), c);
	html_text(f, text);
	fprintf(f, ". tscal %s.</p>\n<p%s>", TSCAL_VERSION,
		c->interrupted ? " class=\"bad\"" : "");
	format_rounds(text, sizeof(text), c);
	put(f, "", text, "</p>\n");
}

static void reference(FILE *f, const struct compare *c)
{
	char text[PLOT_TEXT_MAX];

	fputs("<dl>\n<dt>raw</dt><dd>The reference of every error: ", f);
	if (c->raw.hz > 0)
		fprintf(f, "%.3f Hz ", c->raw.hz);
	else
		fputs("not known: ", f);
	put(f, "", c->raw.sentence, "</dd>\n");
	format_log(text, sizeof(text), c);
	put(f, "<dt>kernel's log</dt><dd>", text, "</dd>\n</dl>\n");
}

static void legend(FILE *f, const struct compare *c)
{
	fputs("<div class=\"legend\">", f);
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];

		if (plot_first_of_source(c, row))
			fprintf(f,
				"<span class=\"name\"><span class=\"key "
				"s%u\"></span>%s</span> ",
				plot_color(c, row), row->source);
	}
	fputs("</div>\n", f);
}

static void plots(FILE *f, const struct compare *c)
{
	if (!plot_rows(c)) {
		fputs("<p class=\"bad\">No errors can be drawn.</p>\n", f);
		return;
	}
	fputs("<div class=\"plots\">\n<figure><h2>Error, in ppm, "
	      "against window</h2>\n",
		f);
	plot_errors(f, c);
	legend(f, c);
	fputs("<figcaption>The dot is the median of all runs, and the line "
	      "ends at the worst; errors below 0.0001 ppm are drawn at "
	      "0.0001 ppm.</figcaption></figure>\n<figure><h2>Intervals "
	      "side by side</h2>\n",
		f);
	plot_intervals(f, c);
	fputs("<figcaption>What each source states: [hz_lo, hz_hi] of the run "
	      "with the median error, and its point. The scale is linear up to "
	      "0.001 ppm, and in decades beyond.</figcaption></figure>\n"
	      "<figure><h2>Distribution of errors</h2>\n",
		f);
	plot_distribution(f, c);
	fputs("<figcaption>A dot for each run (of more than 200 every "
	      "second, third, ...). Grey, in all three plots: the "
	      "uncertainty of the reference itself.</figcaption></figure>"
	      "\n</div>\n",
		f);
}

static void cell(FILE *f, double ppm)
{
	char text[24];

	format_ppm(text, sizeof(text), ppm);
	fprintf(f, "<td>%s", text);
}

static void error_cell(FILE *f, const struct compare *c, double ppm)
{
	char text[24];

	format_error(text, sizeof(text), c, ppm);
	put(f, "<td>", text, "");
}

static void table_row(
	FILE *f, const struct compare *c, const struct compare_row *row)
{
	fprintf(f, "<tr><td>%s<td>",
		plot_first_of_source(c, row) ? row->source : "");
	if (row->window_ms)
		fprintf(f, "%u", row->window_ms);
	fprintf(f, "<td>%zu/%zu", row->n, row->asked);
	error_cell(f, c, row->error.median);
	error_cell(f, c, row->error.p95);
	error_cell(f, c, row->error.worst);
	cell(f, row->spread_ppm);
	cell(f, row->width_ppm);
	if (row->judged)
		fprintf(f, "<td>%zu/%zu", row->held, row->judged);
	else
		fputs("<td>-", f);
	fprintf(f, row->source_ms >= 0 ? "<td>%.3f" : "<td>-", row->source_ms);
	fprintf(f, row->process_ms >= 0 ? "<td>%.2f\n" : "<td>-\n",
		row->process_ms);
}

static void table(FILE *f, const struct compare *c)
{
	fputs("<h2>All figures</h2>\n<div class=\"wide\"><table>\n"
	      "<tr><th>source<th>window, ms<th>runs"
	      "<th>error, ppm: median<th>95&nbsp;%<th>worst<th>spread, ppm"
	      "<th>width, ppm<th>holds<th>source, ms<th>process, ms\n",
		f);
	for (size_t i = 0; i < c->n_rows; i++)
		table_row(f, c, &c->rows[i]);
	fputs("</table></div>\n<p class=\"faint\">Error: relative to raw; "
	      "&lt; where raw is not known more closely. Where the source "
	      "measures another oscillator, or is declared, it is the "
	      "difference between the two rates. Spread: the largest "
	      "result over the smallest. Width: of [hz_lo, hz_hi], the "
	      "median. Holds: the number of runs whose interval overlaps "
	      "the interval of raw; only for clock-raw and vdso, which "
	      "measure the same seconds. Source: the time that the source "
	      "itself took; process: from fork to its end; medians.</p>\n",
		f);
}

static void trouble(FILE *f, const struct compare *c)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];

		if (row->n == row->asked)
			continue;
		fprintf(f, "<p class=\"bad\">%s", row->source);
		if (row->window_ms)
			fprintf(f, ", %u ms", row->window_ms);
		fprintf(f, ": no number in %zu of %zu runs; ",
			row->asked - row->n, row->asked);
		put(f, "", row->why, "</p>\n");
	}
}

static void silent(FILE *f, const struct compare *c)
{
	if (!c->n_silent)
		return;
	fputs("<h2>Gave no number here</h2>\n<dl>\n", f);
	for (size_t i = 0; i < c->n_silent; i++) {
		const struct compare_silent *s = &c->silent[i];

		fprintf(f, "<dt>%s</dt><dd>%s: ", s->source, s->status);
		put(f, "", s->sentence, "</dd>\n");
	}
	fputs("</dl>\n", f);
}

void html_compare(FILE *f, const struct compare *c)
{
	head(f, c);
	reference(f, c);
	plots(f, c);
	table(f, c);
	trouble(f, c);
	silent(f, c);
	fputs("</body>\n</html>\n", f);
}
