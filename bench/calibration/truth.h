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

/* What an error is an error from. */
enum against {
	AGAINST_NOTHING, /* no independent truth: only the spread is known */
	AGAINST_RAW,	 /* ticks per second of CLOCK_MONOTONIC_RAW */
	AGAINST_KHZ,	 /* the whole kHz that kernel or host name */
};

/* Errors are from hz, which is no better known than [lo, hi]. hz 0: unknown. */
struct exact {
	double hz, lo, hi;
	char from[320]; /* where it comes from, or why there is none */
};

struct truth {
	struct exact raw, khz;
	/* khz is KVM_GET_TSC_KHZ: no judge of the source that asks the same. */
	bool khz_by_ioctl;
};

/* One reading of CLOCK_MONOTONIC_RAW between two of the TSC. */
struct raw_point {
	uint64_t tsc_before, tsc_after;
	int64_t raw_ns;
};

/* truth_raw.c: the tightest of many readings. */
struct raw_point raw_point_take(void);
void truth_raw_between(struct exact *raw, const struct raw_point *first,
	const struct raw_point *last, const char *clocksource);

/* truth_khz.c: needs t->raw, to tell a message of another machine. */
void truth_khz_find(struct truth *t);

/* truth.c */
enum against truth_against(const struct truth *t, const char *source);
/* NULL for AGAINST_NOTHING. */
const struct exact *truth_exact(const struct truth *t, enum against against);
/* How far hz can be off. */
double exact_half_ppm(const struct exact *e);
const char *against_str(enum against against);

#endif /* TSCAL_BENCH_TRUTH_H */
