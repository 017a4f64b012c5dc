/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The rates that errors are relative to.  None of them is computed by tscal,
 * whose results are compared with them.
 */
#ifndef TSCAL_BENCH_TRUTH_H
#define TSCAL_BENCH_TRUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/reference.h"

/* What an error is relative to. */
enum against {
	AGAINST_NOTHING, /* no independent truth: only the spread is known */
	AGAINST_RAW,	 /* ticks per second of CLOCK_MONOTONIC_RAW */
	AGAINST_KHZ,	 /* the whole kHz that kernel or host name */
};

struct truth {
	struct reference raw, khz;
	/* khz is KVM_GET_TSC_KHZ: not compared with the source that reads it.
	 */
	bool khz_by_ioctl;
};

/* truth_khz.c: needs t->raw, to detect a message of another machine. */
void truth_khz_find(struct truth *t);

/* truth.c */
enum against truth_against(const struct truth *t, const char *source);
/* NULL for AGAINST_NOTHING. */
const struct reference *truth_exact(
	const struct truth *t, enum against against);
const char *against_str(enum against against);

#endif /* TSCAL_BENCH_TRUTH_H */
