/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "cli/term.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

/* In a file or a pipe; narrower than MIN nothing is aligned any more, wider
 * than MAX a line is hard to read. */
#define WIDTH_DEFAULT 100
#define WIDTH_MIN 60
#define WIDTH_MAX 120
#define LINE_MAX_BYTES 1024

static size_t width_of(FILE *f)
{
	const char *env = getenv("COLUMNS");
	unsigned long width = env ? strtoul(env, NULL, 10) : 0;
	struct winsize ws;

	if (!width && !ioctl(fileno(f), TIOCGWINSZ, &ws))
		width = ws.ws_col;
	if (!width)
		width = WIDTH_DEFAULT;
	if (width < WIDTH_MIN)
		width = WIDTH_MIN;
	return width < WIDTH_MAX ? width : WIDTH_MAX;
}

/* https://no-color.org: set and not empty. */
static bool color_wanted(FILE *f)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(f)) && !(no_color && *no_color) && term && *term &&
	       strcmp(term, "dumb") != 0;
}

void term_init(struct term *t, FILE *f)
{
	*t = (struct term){
		.f = f, .width = width_of(f), .color = color_wanted(f)};
}

void term_pad(struct term *t, size_t column)
{
	t->wanted = column > t->column ? column : t->column + 1;
}

void term_end(struct term *t)
{
	fputc('\n', t->f);
	t->column = t->wanted = 0;
}

static void emit(struct term *t, enum style style, const char *s, size_t len)
{
	/* ECMA-48 SGR: the eight colours every terminal has. */
	static const char *const sgr[] = {
		[STYLE_STRONG] = "1",
		[STYLE_FAINT] = "2",
		[STYLE_GOOD] = "32",
		[STYLE_FAIR] = "33",
		[STYLE_BAD] = "31",
	};
	bool color = t->color && style != STYLE_PLAIN && len;

	if (t->wanted > t->column) {
		fprintf(t->f, "%*s", (int)(t->wanted - t->column), "");
		t->column = t->wanted;
	}
	if (color)
		fprintf(t->f, "\033[%sm", sgr[style]);
	fwrite(s, 1, len, t->f);
	if (color)
		fputs("\033[0m", t->f);
	t->column += len;
}

static void format(char *out, size_t size, const char *fmt, va_list ap)
{
	char raw[LINE_MAX_BYTES];

	vsnprintf(raw, sizeof(raw), fmt, ap);
	printable(out, size, raw, sizeof(raw));
}

void term_put(struct term *t, enum style style, const char *fmt, ...)
{
	char s[PRINTABLE_SIZE(LINE_MAX_BYTES)];
	va_list ap;

	va_start(ap, fmt);
	format(s, sizeof(s), fmt, ap);
	va_end(ap);
	emit(t, style, s, strlen(s));
}

/* How many characters of s, ending where a word does, fit into room. */
static size_t fitting(const char *s, size_t room)
{
	size_t len = 0;

	for (;;) {
		size_t next = len + strspn(s + len, " ");

		next += strcspn(s + next, " ");
		if (next > room || next == len)
			return len;
		len = next;
	}
}

static void wrap(struct term *t, size_t indent, enum style style,
	const char *fmt, va_list ap)
{
	char s[PRINTABLE_SIZE(LINE_MAX_BYTES)];
	const char *rest = s;

	format(s, sizeof(s), fmt, ap);
	while (*rest) {
		size_t at = t->wanted > t->column ? t->wanted : t->column;
		size_t len = fitting(rest, at < t->width ? t->width - at : 0);

		/* Nothing fits here, but it may on a line of its own; if even
		 * there one word does not, break the word. */
		if (!len && at > indent) {
			term_end(t);
			t->wanted = indent;
			rest += strspn(rest, " ");
			continue;
		}
		if (!len)
			len = t->width - at;
		emit(t, style, rest, len);
		rest += len;
	}
}

void term_wrap(
	struct term *t, size_t indent, enum style style, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	wrap(t, indent, style, fmt, ap);
	va_end(ap);
}

void term_cell(
	struct term *t, enum style style, size_t column, const char *text)
{
	term_pad(t, column);
	term_put(t, style, "%s", text);
}

void term_label(struct term *t, const char *name)
{
	term_put(t, STYLE_FAINT, "%s", name);
	term_pad(t, TERM_TEXT);
}

void term_row(struct term *t, const char *name, enum style style,
	const char *fmt, ...)
{
	va_list ap;

	term_label(t, name);
	va_start(ap, fmt);
	wrap(t, TERM_TEXT, style, fmt, ap);
	va_end(ap);
	term_end(t);
}

void term_right(struct term *t, enum style style, size_t end, const char *text)
{
	size_t len = strlen(text);

	if (!len)
		return;
	term_cell(t, style, end > len ? end - len : 0, text);
}
