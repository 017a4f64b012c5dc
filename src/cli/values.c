/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The arguments of options: each is taken, or refused with a message. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/tables.h"

static bool take_bool(const struct option_row *row, const char *word, void *to)
{
	(void)word;
	*(bool *)to = row->min != 0;
	return true;
}

static bool take_flag(const struct option_row *row, const char *word, void *to)
{
	(void)word;
	*(uint32_t *)to |= (uint32_t)row->min;
	return true;
}

static bool take_text(const struct option_row *row, const char *word, void *to)
{
	(void)row;
	*(const char **)to = word;
	return true;
}

static bool refuse(const struct option_row *row, const char *word)
{
	return usage_error(
		"--%s takes %s, not '%s'", row->name, row->arg, word);
}

/* One of the words of row->arg; to an enum whose values are in their order. */
static bool take_word(const struct option_row *row, const char *word, void *to)
{
	unsigned value = (unsigned)row->min;

	for (const char *known = row->arg; known; value++) {
		size_t len = strcspn(known, "|");

		if (strlen(word) == len && !strncmp(word, known, len)) {
			*(unsigned *)to = value;
			return true;
		}
		known = known[len] ? known + len + 1 : NULL;
	}
	return refuse(row, word);
}

/* A decimal number from min to max, and nothing else. */
static bool take_number(
	const struct option_row *row, const char *word, void *to)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(word, &end, 10);
	/* strtoul() accepts a sign and leading blanks. */
	if (errno || *end || word[0] < '0' || word[0] > '9' ||
		(double)n < row->min || (double)n > row->max)
		return usage_error(
			"--%s takes a whole number from %.0f to %.0f, not '%s'",
			row->name, row->min, row->max, word);
	*(uint32_t *)to = (uint32_t)n;
	return true;
}

/* strtod() accepts names, hexadecimal and leading blanks; the command never
 * calls setlocale(), so the point is a point.  For 1e999 it raises FE_OVERFLOW,
 * which kills only a program that traps it, and the command traps nothing.
 * libtscal does not call it. */
static bool real(const char *word, double *x)
{
	char *end;

	errno = 0;
	*x = strtod(word, &end);
	return !errno && !*end &&
	       strspn(word, "0123456789.eE+-") == strlen(word);
}

/* From min, or above it, to max. */
static bool take_real(const struct option_row *row, const char *word, void *to)
{
	bool above = row->take == TAKE_ABOVE;
	double *x = to;

	if (real(word, x) && *x <= row->max &&
		(above ? *x > row->min : *x >= row->min))
		return true;
	return usage_error(
		above ? "--%s takes a number above %.11g, up to %.11g, not '%s'"
		      : "--%s takes a number from %.11g to %.11g, not '%s'",
		row->name, row->min, row->max, word);
}

static bool take_only(const struct option_row *row, const char *list, void *to)
{
	const char *names[TSCAL_SOURCE_COUNT];
	uint64_t *only = to;
	size_t n = 0;

	(void)row;
	for (int s = TSCAL_SOURCE_NONE + 1; s < TSCAL_SOURCE_COUNT; s++)
		names[n++] = tscal_source_str((enum tscal_source)s);
	*only = 0;
	for (;;) {
		size_t len = strcspn(list, ",");
		char word[64];
		enum tscal_source source;

		snprintf(word, sizeof(word), "%.*s",
			(int)(len < sizeof(word) ? len : sizeof(word)), list);
		source = tscal_source_by_name(word);
		if (source == TSCAL_SOURCE_NONE)
			return usage_unknown("source", word, names, n);
		*only |= UINT64_C(1) << source;
		if (!list[len])
			return true;
		list += len + 1;
	}
}

static bool take_require(
	const struct option_row *row, const char *word, void *to)
{
	enum tscal_rate *require = to;

	for (*require = TSCAL_RATE_VERIFIED; *require >= TSCAL_RATE_CONSISTENT;
		--*require)
		if (!strcmp(word, tscal_rate_str(*require)))
			return true;
	return refuse(row, word);
}

static bool take_clock(const struct option_row *row, const char *word, void *to)
{
	int *clock_id = to;

	*clock_id = tscal_clock_id_by_name(word);
	/* None is a clock of lines, and of no machine. */
	if (*clock_id >= 0)
		return true;
	return usage_error(
		"--%s takes realtime, monotonic, raw, boottime or tai, "
		"not '%s'",
		row->name, word);
}

bool option_take(
	const struct option_row *row, const char *word, struct options *o)
{
	static bool (*const take[])(
		const struct option_row *row, const char *word, void *to) = {
		[TAKE_BOOL] = take_bool,
		[TAKE_FLAG] = take_flag,
		[TAKE_TEXT] = take_text,
		[TAKE_WORD] = take_word,
		[TAKE_NUMBER] = take_number,
		[TAKE_FROM] = take_real,
		[TAKE_ABOVE] = take_real,
		[TAKE_ONLY] = take_only,
		[TAKE_REQUIRE] = take_require,
		[TAKE_CLOCK] = take_clock,
	};

	return take[row->take](row, word, (char *)o + row->to);
}
