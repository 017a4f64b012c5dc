/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * One column of text.  Columns are separated by blanks and tabs, or by one
 * comma with blanks around it.  All other bytes go through as they are, however
 * long the line: only the stamp itself is looked at.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/convert/convert.h"

static void begin_line(struct convert_text *t)
{
	t->place = AT_START;
	t->fresh = true;
	t->in_field = false;
	t->field = t->commas = 0;
}

void convert_text_init(struct convert_text *t, struct conversion *c,
	unsigned column, struct sink *sink)
{
	/* Not the block, which is written before it is read. */
	t->c = c;
	t->column = column;
	t->sink = sink;
	t->n_out = t->line_start = 0;
	t->line = 1;
	begin_line(t);
	t->n_stamp = 0;
	t->bad = false;
	t->why[0] = '\0';
}

/* Output -------------------------------------------------------------- */

/* Write the first n bytes of the block. */
static bool flush(struct convert_text *t, size_t n)
{
	if (!n)
		return true;
	if (!t->sink->write(t->sink, t->out, n))
		return false;
	memmove(t->out, t->out + n, t->n_out - n);
	t->n_out -= n;
	t->line_start = t->line_start > n ? t->line_start - n : 0;
	return true;
}

/* Make room for n bytes, by writing lines that are complete; a line that fills
 * the block alone is written as it comes. */
static bool make_room(struct convert_text *t, size_t n)
{
	if (sizeof(t->out) - t->n_out >= n)
		return true;
	if (t->line_start > sizeof(t->out) / 2)
		return flush(t, t->line_start);
	return flush(t, t->n_out);
}

static bool put(struct convert_text *t, const char *data, size_t n)
{
	while (n) {
		size_t part = n < sizeof(t->out) / 2 ? n : sizeof(t->out) / 2;

		if (!make_room(t, part))
			return false;
		memcpy(t->out + t->n_out, data, part);
		t->n_out += part;
		data += part;
		n -= part;
	}
	return true;
}

/* This line cannot be converted: those before it are written. */
__attribute__((format(printf, 2, 3))) static bool fail(
	struct convert_text *t, const char *fmt, ...)
{
	int n = snprintf(t->why, sizeof(t->why),
		"line %" PRIu64 ", column %u: ", t->line, t->column);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->why + n, sizeof(t->why) - (size_t)n, fmt, ap);
	va_end(ap);
	flush(t, t->line_start);
	t->n_out = 0;
	return false;
}

/* The stamp ------------------------------------------------------------ */

/* Two digits at a time, from the last on; returns where the first is. */
static char *print_u64(char *end, uint64_t x)
{
	static const char pairs[] = "00010203040506070809"
				    "10111213141516171819"
				    "20212223242526272829"
				    "30313233343536373839"
				    "40414243444546474849"
				    "50515253545556575859"
				    "60616263646566676869"
				    "70717273747576777879"
				    "80818283848586878889"
				    "90919293949596979899";

	for (; x >= 100; x /= 100)
		memcpy(end -= 2, pairs + x % 100 * 2, 2);
	if (x >= 10)
		memcpy(end -= 2, pairs + x * 2, 2);
	else
		*--end = (char)('0' + x);
	return end;
}

size_t convert_print(char out[CONVERT_DIGITS], int64_t ns, enum unit unit)
{
	static const uint64_t per_unit[] = {1, 1000, 1000000, 1000000000};
	uint64_t per = per_unit[unit];
	uint64_t abs = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	char digits[CONVERT_DIGITS], *end = digits + sizeof(digits), *p;
	size_t n;

	if (unit != UNIT_NS) {
		/* per + rest has a 1 in front, where the point goes. */
		p = print_u64(end, per + abs % per);
		*p = '.';
		p = print_u64(p, abs / per);
	} else {
		p = print_u64(end, abs);
	}
	if (ns < 0)
		*--p = '-';
	n = (size_t)(end - p);
	memcpy(out, p, n);
	return n;
}

/* The stamp's text, with what cannot be printed as \xHH. */
static bool fail_stamp(struct convert_text *t)
{
	size_t kept = t->n_stamp < STAMP_MAX ? t->n_stamp : STAMP_MAX, n = 0;
	char shown[4 * STAMP_MAX + 1];

	for (size_t i = 0; i < kept; i++) {
		unsigned char byte = (unsigned char)t->stamp[i];

		if (byte >= ' ' && byte <= '~')
			shown[n++] = (char)byte;
		else
			n += (size_t)snprintf(
				shown + n, sizeof(shown) - n, "\\x%02x", byte);
	}
	return fail(t, "expected a decimal number below 2^64, found \"%.*s%s\"",
		(int)n, shown, t->n_stamp > kept ? "..." : "");
}

