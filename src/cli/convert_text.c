/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * One column of text.  Columns are separated by blanks, or by one comma with
 * blanks around it.  All other bytes go through as they are, however long the
 * line: only the stamp itself is kept until it ends.
 */
#include "cli/convert.h"

/* 2^64 - 1 has 20 digits; what is longer is cut in the message. */
#define STAMP_MAX 40

enum place {
	AT_START, /* of a line */
	BEFORE,	  /* the column */
	INSIDE,
	BEHIND, /* it, or in a comment */
};

struct text {
	struct conversion *c;
	uint64_t line;
	enum place place;
	bool in_field;
	unsigned field;	 /* the last that began */
	unsigned commas; /* since it ended */
	char stamp[STAMP_MAX + 1];
	size_t n;
};

static int column_error(const struct text *t, const char *what)
{
	complain("%s:%llu: column %u: %s", t->c->name,
		(unsigned long long)t->line, t->c->opts->column, what);
	return EXIT_FAILED;
}

static bool take_stamp(const struct text *t, uint64_t *tsc)
{
	*tsc = 0;
	for (size_t i = 0; i < t->n; i++) {
		unsigned digit = (unsigned)t->stamp[i] - '0';

		if (digit > 9 || *tsc > (UINT64_MAX - digit) / 10)
			return false;
		*tsc = *tsc * 10 + digit;
	}
	return t->n;
}

static void put_i64(int64_t x)
{
	uint64_t left = x < 0 ? -(uint64_t)x : (uint64_t)x;
	char digits[20];
	int n = 0;

	do
		digits[n++] = (char)('0' + left % 10);
	while (left /= 10);
	if (x < 0)
		putc_unlocked('-', stdout);
	while (n)
		putc_unlocked(digits[--n], stdout);
}

/* The stamp has ended. */
static int convert(struct text *t)
{
	char message[STAMP_MAX + 80];
	uint64_t tsc;

	t->stamp[t->n < STAMP_MAX ? t->n : STAMP_MAX] = '\0';
	if (t->n > STAMP_MAX || !take_stamp(t, &tsc)) {
		snprintf(message, sizeof(message),
			"'%s%s' is no TSC value: a decimal number below 2^64",
			t->stamp, t->n > STAMP_MAX ? "..." : "");
		return column_error(t, message);
	}
	conversion_begin(t->c, tsc);
	if (!conversion_reaches(t->c, tsc)) {
		snprintf(message, sizeof(message),
			"%s is 2^60 ticks or more from the epoch, %llu",
			t->stamp, (unsigned long long)t->c->conv.tsc_epoch);
		return column_error(t, message);
	}
	put_i64(tscal_tsc_to_ns(&t->c->conv, tsc));
	t->place = BEHIND;
	return 0;
}

/* A line has ended, or the file in it. */
static int end_line(struct text *t)
{
	if (t->place == INSIDE) {
		int rc = convert(t);

		if (rc)
			return rc;
	}
	if (t->place == BEFORE)
		return column_error(t, "there is none in this line");
	t->line++;
	t->place = AT_START;
	t->in_field = false;
	t->field = t->commas = 0;
	return 0;
}

/* The first byte of a field. */
static int begin_field(struct text *t)
{
	unsigned wanted = t->c->opts->column;

	/* The first comma ends the field before; each further one, and each at
	 * the beginning of the line, a field that is empty. */
	t->field += t->field && t->commas ? t->commas : 1 + t->commas;
	t->commas = 0;
	t->in_field = true;
	if (t->field > wanted)
		return column_error(t, "it is empty");
	t->place = t->field == wanted ? INSIDE : BEFORE;
	t->n = 0;
	return 0;
}

static int take(struct text *t, int ch)
{
	bool comma = ch == ',';
	/* The end of a line from DOS is white space too. */
	bool separator = comma || ch == ' ' || ch == '\t' || ch == '\r';

	if (t->place == BEHIND)
		return 0;
	if (t->place == AT_START && ch == '#') {
		t->place = BEHIND;
		return 0;
	}
	if (!separator)
		return t->in_field ? 0 : begin_field(t);
	if (t->place == INSIDE)
		return convert(t);
	t->in_field = false;
	t->commas += comma;
	if (comma)
		t->place = BEFORE;
	return 0;
}

int convert_text(struct conversion *c)
{
	struct text t = {.c = c, .line = 1};
	int ch, rc = 0;

	while ((ch = getc_unlocked(c->in)) != EOF) {
		rc = ch == '\n' ? end_line(&t) : take(&t, ch);
		if (rc)
			return rc;
		if (t.place != INSIDE) {
			/* What can no longer be written ends it. */
			if (putc_unlocked(ch, stdout) == EOF)
				return 0;
		} else if (t.n++ < STAMP_MAX) {
			t.stamp[t.n - 1] = (char)ch;
		}
	}
	return t.place == AT_START ? 0 : end_line(&t);
}
