/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A position in one line of text.  A step either succeeds and advances, or
 * fails, does not move, and keeps what it expected, for the error message.
 */
#ifndef TSCAL_CURSOR_H
#define TSCAL_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
	const char *start; /* of the line; NULL: not shown in a message */
	const char *p, *end;
	const char *want; /* "8 hexadecimal digits" */
	bool literal;	  /* want is the text itself */
	char *path;	  /* the room for a path, REC_PATH_MAX bytes */
};

static inline bool cursor_at_end(const struct cursor *c)
{
	return c->p == c->end;
}

/* Keep what was expected; returns false. */
bool cursor_want(struct cursor *c, const char *want);
/* The same, after going back to where the wrong text begins. */
bool cursor_want_at(struct cursor *c, const char *at, const char *want);

/* Append to a message what was expected and what was found:
 * expected " " after "cpuid", found "x" */
void cursor_explain(const struct cursor *c, char *err, size_t err_size);

/* Whether these characters come next; does not move. */
bool cursor_sees(const struct cursor *c, const char *text);
/* Exactly these characters. */
bool cursor_skip(struct cursor *c, const char *text);
/* Nothing more on the line. */
bool cursor_end(struct cursor *c);
/* The characters up to a blank, a ':' or the end; false if none. */
bool cursor_word(struct cursor *c, const char **word, size_t *len);
/* A number in decimal, 0..max. */
bool cursor_dec(struct cursor *c, uint64_t max, uint64_t *out);
/* A decimal number with a sign or without; any 64-bit value, wrapped. */
bool cursor_signed(struct cursor *c, uint64_t *out);
/* "0x" and a hexadecimal number of 1 to 16 digits, 0..max. */
bool cursor_hex(struct cursor *c, uint64_t max, uint64_t *out);
/* "0x" and exactly 8 digits, as `cpuid -r` prints: fewer mean that the
 * line was cut off. */
bool cursor_hex8(struct cursor *c, uint32_t *out);
/* Bytes in double quotes with the escapes \\ \" \n \t \xHH; how many in *len.
 */
bool cursor_quoted(struct cursor *c, char *out, size_t size, size_t *len);

#endif /* TSCAL_CURSOR_H */
