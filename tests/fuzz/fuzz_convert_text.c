/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Any bytes, through `tscal convert`: in pieces of any size it writes the same
 * as a reader of whole lines, and fails in the same line.  The first four bytes
 * choose the column, the converter and the size of the pieces.
 */
#include "fuzz/fuzz.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/convert.h"

#define SIZE_MAX_IN 4096
/* A stamp of 1 digit may become 20, and a fraction. */
#define SIZE_MAX_OUT (SIZE_MAX_IN * 24)

struct text {
	char text[SIZE_MAX_OUT];
	size_t n;
};

static void add(struct text *t, const char *data, size_t n)
{
	MUST(t->n + n <= sizeof(t->text));
	memcpy(t->text + t->n, data, n);
	t->n += n;
}

/* Keeps what is written. */
struct memory {
	struct sink sink; /* first */
	struct text text;
};

static bool keep(struct sink *sink, const char *data, size_t n)
{
	add(&((struct memory *)sink)->text, data, n);
	return true;
}

/* A reader of whole lines ------------------------------------------------ */

static bool blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\r';
}

/* The bytes of a column of a line; empty where there is none. */
static void find(
	const char *line, size_t n, unsigned column, size_t *at, size_t *length)
{
	unsigned field = 0;
	size_t i = 0;

	*at = *length = 0;
	while (i <= n) {
		unsigned words = 0;

		/* A cell between commas: words, or one field that is empty. */
		for (; i < n && line[i] != ','; i++) {
			if (blank(line[i]))
				continue;
			words++;
			*at = i;
			while (i < n && line[i] != ',' && !blank(line[i]))
				i++;
			*length = i-- - *at;
			if (++field == column)
				return;
		}
		*length = 0;
		/* What follows the last comma, too. */
		if (!words && ++field == column)
			return;
		i++;
	}
}

static bool is_blank(const char *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!blank(line[i]))
			return false;
	return true;
}

static bool stamp_of(const char *text, size_t n, uint64_t *tsc)
{
	tscal_u128 x = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		x = x * 10 + (unsigned)(text[i] - '0');
		if (x > UINT64_MAX)
			return false;
	}
	*tsc = (uint64_t)x;
	return n > 0;
}

static void print(struct text *out, int64_t ns, enum unit unit)
{
	static const int digits[] = {0, 3, 6, 9};
	static const int64_t per[] = {1, 1000, 1000000, 1000000000};
	/* -INT64_MIN does not fit. */
	tscal_i128 abs = ns < 0 ? -(tscal_i128)ns : ns;
	char text[40];
	int n = snprintf(text, sizeof(text), "%s%" PRIu64, ns < 0 ? "-" : "",
		(uint64_t)(abs / per[unit]));

	if (digits[unit])
		n += snprintf(text + n, sizeof(text) - (size_t)n, ".%0*" PRIu64,
			digits[unit], (uint64_t)(abs % per[unit]));
	add(out, text, (size_t)n);
}

/* The line in which it fails; 0: none. */
static uint64_t by_lines(struct conversion *c, unsigned column,
	const char *data, size_t n, struct text *out)
{
	uint64_t number = 1;

	for (size_t i = 0; i < n; number++) {
		const char *line = data + i, *end = memchr(line, '\n', n - i);
		size_t length = end ? (size_t)(end - line) : n - i;
		size_t at, stamp;
		uint64_t tsc;

		if (line[0] != '#' && !is_blank(line, length)) {
			find(line, length, column, &at, &stamp);
			if (!stamp || !stamp_of(line + at, stamp, &tsc))
				return number;
			conversion_begin(c, tsc);
			if (!conversion_reaches(c, tsc))
				return number;
			add(out, line, at);
			print(out, tscal_tsc_to_ns(&c->conv, tsc), c->unit);
			add(out, line + at + stamp, length - at - stamp);
		} else {
			add(out, line, length);
		}
		if (end)
			add(out, "\n", 1);
		i += length + 1;
	}
	return 0;
}

static struct conversion conversion_of(const uint8_t *seed)
{
	struct conversion c = {.relative = seed[1] & 1,
		.signed_ = seed[1] & 3,
		.unit = (enum unit)(seed[1] >> 2 & 3)};

	MUST(!tscal_conv_init(&c.conv, 251e6 + seed[2] * 7.7e7,
		seed[1] & 16 ? UINT64_C(1) << 60 : 0,
		seed[1] & 32 ? INT64_MIN : 5));
	return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct convert_text t;
	static struct memory written;
	static struct text want;
	struct conversion c, same;
	unsigned column;
	uint64_t failed;
	size_t piece;
	bool fine = true;

	if (size < 4)
		return 0;
	column = 1 + data[0] % 5;
	c = same = conversion_of(data);
	piece = 1 + data[3] % 63;
	data += 4;
	size = size - 4 < SIZE_MAX_IN ? size - 4 : SIZE_MAX_IN;

	want.n = written.text.n = 0;
	failed = by_lines(&same, column, (const char *)data, size, &want);
	written.sink.write = keep;
	convert_text_init(&t, &c, column, &written.sink);
	for (size_t i = 0; fine && i < size; i += piece)
		fine = convert_text_feed(&t, (const char *)data + i,
			size - i < piece ? size - i : piece);
	fine = fine && convert_text_end(&t);

	MUST(fine == !failed);
	MUST(fine == !t.why[0]);
	MUST(fine || t.line == failed);
	MUST(written.text.n == want.n);
	MUST(!memcmp(written.text.text, want.text, want.n));
	return 0;
}
