/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * How good a calibration is: each kind of it many times, every time in a fresh
 * process, held against the exact rate where there is one.
 *
 *	survey, truth -> samples -> summaries -> targets -> table, JSON
 */
#ifndef TSCAL_BENCH_H
#define TSCAL_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <tscal/tscal.h>

/* The two kinds of calibration that are not one source by itself. */
#define WHAT_REPORT "report"
#define WHAT_NO_MEASURE "no-measure"

/* What is benchmarked: a report, or a source by itself. */
struct what {
	char name[24];
	enum tscal_source source; /* NONE: a report */
	bool no_measure;
	bool devices; /* needs the platform that opens devices */
};

/* One calibration in one process. */
struct sample {
	char source[24]; /* who gave the number */
	double hz, lo, hi;
	double call_ms;	   /* the call, inside the process */
	double process_ms; /* from fork to wait */
};

enum load { LOAD_IDLE, LOAD_LOADED, LOAD_COUNT };
#define BUSY_LOOPS 4

/* What an error is an error from. */
enum against {
	AGAINST_NOTHING,  /* no exact rate: only the spread is known */
	AGAINST_RAW,	  /* ticks per second of CLOCK_MONOTONIC_RAW */
	AGAINST_DECLARED, /* what the hypervisor says */
};

struct truth {
	/* Hz; 0 where it cannot be known. */
	double raw_hz, declared_hz;
	/* Where it comes from, or why there is none. */
	char raw_from[200], declared_from[200];
};

/* Median, 95th percentile and largest; negative when there are none. */
struct spread {
	double median, p95, worst;
};

struct summary {
	const struct what *what;
	enum load load;
	size_t asked, n;     /* processes, and how many gave a number */
	char source[24];     /* who gave it (most often) */
	bool sources_differ; /* not always the same */
	enum against against;
	struct spread error; /* |hz / truth - 1| in ppm */
	double range_ppm;    /* largest hz over smallest */
	size_t held;	     /* truth inside [lo, hi] */
	struct spread width; /* of [lo, hi], in ppm */
	struct spread call_ms, process_ms;
};

struct target {
	char text[96];
	enum load load;
	const char *unit; /* "ppm", "ms", "runs" */
	double value, limit;
	bool met;
};
#define TARGETS_MAX 16

struct options {
	unsigned runs, window_ms; /* window_ms 0: the default */
	const char *only;	  /* comma-separated; NULL: all */
	bool load[LOAD_COUNT];
	const char *json;
	/* In a sample's process. */
	const char *one;
	bool devices;
};

/* All that was found out. */
#define WHATS_MAX (TSCAL_SOURCE_COUNT + 2)
struct bench {
	struct options opts;
	struct tscal_report *survey; /* every source asked once */
	struct truth truth;
	struct what whats[WHATS_MAX];
	size_t n_whats;
	uint64_t only; /* the sources that --only names, as bits */
	struct summary rows[WHATS_MAX * LOAD_COUNT];
	size_t n_rows;
	struct target targets[TARGETS_MAX];
	size_t n_targets;
};

/* A platform of that kind, NULL for the passive one; to be freed. */
int platform_new(bool devices, struct tscal_platform **out);

/* sample.c: one process. */
int sample_here(const struct options *opts, const struct what *what);
bool sample_elsewhere(const struct options *opts, const struct what *what,
	struct sample *out);

/* busy.c: loops beside it. */
bool busy_start(void);
/* False when a loop had not lasted until now. */
bool busy_stop(void);

/* truth.c */
int truth_find(struct truth *truth);
enum against truth_against(const struct truth *truth, const char *source);
double truth_hz(const struct truth *truth, enum against against);
const char *against_str(enum against against);

/* stats.c */
void summarise(struct summary *sum, const struct truth *truth,
	const struct sample *samples);

/* targets.c */
void targets_judge(struct bench *b);

/* table.c, json.c */
/* The next source, from *i on, that was asked and gave no number; NULL. */
const struct tscal_line *silent_next(const struct bench *b, size_t *i);
const char *load_str(enum load load);
void table_print(const struct bench *b, FILE *out);
int json_write(const struct bench *b);

#endif /* TSCAL_BENCH_H */
