/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

int text_read(
	struct tscal_platform *plat, const char *path, char *buf, size_t size)
{
	int n = plat->ops->read_file(plat, path, buf, size - 1);

	if (n < 0) {
		buf[0] = '\0';
		return n;
	}
	for (int i = 0; i < n; i++)
		if ((buf[i] < ' ' || buf[i] > '~') && buf[i] != '\t' &&
			buf[i] != '\n')
			buf[i] = '?';
	while (n &&
		(buf[n - 1] == ' ' || buf[n - 1] == '\n' || buf[n - 1] == '\t'))
		n--;
	buf[n] = '\0';
	return n;
}

int text_read_line(
	struct tscal_platform *plat, const char *path, char *buf, size_t size)
{
	int n = text_read(plat, path, buf, size), len = 0;

	if (n < 0)
		return n;
	for (; len < n && buf[len] != '\n'; len++)
		if (buf[len] == '\t')
			buf[len] = ' ';
	while (len && buf[len - 1] == ' ')
		len--;
	buf[len] = '\0';
	return len;
}

bool text_is(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && !memcmp(name, word, len);
}

bool text_has_word(const char *list, const char *word)
{
	while (*list) {
		size_t n;

		list += strspn(list, " \t\n");
		n = strcspn(list, " \t\n");
		if (text_is(list, n, word))
			return true;
		list += n;
	}
	return false;
}

const char *text_value(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len))
			continue;
		line += len + strspn(line + len, " \t");
		if (*line == ':')
			return line + 1;
	}
	return NULL;
}

/* Times 10 again and again, a double overflows; times a unit, such as 1e9, it
 * must not either. */
#define NUMBER_MAX 1e100
/* A double has 53 bits: further digits of a fraction change nothing. */
#define DIGITS_MAX 1e17

double text_number(const char *text, const char **end)
{
	const char *c = text + strspn(text, " \t");
	double value = 0, unit = 1;

	*end = text;
	if (!isdigit((unsigned char)*c))
		return 0;
	for (; isdigit((unsigned char)*c); c++) {
		value = value * 10 + (*c - '0');
		if (value > NUMBER_MAX)
			return 0;
	}
	for (c += *c == '.'; isdigit((unsigned char)*c); c++) {
		if (value >= DIGITS_MAX || unit >= DIGITS_MAX)
			continue;
		value = value * 10 + (*c - '0');
		unit *= 10;
	}
	*end = c;
	return value / unit;
}

void text_vprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	static const char cut[] = " ...";
	size_t len, room = sizeof(cut) - 1;
	int wanted;

	if (!size)
		return;
	len = strlen(buf);
	if (len >= room && !strcmp(buf + len - room, cut))
		return;
	wanted = vsnprintf(buf + len, size - len, fmt, ap);
	if (wanted < 0 || len + (size_t)wanted < size || size < sizeof(cut))
		return;
	len = size - sizeof(cut);
	while (len && buf[len] != ' ')
		len--;
	/* One long word: at the start of a character of UTF-8 (RFC 3629: the
	 * bytes after the first are 10xxxxxx). */
	if (!len) {
		len = size - sizeof(cut);
		while (len && ((unsigned char)buf[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(buf + len, cut, sizeof(cut));
}

void text_printf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(buf, size, fmt, ap);
	va_end(ap);
}

bool text_vwhole(char *buf, size_t size, const char *fmt, va_list ap)
{
	size_t len = strlen(buf);
	int wanted = vsnprintf(buf + len, size - len, fmt, ap);

	if (wanted >= 0 && (size_t)wanted < size - len)
		return true;
	buf[len] = '\0';
	return false;
}

void text_quote(char *buf, size_t size, const char *text, size_t len)
{
	text_printf(buf, size, "\"");
	for (const char *end = text + len; text < end; text++)
		if (*text == '\t')
			text_printf(buf, size, "\\t");
		else if (*text == '\n')
			text_printf(buf, size, "\\n");
		else if (*text == '"' || *text == '\\')
			text_printf(buf, size, "\\%c", *text);
		else if (*text < ' ' || *text > '~')
			text_printf(buf, size, "\\x%02x", (unsigned char)*text);
		else
			text_printf(buf, size, "%c", *text);
	text_printf(buf, size, "\"");
}
