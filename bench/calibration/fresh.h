/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A program in a process of its own. */
#ifndef TSCAL_BENCH_FRESH_H
#define TSCAL_BENCH_FRESH_H

#include <stdbool.h>
#include <stddef.h>

double clock_ms(void);

/*
 * Run that program (NULL: this one) with these arguments (argv[0] included,
 * NULL at the end) and keep what it prints, at most size - 1 bytes.  ms: from
 * fork to wait.  False when it failed or had to be ended.
 */
bool fresh_run(const char *program, const char *const *argv, char *buf,
	size_t size, double *ms);

#endif /* TSCAL_BENCH_FRESH_H */
