/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Messages about a wrong command line. */
#include <stdarg.h>
#include <string.h>

#include "cli/tables.h"

/* Longer words are not compared: no name here comes near. */
#define WORD_MAX 32

bool usage_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(fmt, ap);
	va_end(ap);
	return false;
}

void usage_pointer(enum command_id command)
{
	const char *name = commands[command].name;

	if (name && command != CMD_HELP)
		fprintf(stderr, "Try 'tscal help %s'.\n", name);
	else
		fputs("Try 'tscal --help'.\n", stderr);
}

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Letters to insert, delete or replace (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], m = strlen(b);

	for (size_t k = 0; k <= m; k++)
		row[k] = k;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t k = 0; k < m; k++) {
			size_t above = row[k + 1];

			row[k + 1] = smallest(diagonal + (a[i] != b[k]),
				above + 1, row[k] + 1);
			diagonal = above;
		}
	}
	return row[m];
}

bool usage_unknown(
	const char *what, const char *word, const char *const *known, size_t n)
{
	bool source = !strcmp(what, "source");
	const char *dashes = "", *bare = word, *nearest = NULL;
	size_t best = 0;

	if (!strncmp(word, "--", 2)) {
		dashes = "--";
		bare += 2;
	}
	for (size_t i = 0; i < n && strlen(bare) < WORD_MAX; i++) {
		size_t d = distance(bare, known[i]);

		/* A third of the letters wrong is still a typing error. */
		if (d * 3 <= strlen(known[i]) + 1 && (!nearest || d < best))
			nearest = known[i], best = d;
	}
	if (nearest)
		return usage_error("unknown %s '%s'; did you mean '%s%s'?%s",
			what, word, dashes, nearest,
			source ? " 'tscal sources' lists them." : "");
	return usage_error("unknown %s '%s'%s", what, word,
		source ? "; 'tscal sources' lists them" : "");
}
