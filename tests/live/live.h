/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Plain programs about this machine and this process.  Exit codes: 0, 1, and
 * 77 where the environment lacks what the test needs. */
#ifndef TSCAL_LIVE_H
#define TSCAL_LIVE_H

#include <stdio.h>
#include <stdlib.h>

#define LIVE_SKIP 77

/* Like assert(), in every build, with the values that explain why. */
#define check(cond, ...)                                                       \
	do {                                                                   \
		if (!(cond)) {                                                 \
			fprintf(stderr, "%s:%d: not so: %s: ", __FILE__,       \
				__LINE__, #cond);                              \
			fprintf(stderr, __VA_ARGS__);                          \
			fputc('\n', stderr);                                   \
			exit(1);                                               \
		}                                                              \
	} while (0)

#define skip(...)                                                              \
	do {                                                                   \
		printf("skipped: ");                                           \
		printf(__VA_ARGS__);                                           \
		putchar('\n');                                                 \
		exit(LIVE_SKIP);                                               \
	} while (0)

#endif /* TSCAL_LIVE_H */
