/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * tscal compare: every source many times, each time in a fresh process, held
 * against a reference that no source of tscal has a part in.
 *
 *	survey -> rows -> samples, between two ends of the reference -> judged
 *	rows -> text, JSON, a page
 */
#ifndef TSCAL_CLI_COMPARE_H
#define TSCAL_CLI_COMPARE_H

#include "cli/cli.h"
#include "cli/reference.h"

/* One source, once. */
struct compare_sample {
	double hz, lo, hi;
	double source_ms;  /* what the source itself took; negative: unknown */
	double process_ms; /* from fork to the end of the process */
};

/* By nearest rank.  Negative where there are none. */
struct compare_sizes {
	double median, p95, worst;
};

/* A source at a window: its samples, and what became of them. */
struct compare_row {
	char source[24], kind[16];
	uint32_t window_ms; /* 0: it does not measure */
	size_t asked, n;    /* processes, and how many gave a number */
	struct compare_sample *samples;
	char why[TSCAL_SENTENCE]; /* the last one gave none */
	/* Filled in by compare_judge(). */
	double *errors_ppm; /* signed, one per sample; NULL: no reference */
	struct compare_sizes error;
	double spread_ppm;	      /* largest result over the smallest */
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
	double span_s; /* from the first run to the end of the reference */
	char cpu[64], hypervisor[64], clocksource[32], kernel[160];
	int cpus; /* 0: not known */
	struct reference raw;
	struct kernel_log log;
	struct compare_row *rows;
	size_t n_rows;
	struct compare_silent *silent;
	size_t n_silent;
};

/* The windows, in ms. */
#define COMPARE_WINDOWS 5
extern const uint32_t compare_windows_ms[COMPARE_WINDOWS];

/* sample.c: processes of their own. */
/* Asks all sources once: fills in the machine, rows (without samples) and
 * silent ones.  0, or EXIT_FAILED after a message. */
int compare_survey(const struct options *opts, struct compare *c);
/* Whether the source gave a number; else why is the reason. */
bool compare_sample(const struct options *opts, const struct compare_row *row,
	struct compare_sample *out, char *why, size_t why_size);

/* judge.c.  Pure.  0 or -ENOMEM. */
int compare_judge(struct compare *c);
void compare_free(struct compare *c);
/* How far the kernel's log is from raw; NaN: one is not known. */
double compare_log_ppm(const struct compare *c);

/* format.c */
/* A size in ppm, two or three digits that count and no exponent. */
void format_ppm(char *out, size_t size, double ppm);
/* The size of an error; of one below what the reference is known to, what it is
 * less than. */
void format_error(
	char *out, size_t size, const struct compare *c, double error_ppm);
/* The machine, and where the runs were ended early, in sentences. */
void format_machine(char *out, size_t size, const struct compare *c);
void format_rounds(char *out, size_t size, const struct compare *c);
/* The kernel's log beside raw. */
void format_log(char *out, size_t size, const struct compare *c);

void text_compare(const struct compare *c);
/* Returns 0, or EXIT_FAILED after a message. */
int json_compare(const struct compare *c);
/* A page that needs nothing else; errors show in f. */
void html_compare(FILE *f, const struct compare *c);

/* plot.c: for the page */
/* The longest is the reference's sentence. */
#define PLOT_TEXT_MAX 512
/* Text between tags, or in an attribute. */
void html_text(FILE *f, const char *s);

/* Colours are by source: the class is "s" and this number. */
#define PLOT_COLORS 8
unsigned plot_color(const struct compare *c, const struct compare_row *row);
/* Whether row is the first of its source. */
bool plot_first_of_source(
	const struct compare *c, const struct compare_row *row);

/* How many rows have errors to be drawn; the plots need one. */
size_t plot_rows(const struct compare *c);

/* Each row's errors over its window. */
void plot_errors(FILE *f, const struct compare *c);
/* [hz_lo, hz_hi] of each row, beside its reference. */
void plot_intervals(FILE *f, const struct compare *c);
/* Every error of each row. */
void plot_distribution(FILE *f, const struct compare *c);

#endif /* TSCAL_CLI_COMPARE_H */
