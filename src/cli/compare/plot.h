/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The plots of tscal compare's page, as SVG in HTML.  Drawn for a telephone: a
 * wide screen shows them side by side. */
#ifndef TSCAL_CLI_COMPARE_PLOT_H
#define TSCAL_CLI_COMPARE_PLOT_H

#include "cli/compare/compare.h"

/* The longest is the reference's sentence. */
#define PLOT_TEXT_MAX 512
/* Text between tags, or in an attribute. */
void html_text(FILE *f, const char *s);

/* Colours are by source: the class is "s" and this number. */
#define PLOT_COLORS 8
unsigned plot_color(const struct compare *c, const struct compare_row *row);
/* Whether row is the first of its source. */
bool plot_first_of_source(
	const struct compare *c, const struct compare_row *row);

/* How many rows have errors to be drawn; the plots need one. */
size_t plot_rows(const struct compare *c);

/* Each row's errors over its window. */
void plot_errors(FILE *f, const struct compare *c);
/* [hz_lo, hz_hi] of each row, beside its reference. */
void plot_intervals(FILE *f, const struct compare *c);
/* Every error of each row. */
void plot_distribution(FILE *f, const struct compare *c);

#endif /* TSCAL_CLI_COMPARE_PLOT_H */
