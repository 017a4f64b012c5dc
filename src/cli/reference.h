/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The rate that errors are errors from: of CLOCK_MONOTONIC_RAW, by readings of
 * it that are far apart.  No source of tscal and none of its estimating has a
 * part in it.
 */
#ifndef TSCAL_CLI_REFERENCE_H
#define TSCAL_CLI_REFERENCE_H

#include <stddef.h>
#include <stdint.h>

struct reference {
	double hz, lo, hi;  /* hz 0: not known */
	char sentence[400]; /* where it comes from, or why there is none */
};

/* A reading of CLOCK_MONOTONIC_RAW between two of the TSC. */
struct raw_point {
	uint64_t before_ticks, after_ticks;
	int64_t ns;
	int64_t suspended_ns; /* CLOCK_BOOTTIME less CLOCK_MONOTONIC */
	int cpu;	      /* where it was taken; negative: on any */
	char clocksource[32]; /* then; empty: not visible */
};

/* The tightest of many, on one CPU: that of the point before, if there is one,
 * else the current one.  Takes about 1 ms. */
void raw_point_take(struct raw_point *out, const struct raw_point *before);

/* What three points prove; whether the rate was one is judged by the one in the
 * middle.  Pure. */
void reference_raw(const struct raw_point points[3], struct reference *out);

/* Half of its interval. */
double reference_ppm(const struct reference *r);

/* The rate that the kernel found at boot, in the whole kHz of its log. */
struct kernel_log {
	uint64_t khz;	/* 0: not known */
	char line[128]; /* what it wrote, or why that is not known */
};
void kernel_log_read(struct kernel_log *out);
/* The same of a log's text.  Pure. */
void kernel_log_find(const char *text, struct kernel_log *out);

#endif /* TSCAL_CLI_REFERENCE_H */
