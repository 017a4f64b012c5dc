/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * How good a calibration is: each kind of it many times, every time in a fresh
 * process, compared with a rate that tscal did not compute.
 *
 *	survey, truth -> samples -> summaries -> targets -> table, JSON
 */
#ifndef TSCAL_BENCH_CALIBRATION_H
#define TSCAL_BENCH_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <tscal/tscal.h>

#include "truth.h"

/* The two kinds of calibration that are not one source by itself. */
#define WHAT_REPORT "report"
#define WHAT_NO_MEASURE "no-measure"

/* Another library that calibrates the TSC, in a program of its own. */
struct peer {
	const char *name;
	const char *package; /* Debian's name */
	bool built;
	unsigned measures_ms; /* of its call; 0: all of it */
};

/* What is benchmarked: a report, a source by itself, or a peer. */
struct what {
	char name[24];
	enum tscal_source source; /* NONE: a report */
	bool no_measure;
	bool devices;		 /* needs the platform that opens devices */
	unsigned window_ms;	 /* 0: that of --window-ms, or the default */
	const struct peer *peer; /* another library's; NULL: ours */
};

/* One calibration in one process. */
struct sample {
	char source[24]; /* the source of the number */
	double hz, lo, hi;
	double call_ms;	   /* the call, inside the process */
	double process_ms; /* from fork to wait */
};

enum load { LOAD_IDLE, LOAD_LOADED, LOAD_COUNT };
#define BUSY_LOOPS 4

/* Median, 95th percentile and largest; negative when there are none. */
struct spread {
	double median, p95, worst;
};

struct summary {
	const struct what *what;
	enum load load;
	size_t asked, n;     /* processes, and how many gave a number */
	char source[24];     /* of the number (most often) */
	bool sources_differ; /* not always the same */
	enum against against;
	double truth_half_ppm; /* how far off the truth can be */
	struct spread error;   /* |hz / truth - 1| in ppm */
	size_t inside;	       /* hz inside the truth's interval */
	double range_ppm;      /* largest hz over smallest */
	size_t held;	       /* [lo, hi] meets the truth's */
	struct spread width;   /* of [lo, hi], in ppm */
	struct spread call_ms, process_ms;
};

enum verdict {
	VERDICT_MET,
	VERDICT_MISSED,
	VERDICT_UNDECIDED, /* the truth is not known well enough */
	VERDICT_NO_TRUTH,
	VERDICT_NOT_COMPARED, /* a peer quicker than all our windows */
};

struct target {
	char text[96];
	enum load load;
	const char *unit; /* "ppm", "ms", "runs" */
	double value, limit;
	enum verdict verdict;
	double truth_half_ppm; /* why it is undecided */
};
#define TARGETS_MAX 64

struct options {
	unsigned runs, window_ms; /* window_ms 0: the default */
	const char *only;	  /* comma-separated; NULL: all */
	bool load[LOAD_COUNT];
	const char *json;
	unsigned truth_s;
	/* In a sample's process. */
	const char *one;
	bool devices;
};

/* All that was found out. */
#define PEERS_COUNT 4
#define WINDOWS_COUNT 5
#define WHATS_MAX (TSCAL_SOURCE_COUNT + 2 + PEERS_COUNT + WINDOWS_COUNT)
struct bench {
	struct options opts;
	struct tscal_report *survey; /* every source asked once */
	struct truth truth;
	struct what whats[WHATS_MAX];
	size_t n_whats;
	bool peers;    /* and the windows that they are compared with */
	uint64_t only; /* the sources that --only names, as bits */
	struct sample *samples[LOAD_COUNT]; /* runs for each what */
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

/* peers.c */
extern const struct peer peers[PEERS_COUNT];
extern const unsigned windows_ms[WINDOWS_COUNT];
/* Adds the windows of clock-raw and the peers that were built. */
void peers_add(struct bench *b);
void peers_judge(struct bench *b);

/* busy.c: loops meanwhile. */
bool busy_start(void);
/* False when a loop has ended before. */
bool busy_stop(void);

/* stats.c */
void summarise(struct summary *sum, const struct truth *truth,
	const struct sample *samples);

/* targets.c */
void targets_judge(struct bench *b);
/* To be filled in; value and limit are compared by the caller. */
struct target *target_add(struct bench *b, const struct summary *row,
	const char *unit, double value, double limit);
const char *verdict_str(enum verdict verdict);

/* table.c, json.c */
/* The next source, from *i on, that was asked and gave no number; NULL. */
const struct tscal_line *silent_next(const struct bench *b, size_t *i);
const char *load_str(enum load load);
void table_print(const struct bench *b, FILE *out);
int json_write(const struct bench *b);

#endif /* TSCAL_BENCH_CALIBRATION_H */
