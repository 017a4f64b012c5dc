/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Small files as text, and sentences. */
#ifndef TSCAL_TEXT_H
#define TSCAL_TEXT_H

#include <stdarg.h>

#include "plat/plat.h"

/*
 * The file as a NUL-terminated string without trailing white space.  Other
 * bytes that are not printable ASCII, tab or newline become '?', so that the
 * result can be printed.  Returns its length or -errno.
 */
int text_read(
	struct tscal_platform *plat, const char *path, char *buf, size_t size);

/* The same of the first line alone, tabs as blanks: for a sentence. */
int text_read_line(
	struct tscal_platform *plat, const char *path, char *buf, size_t size);

/* Whether the len bytes of word are this name. */
bool text_is(const char *word, size_t len, const char *name);

/* Whether word stands in list, delimited by blanks, newlines or the ends. */
bool text_has_word(const char *list, const char *word);

/* Behind the colon of the first line "name : value", as /proc/cpuinfo has them;
 * NULL when there is none. */
const char *text_value(const char *text, const char *name);

/*
 * The decimal number at the start of text, such as " 2.40"; *end stands behind
 * it, or at text when there is none or it is above 1e100.  strtod(3) would want
 * the point that the program's locale has.
 */
double text_number(const char *text, const char **end);

/*
 * Append to the string in buf, of size bytes in all.  What has no room ends
 * with " ..." after a whole word, if there is room for that, and nothing is
 * appended to it.
 */
__attribute__((format(printf, 3, 4))) void text_printf(
	char *buf, size_t size, const char *fmt, ...);
__attribute__((format(printf, 3, 0))) void text_vprintf(
	char *buf, size_t size, const char *fmt, va_list ap);

/* Append len bytes of text in quotes, so that blanks are seen; a tab as \t,
 * other bytes that cannot be printed as \xHH. */
void text_quote(char *buf, size_t size, const char *text, size_t len);

/* The same as text_vprintf(), whole or not at all; false, and nothing is
 * appended, if it does not fit. */
__attribute__((format(printf, 3, 0))) bool text_vwhole(
	char *buf, size_t size, const char *fmt, va_list ap);

#endif /* TSCAL_TEXT_H */
