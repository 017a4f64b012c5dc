/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The rates that errors are errors from.  None of them is computed by tscal:
 * what is judged must not be its own judge.
 */
#ifndef TSCAL_BENCH_TRUTH_H
#define TSCAL_BENCH_TRUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/reference.h"

/* What an error is an error from. */
enum against {
	AGAINST_NOTHING, /* no independent truth: only the spread is known */
	AGAINST_RAW,	 /* ticks per second of CLOCK_MONOTONIC_RAW */
	AGAINST_KHZ,	 /* the whole kHz that kernel or host name */
};

struct truth {
	struct reference raw, khz;
	/* khz is KVM_GET_TSC_KHZ: no judge of the source that asks the same. */
	bool khz_by_ioctl;
};

/* truth_khz.c: needs t->raw, to tell a message of another machine. */
void truth_khz_find(struct truth *t);

/* truth.c */
enum against truth_against(const struct truth *t, const char *source);
/* NULL for AGAINST_NOTHING. */
const struct reference *truth_exact(
	const struct truth *t, enum against against);
const char *against_str(enum against against);

#endif /* TSCAL_BENCH_TRUTH_H */
