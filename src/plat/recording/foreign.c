/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What a file is that is not a recording, by its form. */
#include <errno.h>
#include <string.h>

#include "plat/recording/foreign.h"
#include "plat/text.h"

/* Bytes of the line that a message shows. */
#define SHOWN 40

#define START(s) .start = (s), .start_len = sizeof(s) - 1
#define ON_MACHINE "\"tscal record FILE\" or \"cpuid -1 -r > FILE\""

/* How such a file begins, and what must stand in its first 4 KB. */
static const struct form {
	const char *start;
	size_t start_len;
	const char *holds;
	const char *what; /* a whole sentence, or what it is */
	const char *run;  /* NULL: make a recording on the machine */
} forms[] = {
	{START("\x1f\x8b"), .what = "compressed by gzip",
		.run = "\"gunzip\" on it first"},
	{START("\xfd"
	       "7zXZ"),
		.what = "compressed by xz", .run = "\"unxz\" on it first"},
	{START("\x28\xb5\x2f\xfd"), .what = "compressed by zstd",
		.run = "\"unzstd\" on it first"},
	{START("\xff\xfe"), .what = "text in UTF-16",
		.run = "\"iconv -f UTF-16 -t UTF-8\" on it first"},
	{START("\xfe\xff"), .what = "text in UTF-16",
		.run = "\"iconv -f UTF-16 -t UTF-8\" on it first"},
	{START("{"), .holds = "\"tscal.",
		.what = "a report of tscal in JSON, which holds no answers of "
			"the machine"},
	{START("version="), .holds = "basic_cpuid[",
		.what = "a raw dump of libcpuid, which only a tscal with "
			"libtscal-probe reads, and only if it is whole"},
	{START("basic_cpuid["),
		.what = "a raw dump of libcpuid, which only a tscal with "
			"libtscal-probe reads, and only if it is whole"},
	{START("CPU "), .holds = "   vendor_id = ",
		.what = "the decoded output of cpuid, without its option -r",
		.run = "\"cpuid -1 -r > FILE\" on the machine"},
	{START("CPU:"), .holds = "   vendor_id = ",
		.what = "the decoded output of cpuid, without its option -r",
		.run = "\"cpuid -1 -r > FILE\" on the machine"},
	{START("processor\t:"), .what = "/proc/cpuinfo"},
	{START("Architecture:"), .what = "the output of lscpu"},
	{START("[ "), .holds = ".", .what = "a kernel log"},
};

/* strstr() in bytes that may hold NUL. */
static bool holds(const char *text, size_t len, const char *what)
{
	return memmem(text, len, what, strlen(what)) != NULL;
}

static const struct form *form_of(const char *text, size_t len)
{
	size_t head = len < 4096 ? len : 4096;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct form *f = &forms[i];

		if (len >= f->start_len &&
			!memcmp(text, f->start, f->start_len) &&
			(!f->holds || holds(text, head, f->holds)))
			return f;
	}
	return NULL;
}

/* Whether the first bytes hold a control character that text has not. */
static bool is_binary(const char *text, size_t len)
{
	for (size_t i = 0; i < len && i < 512; i++)
		if (text[i] == 0x7f ||
			(text[i] >= 0 && text[i] < ' ' &&
				!(text[i] >= '\t' && text[i] <= '\r')))
			return true;
	return false;
}

/* The start of the first line that is not empty; its number and length. */
static const char *first_line(
	const char *text, size_t len, unsigned *line, size_t *shown)
{
	const char *end = text + len;
	size_t n = 0;

	*line = 1;
	for (; text < end && strchr(" \t\r\n", *text) && *text; text++)
		*line += *text == '\n';
	while (n < SHOWN && text + n < end && text[n] != '\n' &&
		text[n] != '\r')
		n++;
	*shown = n;
	return text;
}

void foreign_describe(const char *text, size_t len, char *err, size_t err_size)
{
	const struct form *f = form_of(text, len);
	const char *first;
	unsigned line;
	size_t shown;

	if (!err_size)
		return;
	err[0] = '\0';
	if (f) {
		text_printf(err, err_size, "this is %s: run %s", f->what,
			f->run ? f->run : ON_MACHINE " on the machine");
		return;
	}
	if (is_binary(text, len)) {
		text_printf(err, err_size,
			"this is a binary file, not a recording: "
			"run " ON_MACHINE " on the machine");
		return;
	}
	first = first_line(text, len, &line, &shown);
	text_printf(err, err_size,
		"not a recording of tscal, and not the output of \"cpuid -r\" "
		"(line %u: ",
		line);
	text_quote(err, err_size, first, shown);
	text_printf(err, err_size, "): run " ON_MACHINE " on the machine");
}
