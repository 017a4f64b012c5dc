/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Messages on stderr. */
#include "cli/cli.h"

/* A path and a sentence. */
#define MESSAGE_MAX 4608

void vcomplain(const char *fmt, va_list ap)
{
	char raw[MESSAGE_MAX], shown[PRINTABLE_SIZE(MESSAGE_MAX)];

	vsnprintf(raw, sizeof(raw), fmt, ap);
	fprintf(stderr, "tscal: %s\n",
		printable(shown, sizeof(shown), raw, sizeof(raw)));
}

int complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(fmt, ap);
	va_end(ap);
	return EXIT_FAILED;
}
