/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Records to a file, replays that file, and reads its text. */
#ifndef TSCAL_TESTS_RECORDER_H
#define TSCAL_TESTS_RECORDER_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include <tscal/calibrate.h>

#include "unit/temp_file.h"

static inline struct tscal_platform *recorder(
	struct tscal_platform *inner, bool redact)
{
	struct tscal_platform *p;
	int rc = tscal_platform_record(inner, path, redact, &p);

	cr_assert(zero(int, rc));
	return p;
}

static inline struct tscal_platform *replayed(void)
{
	struct tscal_platform *p;
	char err[300];
	int rc = tscal_platform_replay(path, &p, err, sizeof(err));

	cr_assert(zero(int, rc), "%s", err);
	return p;
}

static inline char *slurp(void)
{
	static char text[1 << 20];
	FILE *f = fopen(path, "r");

	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

#endif /* TSCAL_TESTS_RECORDER_H */
