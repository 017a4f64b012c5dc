/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Plain programs about this machine and this process.  Exit codes: 0, 1, and
 * 77 where the environment lacks what the test needs. */
#ifndef TSCAL_LIVE_H
#define TSCAL_LIVE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../truth/tsc.h"

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

/* A clock that does not run on the TSC, or no rate, is a failure unless a fact
 * of this machine, found out without tscal, allows it. */
#define fail_or_skip(...)                                                      \
	do {                                                                   \
		if (*truth_why_no_tsc())                                       \
			skip("%s", truth_why_no_tsc());                        \
		check(!"the TSC of this machine is usable", __VA_ARGS__);      \
	} while (0)

/* What a busy machine may delay is a failure on one that is not. */
#define fail_unless_busy(...)                                                  \
	do {                                                                   \
		double load_ = 0;                                              \
		long cpus_ = sysconf(_SC_NPROCESSORS_ONLN);                    \
		getloadavg(&load_, 1);                                         \
		if (load_ > (double)cpus_ + 0.5)                               \
			skip("load average %.1f on %ld CPUs", load_, cpus_);   \
		check(!"this machine is not busy", __VA_ARGS__);               \
	} while (0)

#endif /* TSCAL_LIVE_H */
