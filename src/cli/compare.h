/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * tscal compare: every source many times, each time in a fresh process, held
 * against references that no source of tscal had a part in.
 *
 *	survey -> rows -> samples, between two ends of the reference -> judged
 *	rows -> text, JSON, a page
 */
#ifndef TSCAL_CLI_COMPARE_H
#define TSCAL_CLI_COMPARE_H

#include "cli/cli.h"

/* One source, once. */
struct compare_sample {
	double hz, lo, hi;
	double source_ms;  /* what the source itself took; negative: unknown */
	double process_ms; /* from fork to the end of the process */
};

/* What errors are errors from. */
enum reference_id {
	REFERENCE_NONE,
	REFERENCE_RAW, /* ticks per second of CLOCK_MONOTONIC_RAW */
	REFERENCE_KHZ, /* whole kHz, by the kernel's log */
	REFERENCE_COUNT
};

struct reference {
	double hz, lo, hi;  /* hz 0: not known here */
	char sentence[256]; /* where it comes from, or why there is none */
};

/* Median, 95th percentile and largest, by nearest rank: each is a number that
 * occurred.  Negative where there are none. */
struct compare_spread {
	double median, p95, worst;
};

/* A source at a window: its samples, and what became of them. */
struct compare_row {
	char source[24], kind[16];
	double tolerance_ppm; /* of its reference; negative: none stated */
	uint32_t window_ms;   /* 0: it does not measure */
	size_t asked, n;      /* processes, and how many gave a number */
	struct compare_sample *samples;
	char trouble[TSCAL_SENTENCE]; /* why the last one gave none */
	/* Filled in by compare_judge(). */
	enum reference_id against;
	double *errors_ppm;	      /* signed, one per sample; may be NULL */
	struct compare_spread error;  /* of their sizes */
	double range_ppm;	      /* largest result over the smallest */
	double width_ppm;	      /* of [lo, hi], the median */
	size_t judged, held;	      /* intervals, and those that may hold */
	double source_ms, process_ms; /* medians; negative: unknown */
};

/* A source that gives no number here. */
struct compare_silent {
	char source[24], status[16], sentence[TSCAL_SENTENCE];
};

struct compare {
	size_t rounds, rounds_done;
	bool interrupted;
	double span_s; /* between the ends of the reference */
	char cpu[64], hypervisor[64], clocksource[32], kernel[160];
	int cpus;
	struct reference references[REFERENCE_COUNT];
	struct compare_row *rows;
	size_t n_rows;
	struct compare_silent *silent;
	size_t n_silent;
};

/* The windows, in ms. */
extern const uint32_t compare_windows_ms[];
#define COMPARE_WINDOWS 5

/* compare_sample.c: a process of its own. */
enum sample_result {
	SAMPLE_NUMBER, /* it gave a number */
	SAMPLE_NONE,   /* it gave none: why says why */
	SAMPLE_FAILED, /* there was no answer at all: why says why */
};
/* Asks all sources once: fills in the machine, rows (without samples) and
 * silent ones.  0, or EXIT_FAILED after a message. */
int compare_survey(const struct options *opts, struct compare *c);
enum sample_result compare_sample(const struct options *opts,
	const struct compare_row *row, struct compare_sample *out, char *why,
	size_t why_size);

/* compare_reference.c */
/* One end of a bracket around CLOCK_MONOTONIC_RAW. */
struct raw_end {
	uint64_t before, after; /* ticks */
	int64_t ns;
};
void raw_end_take(struct raw_end *end);
/* What two ends prove, and nothing where the second is not after the first. */
void reference_raw(const struct raw_end *first, const struct raw_end *last,
	const char *clocksource, struct reference *out);
void reference_khz(struct reference *out);
/* Takes khz back where it cannot be of this machine. */
void reference_compare(const struct reference *raw, struct reference *khz);
/* The rate in a line of the kernel's log, in kHz; 0: it names none. */
uint64_t khz_of_log_line(const char *line);

/* compare_judge.c.  Pure.  0 or -ENOMEM. */
int compare_judge(struct compare *c);
void compare_free(struct compare *c);
const char *reference_str(enum reference_id id);
/* Half of a reference's interval, in ppm. */
double reference_ppm(const struct reference *r);

/* A size in ppm, two digits that count and no exponent. */
void format_ppm(char *out, size_t size, double ppm);
/* An error of row; where it is below what the reference itself is known to,
 * that is said in its stead. */
void format_error(char *out, size_t size, const struct compare *c,
	const struct compare_row *row, double error_ppm);

void text_compare(const struct compare *c);
/* Both return 0, or EXIT_FAILED after a message. */
int json_compare(const struct compare *c);
/* A page that needs nothing else; what it writes to tells of errors. */
void html_compare(FILE *f, const struct compare *c);

#endif /* TSCAL_CLI_COMPARE_H */
