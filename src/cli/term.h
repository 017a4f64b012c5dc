/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Text in columns, wrapped to the terminal, coloured where that is wanted. */
#ifndef TSCAL_CLI_TERM_H
#define TSCAL_CLI_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum style {
	STYLE_PLAIN,
	STYLE_STRONG,
	STYLE_FAINT,
	STYLE_GOOD,
	STYLE_FAIR,
	STYLE_BAD,
};

struct term {
	FILE *f;
	size_t width;
	size_t column; /* where the next character goes */
	size_t wanted; /* pad to here before it: no blanks at line ends */
	bool color;
};

void term_init(struct term *t, FILE *f);
/* What stands between two columns: at least one blank. */
void term_pad(struct term *t, size_t column);
/* Printed as it is, without wrapping. */
__attribute__((format(printf, 3, 4))) void term_put(
	struct term *t, enum style style, const char *fmt, ...);
/* Wrapped between words from here on; further lines start at indent. */
__attribute__((format(printf, 4, 5))) void term_wrap(
	struct term *t, size_t indent, enum style style, const char *fmt, ...);
void term_end(struct term *t);

/* Where the text beside a label starts. */
#define TERM_TEXT 13

void term_label(struct term *t, const char *name);
/* A label, the text beside it, and the end of the line. */
__attribute__((format(printf, 4, 5))) void term_row(struct term *t,
	const char *name, enum style style, const char *fmt, ...);
/* Text that starts at a column, or a blank after what is there. */
void term_cell(
	struct term *t, enum style style, size_t column, const char *text);
/* Text that ends at a column; nothing where it is empty. */
void term_right(struct term *t, enum style style, size_t end, const char *text);

#endif /* TSCAL_CLI_TERM_H */
