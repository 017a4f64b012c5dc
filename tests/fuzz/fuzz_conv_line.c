/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Any bytes, read as a converter's line; and once more with their correct
 * checksum, which a fuzzer does not find.  Either they are refused with a
 * sentence, or the converter is written as exactly the same line.
 */
#include "fuzz/fuzz.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tscal/conv.h>

static void check(const char *line)
{
	char err[200], again[TSCAL_CONV_LINE];
	struct tscal_conv_meta meta;
	size_t n = strlen(line);

	if (tscal_conv_parse(line, &meta, err, sizeof(err))) {
		MUST(err[0]);
		for (const char *p = err; *p; p++)
			MUST(isprint((unsigned char)*p));
		return;
	}
	MUST(!err[0]);
	n -= line[n - 1] == '\n';
	MUST(tscal_conv_format(&meta, again, sizeof(again)) == (int)n);
	MUST(!memcmp(line, again, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[600];
	uint32_t h = 2166136261u;
	size_t n;

	if (size > 500)
		size = 500;
	memcpy(line, data, size);
	line[size] = '\0';
	check(line);
	/* Up to its own checksum, if there is one. */
	n = strlen(line);
	for (char *p = line; (p = strstr(p, " sum=")); p++)
		n = (size_t)(p - line);
	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)line[i]) * 16777619u;
	snprintf(line + n, sizeof(line) - n, " sum=%08x", h);
	check(line);
	return 0;
}
