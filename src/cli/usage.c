/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Help, and messages about a wrong command line. */
#include <stdarg.h>
#include <string.h>

#include "cli/tables.h"

/* Longer words are not compared: no name here comes near. */
#define WORD_MAX 32

/* Words separated by a blank, in lines of at most 80 columns. */
struct list {
	FILE *f;
	size_t indent, column;
};

static void list_add(struct list *l, const char *prefix, const char *word)
{
	size_t len = strlen(prefix) + strlen(word) + 1;

	if (l->column + len > 79) {
		fprintf(l->f, "\n%*s", (int)l->indent, "");
		l->column = l->indent;
	}
	l->column += len;
	fprintf(l->f, " %s%s", prefix, word);
}

static struct list list_start(FILE *f, const char *label)
{
	size_t len = strlen(label);

	fputs(label, f);
	return (struct list){f, len, len};
}

static void brief(void)
{
	struct list l;

	fputs("usage:    tscal [OPTION...] [COMMAND [FILE]]\n", stderr);
	l = list_start(stderr, "commands:");
	for (int c = 0; c < CMD_COUNT; c++)
		if (commands[c].name)
			list_add(&l, "", commands[c].name);
	fputc('\n', stderr);
	l = list_start(stderr, "options: ");
	for (size_t i = 0; i < N_OPTION_ROWS; i++)
		list_add(&l, "--", option_rows[i].name);
	fputs("\n'tscal --help' explains them.\n", stderr);
}

bool usage_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(fmt, ap);
	va_end(ap);
	brief();
	return false;
}

void usage_sources(void)
{
	struct list l = list_start(stderr, "sources: ");

	for (int s = TSCAL_SOURCE_NONE + 1; s < TSCAL_SOURCE_COUNT; s++)
		list_add(&l, "", tscal_source_str((enum tscal_source)s));
	fputc('\n', stderr);
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
		return usage_error("unknown %s '%s'; did you mean '%s%s'?",
			what, word, dashes, nearest);
	return usage_error("unknown %s '%s'", what, word);
}

static void entry(FILE *f, const char *left, const char *help)
{
	const size_t column = 34;
	size_t at = strlen(left) + 2;

	fprintf(f, "  %s", left);
	if (at + 2 > column) {
		fputc('\n', f);
		at = 0;
	}
	fprintf(f, "%*s%s\n", (int)(column - at), "", help);
}

/* The rows of tscal clock; in parentheses the keys of its JSON. */
static void clock_help(FILE *f)
{
	static const struct {
		const char *left, *help;
	} rows[] = {
		{"error ns (error_ns)",
			"how far off: from the middle of a bracket"},
		{"bracket ns (bracket_ns)",
			"half of it: the error is known no finer"},
		{"bound ns (bound_ns)", "how far off the clock says it may be"},
		{"outside (outside_bound)",
			"readings further off than their bound"},
		{"  (outside_before_break)",
			"more, just before a break was noticed"},
		{"doubted (doubted)", "readings the clock marked as doubtful"},
		{"back (back)", "readings less than the one before"},
		{"beyond (beyond_bracket_ns)",
			"the furthest outside of a bracket"},
		{"slow (slow)", "readings by clock_gettime() instead"},
		{"updates (updates)",
			"how often the clock looked at the system's"},
		{"  (breaks)", "updates that left the TSC for a while"},
		{"  (bound_exceeded)",
			"updates that found it outside its bound"},
		{"lapses (lapses)", "updates that came too late"},
		{"events (events)", "what updates noticed: tscal_clock(3)"},
		{"generation (generation)", "another number after each break"},
	};

	fputs("\nwhat 'tscal clock' prints; a bracket is two readings of "
	      "clock_gettime() around\n"
	      "one of the clock; in parentheses the key with --json:\n",
		f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		entry(f, rows[i].left, rows[i].help);
}

void usage_help(FILE *f, enum command_id command)
{
	char left[64];

	fputs("usage: tscal [OPTION...] [COMMAND [FILE]]\n\n"
	      "How fast the time-stamp counter of this machine ticks, how sure "
	      "that is, and\nwhether it may be used as a clock.\n\n"
	      "commands:\n",
		f);
	for (int c = 0; c < CMD_COUNT; c++) {
		snprintf(left, sizeof(left), "%s %s",
			commands[c].name ? commands[c].name : "(none)",
			commands[c].arg ? commands[c].arg : "");
		entry(f, left, commands[c].help);
	}
	fputs("\noptions, before or after the command:\n", f);
	for (size_t i = 0; i < N_OPTION_ROWS; i++) {
		const struct option_row *row = &option_rows[i];
		char letter[8] = "";

		if (row->letter)
			snprintf(letter, sizeof(letter), "-%c, ", row->letter);
		snprintf(left, sizeof(left), "%s--%s%s%s", letter, row->name,
			row->arg ? " " : "", row->arg ? row->arg : "");
		entry(f, left, row->help);
	}
	if (command == CMD_CLOCK)
		clock_help(f);
	fputs("\nexit status:\n"
	      "  0  fine\n"
	      "  1  wrong usage, or something could not be read or written\n"
	      "  2  the rate is known less well than --require asks\n"
	      "  3  something credible contradicts the rate, or the clock\n"
	      "  4  there is no rate, or the TSC may not be used as a clock\n"
	      "  5  there is no rate, and nothing was there to measure it by\n"
	      "Where several apply: 1 first, else the highest.\n",
		f);
}