/* The stamp has ended. */
static bool convert(struct convert_text *t)
{
	if (t->bad)
		return fail_stamp(t);
	conversion_begin(t->c, t->tsc);
	if (!conversion_reaches(t->c, t->tsc))
		return fail(t,
			"%" PRIu64 " is 2^60 ticks or more from the epoch, "
			"%" PRIu64,
			t->tsc, t->c->conv.tsc_epoch);
	if (!make_room(t, CONVERT_DIGITS))
		return false;
	t->n_out += convert_print(t->out + t->n_out,
		tscal_tsc_to_ns(&t->c->conv, t->tsc), t->c->unit);
	t->place = BEHIND;
	return true;
}

static bool separates(char ch)
{
	/* The end of a line from DOS is white space too. */
	return ch == ' ' || ch == '\t' || ch == ',' || ch == '\r';
}

/* Bytes of the stamp, up to what ends it; returns how many. */
static size_t take_stamp(struct convert_text *t, const char *data, size_t n)
{
	uint64_t tsc = t->tsc;
	bool bad = t->bad;
	size_t i = 0, room = STAMP_MAX - t->n_stamp;

	for (; i < n && data[i] != '\n' && !separates(data[i]); i++) {
		unsigned digit = (unsigned char)data[i] - (unsigned)'0';

		/* 10 * x + digit < 2^64 */
		bad |= digit > 9 || tsc > UINT64_MAX / 10 ||
		       (tsc == UINT64_MAX / 10 && digit > UINT64_MAX % 10);
		tsc = tsc * 10 + digit;
	}
	if (t->n_stamp < STAMP_MAX)
		memcpy(t->stamp + t->n_stamp, data, i < room ? i : room);
	t->n_stamp += i;
	t->tsc = tsc;
	t->bad = bad;
	return i;
}

/* Lines and columns ---------------------------------------------------- */

/* The first byte of a field. */
static bool begin_field(struct convert_text *t)
{
	/* The first comma ends the field before; each further one, and each at
	 * the beginning of the line, a field that is empty. */
	t->field += t->field && t->commas ? t->commas : 1 + t->commas;
	t->commas = 0;
	t->in_field = true;
	if (t->field > t->column)
		return fail(t, "expected a TSC value, found an empty column");
	t->place = t->field == t->column ? INSIDE : BEFORE;
	t->n_stamp = 0;
	t->tsc = 0;
	t->bad = false;
	return true;
}

/* Before the column: up to its first byte, or the end of the line; *used says
 * how many bytes that are. */
static bool seek_column(
	struct convert_text *t, const char *data, size_t n, size_t *used)
{
	size_t i = 0;

	for (; i < n && data[i] != '\n' && t->place != INSIDE; i++) {
		char ch = data[i];

		if (!separates(ch)) {
			if (!t->in_field && !begin_field(t))
				return false;
			/* The stamp itself is not passed on. */
			if (t->place == INSIDE)
				break;
			continue;
		}
		t->in_field = false;
		t->commas += ch == ',';
		if (ch == ',')
			t->place = BEFORE;
	}
	*used = i;
	return put(t, data, i);
}

/* A line has ended, or the file in it. */
static bool end_line(struct convert_text *t)
{
	if (t->place == INSIDE && !convert(t))
		return false;
	if (t->place != BEFORE)
		return true;
	return fail(
		t, t->field + t->commas >= t->column
			   ? "expected a TSC value, found an empty column"
			   : "expected a TSC value, found the end of the line");
}

static bool next_line(struct convert_text *t)
{
	if (!end_line(t) || !put(t, "\n", 1))
		return false;
	t->line_start = t->n_out;
	t->line++;
	begin_line(t);
	return true;
}

bool convert_text_feed(struct convert_text *t, const char *data, size_t n)
{
	const char *end = data + n, *to;
	size_t used = 0;

	while (data < end) {
		switch (t->place) {
		case AT_START:
			/* A comment begins with the line. */
			if (*data == '#' && t->fresh) {
				t->place = BEHIND;
				continue;
			}
			t->fresh = false;
			/* fall through */
		case BEFORE:
			if (!seek_column(t, data, (size_t)(end - data), &used))
				return false;
			break;
		case INSIDE:
			used = take_stamp(t, data, (size_t)(end - data));
			if (data + used < end && data[used] != '\n' &&
				!convert(t))
				return false;
			break;
		case BEHIND:
			to = memchr(data, '\n', (size_t)(end - data));
			used = (size_t)((to ? to : end) - data);
			if (!put(t, data, used))
				return false;
			break;
		}
		data += used;
		if (data < end && *data == '\n') {
			if (!next_line(t))
				return false;
			data++;
		}
	}
	/* The reader of a pipe need not wait for a full block. */
	return flush(t, t->line_start);
}

bool convert_text_end(struct convert_text *t)
{
	return end_line(t) && flush(t, t->n_out);
}
