/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A path in a directory of its own, for the tests of recordings. */
#ifndef TSCAL_TESTS_TEMP_FILE_H
#define TSCAL_TESTS_TEMP_FILE_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/tscal-test-XXXXXX", path[64];

static void setup(void)
{
	cr_assert(not(zero(ptr, mkdtemp(dir))));
	snprintf(path, sizeof(path), "%s/f", dir);
}

static void teardown(void)
{
	unlink(path);
	rmdir(dir);
}

#endif /* TSCAL_TESTS_TEMP_FILE_H */
