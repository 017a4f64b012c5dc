/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/recording/cursor.h"

#include <string.h>

#include "plat/text.h"

/* Characters of the line that a message shows. */
#define SHOWN 20

bool cursor_want(struct cursor *c, const char *want)
{
	c->want = want;
	c->literal = false;
	return false;
}

bool cursor_want_at(struct cursor *c, const char *at, const char *want)
{
	c->p = at;
	return cursor_want(c, want);
}

/* The word before the wrong text, with the blanks that follow it. */
static const char *word_before(const struct cursor *c)
{
	const char *p = c->p;

	while (p > c->start && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	while (p > c->start && p[-1] != ' ' && p[-1] != '\t' &&
		c->p - p < SHOWN)
		p--;
	return p;
}

void cursor_explain(const struct cursor *c, char *err, size_t err_size)
{
	text_printf(err, err_size, "expected ");
	if (c->literal)
		text_quote(err, err_size, c->want, strlen(c->want));
	else
		text_printf(err, err_size, "%s", c->want);
	if (c->start && c->p > c->start) {
		const char *word = word_before(c);

		text_printf(err, err_size, " after ");
		text_quote(err, err_size, word, (size_t)(c->p - word));
	}
	text_printf(err, err_size, ", found ");
	if (cursor_at_end(c))
		text_printf(err, err_size, "the end of the line");
	else
		text_quote(err, err_size, c->p,
			c->end - c->p < SHOWN ? (size_t)(c->end - c->p)
					      : SHOWN);
}

bool cursor_sees(const struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(c->end - c->p) >= len && !memcmp(c->p, text, len);
}

bool cursor_skip(struct cursor *c, const char *text)
{
	if (!cursor_sees(c, text)) {
		cursor_want(c, text);
		c->literal = true;
		return false;
	}
	c->p += strlen(text);
	return true;
}

bool cursor_end(struct cursor *c)
{
	return cursor_at_end(c) || cursor_want(c, "the end of the line");
}

bool cursor_word(struct cursor *c, const char **word, size_t *len)
{
	*word = c->p;
	while (!cursor_at_end(c) && *c->p != ' ' && *c->p != ':')
		c->p++;
	*len = (size_t)(c->p - *word);
	return *len || cursor_want(c, "a word");
}

/* The value of a digit, in bases up to 16; -1 if it is none. */
static int digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return -1;
}

/* All digits from p on; NULL if there are none or the number is above max. */
static const char *number(const char *p, const char *end, unsigned base,
	uint64_t max, uint64_t *out)
{
	const char *start = p;
	uint64_t v = 0;

	for (; p < end; p++) {
		int d = digit(*p);

		if (d < 0 || (unsigned)d >= base)
			break;
		if (v > (max - (unsigned)d) / base || max < (unsigned)d)
			return NULL;
		v = v * base + (unsigned)d;
	}
	*out = v;
	return p > start ? p : NULL;
}

bool cursor_dec(struct cursor *c, uint64_t max, uint64_t *out)
{
	const char *p = number(c->p, c->end, 10, max, out);

	if (!p)
		return cursor_want(c, "a decimal number in range");
	c->p = p;
	return true;
}

bool cursor_signed(struct cursor *c, uint64_t *out)
{
	bool minus = !cursor_at_end(c) && *c->p == '-';

	c->p += minus;
	if (!cursor_dec(c, UINT64_MAX, out))
		return cursor_want_at(
			c, c->p - minus, "a decimal number of 64 bits");
	if (minus)
		*out = 0 - *out;
	return true;
}

bool cursor_hex(struct cursor *c, uint64_t max, uint64_t *out)
{
	const char *p = NULL;

	if (c->end - c->p > 2 && !memcmp(c->p, "0x", 2))
		p = number(c->p + 2, c->end, 16, max, out);
	if (!p)
		return cursor_want(
			c, "\"0x\" and a hexadecimal number in range");
	c->p = p;
	return true;
}

bool cursor_hex8(struct cursor *c, uint32_t *out)
{
	const char *start = c->p;
	uint64_t v;

	if (!cursor_hex(c, UINT32_MAX, &v) || c->p - start != 10)
		return cursor_want_at(
			c, start, "\"0x\" and 8 hexadecimal digits");
	*out = (uint32_t)v;
	return true;
}

/* The byte that an escape stands for, without its backslash; -1 if none. */
static int unescape(struct cursor *c)
{
	static const char names[] = "\\\"nt", bytes[] = "\\\"\n\t";
	const char *found;
	int byte;

	if (cursor_at_end(c))
		return -1;
	if (*c->p != 'x') {
		found = strchr(names, *c->p);
		if (!found || !*found)
			return -1;
		c->p++;
		return bytes[found - names];
	}
	if (c->end - c->p < 3 || digit(c->p[1]) < 0 || digit(c->p[2]) < 0)
		return -1;
	byte = digit(c->p[1]) * 16 + digit(c->p[2]);
	c->p += 3;
	return byte;
}

bool cursor_quoted(struct cursor *c, char *out, size_t size, size_t *len)
{
	size_t n = 0;

	if (!cursor_skip(c, "\""))
		return false;
	while (!cursor_at_end(c) && *c->p != '"') {
		const char *start = c->p;
		int byte = (unsigned char)*c->p++;

		if (byte == '\\')
			byte = unescape(c);
		if (byte < 0)
			return cursor_want_at(c, start,
				"an escape (\\\\, \\\", \\n, \\t or \\xHH)");
		if (n == size)
			return cursor_want_at(
				c, start, "the end of a shorter text");
		out[n++] = (char)byte;
	}
	*len = n;
	return cursor_skip(c, "\"");
}
