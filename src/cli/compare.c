/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * tscal compare: how good every source is here.  All take turns, round after
 * round, so that what drifts meets all alike; the reference spans all rounds.
 */
#include "cli/compare.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

#define PROGRESS_WIDTH 79

static void progress(const char *line)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%-*.*s", PROGRESS_WIDTH, PROGRESS_WIDTH, line);
	if (!*line)
		fputc('\r', stderr);
}

static void show(const struct compare *c, const struct compare_row *row)
{
	char line[PROGRESS_WIDTH + 1];

	if (row->window_ms)
		snprintf(line, sizeof(line), "round %zu of %zu: %s, %u ms",
			c->rounds_done + 1, c->rounds, row->source,
			row->window_ms);
	else
		snprintf(line, sizeof(line), "round %zu of %zu: %s",
			c->rounds_done + 1, c->rounds, row->source);
	progress(line);
}

/* A source may fail in one run and not in the next: that is counted. */
static void run_row(const struct options *opts, struct compare_row *row)
{
	char why[TSCAL_SENTENCE + 32];
	enum sample_result result = compare_sample(
		opts, row, &row->samples[row->n], why, sizeof(why));

	/* Ctrl-C ends the other process too: that says nothing of it. */
	if (stopped)
		return;
	row->asked++;
	if (result == SAMPLE_NUMBER)
		row->n++;
	else
		snprintf(row->trouble, sizeof(row->trouble), "%.*s",
			(int)sizeof(row->trouble) - 1, why);
}

static void run_rounds(const struct options *opts, struct compare *c)
{
	while (c->rounds_done < c->rounds) {
		for (size_t i = 0; i < c->n_rows; i++) {
			show(c, &c->rows[i]);
			run_row(opts, &c->rows[i]);
			if (stopped)
				return;
		}
		c->rounds_done++;
	}
}

/* The longer the reference, the finer. */
static void wait_until(double end_s)
{
	struct timespec pause = {0, 100000000};
	char line[PROGRESS_WIDTH + 1];
	double left_s;

	while (!stopped && (left_s = end_s - now_s()) > 0) {
		snprintf(line, sizeof(line),
			"%.0f s more, for a finer reference", left_s);
		progress(line);
		if (left_s < 0.1)
			pause.tv_nsec = (long)(left_s * 1e9);
		nanosleep(&pause, NULL);
	}
}

/* Where RDTSC faults there is no reference, and fresh processes die of it in
 * the dynamic loader. */
static bool rdtsc_permitted(void)
{
	int mode = PR_TSC_ENABLE;

	return prctl(PR_GET_TSC, &mode, 0, 0, 0) || mode == PR_TSC_ENABLE;
}

static int make_room(struct compare *c)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		c->rows[i].samples = calloc(
			c->rounds, sizeof(*c->rows[i].samples));
		if (!c->rows[i].samples)
			return -ENOMEM;
	}
	return 0;
}

static int measure(const struct options *opts, struct compare *c)
{
	struct raw_end first, last;
	double start_s = now_s();
	int rc = make_room(c);

	if (rc)
		return rc;
	raw_end_take(&first);
	run_rounds(opts, c);
	wait_until(start_s + opts->duration_s);
	raw_end_take(&last);
	reference_raw(
		&first, &last, c->clocksource, &c->references[REFERENCE_RAW]);
	c->span_s = now_s() - start_s;
	c->interrupted = stopped;
	progress("");
	reference_khz(&c->references[REFERENCE_KHZ]);
	return compare_judge(c);
}

/* Before anything is measured: what cannot be written is said at once. */
static FILE *page_open(const char *path)
{
	int fd = open(
		path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f)
		complain("%s: %s", path, strerror(errno));
	if (!f && fd >= 0)
		close(fd);
	return f;
}

/* Half a page is worse than none. */
static int page_close(FILE *f, const char *path, bool keep)
{
	bool lost = ferror(f);
	int rc = 0;

	errno = 0;
	if (fclose(f) || lost) {
		complain("%s: %s", path, strerror(errno ? errno : EIO));
		rc = EXIT_FAILED;
	}
	if (rc || !keep)
		unlink(path);
	return rc;
}

static bool any_number(const struct compare *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].n)
			return true;
	return false;
}

static int print(
	const struct options *opts, const struct compare *c, FILE *page)
{
	if (page)
		html_compare(page, c);
	if (opts->json)
		return json_compare(c);
	text_compare(c);
	return 0;
}

static int compare(const struct options *opts, struct compare *c, FILE *page)
{
	int rc = compare_survey(opts, c);

	if (rc)
		return rc;
	if (measure(opts, c)) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	rc = print(opts, c, page);
	return rc ? rc : any_number(c) ? EXIT_FINE : EXIT_UNUSABLE;
}

int cmd_compare(const struct options *opts)
{
	/* The second signal ends the command at once. */
	struct sigaction act = {
		.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
	struct compare c = {.rounds = opts->compare.runs};
	const char *path = opts->compare.html;
	FILE *page;
	int rc;

	if (!rdtsc_permitted()) {
		complain("the TSC cannot be timed here: RDTSC is not permitted "
			 "to this process");
		return EXIT_UNUSABLE;
	}
	page = path ? page_open(path) : NULL;
	if (path && !page)
		return EXIT_FAILED;
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	rc = compare(opts, &c, page);
	if (page && page_close(page, path, rc != EXIT_FAILED))
		rc = EXIT_FAILED;
	else if (page && rc != EXIT_FAILED && !opts->json)
		printf("\nThe page is in %s.\n", path);
	compare_free(&c);
	return rc;
}
