/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * tscal compare: how good every source is here.  All take turns, round after
 * round, so that what drifts meets all alike; the reference spans all rounds.
 */
#include "cli/compare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/running.h"

static double now_s(void)
{
	return (double)running_ns(CLOCK_MONOTONIC) / 1e9;
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
	running_progress(line);
}

/* A source may fail in one run and not in the next: that is counted. */
static void run_row(const struct options *opts, struct compare_row *row)
{
	char why[TSCAL_SENTENCE + 32];
	enum sample_result result = compare_sample(
		opts, row, &row->samples[row->n], why, sizeof(why));

	/* Ctrl-C ends the other process too: that says nothing of it. */
	if (running_stopped())
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
			if (running_stopped())
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

	while (!running_stopped() && (left_s = end_s - now_s()) > 0) {
		snprintf(line, sizeof(line),
			"%.0f s more, for a finer reference", left_s);
		running_progress(line);
		if (left_s < 0.1)
			pause.tv_nsec = (long)(left_s * 1e9);
		nanosleep(&pause, NULL);
	}
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
	c->interrupted = running_stopped();
	running_progress("");
	reference_khz(&c->references[REFERENCE_KHZ]);
	reference_compare(
		&c->references[REFERENCE_RAW], &c->references[REFERENCE_KHZ]);
	return compare_judge(c);
}

static FILE *page_create(const char *path)
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

/* Before anything is measured: what cannot be written is said at once.  No file
 * is left, for the command may be ended before it has a page. */
static int page_try(const char *path)
{
	FILE *f = page_create(path);

	if (!f)
		return EXIT_FAILED;
	fclose(f);
	unlink(path);
	return 0;
}

/* Half a page is worse than none. */
static int page_write(const char *path, const struct compare *c)
{
	FILE *f = page_create(path);
	bool lost;

	if (!f)
		return EXIT_FAILED;
	html_compare(f, c);
	lost = ferror(f);
	errno = 0;
	if (!fclose(f) && !lost)
		return 0;
	complain("%s: %s", path, strerror(errno ? errno : EIO));
	unlink(path);
	return EXIT_FAILED;
}

static bool any_number(const struct compare *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].n)
			return true;
	return false;
}

static int print(const struct options *opts, const struct compare *c)
{
	const char *path = opts->compare.html;
	int rc = 0;

	if (opts->json)
		rc = json_compare(c);
	else
		text_compare(c);
	if (path && page_write(path, c))
		return EXIT_FAILED;
	if (path && !opts->json)
		printf("\nThe page is in %s.\n", path);
	return rc;
}

static int compare(const struct options *opts, struct compare *c)
{
	int rc = compare_survey(opts, c);

	if (running_stopped()) {
		complain("interrupted before anything was measured");
		return EXIT_FAILED;
	}
	if (rc)
		return rc;
	if (measure(opts, c)) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	rc = print(opts, c);
	return rc ? rc : any_number(c) ? EXIT_FINE : EXIT_UNUSABLE;
}

int cmd_compare(const struct options *opts)
{
	struct compare c = {.rounds = opts->compare.runs};
	const char *path = opts->compare.html;
	int rc;

	/* There is no reference then, and fresh processes die of it in the
	 * dynamic loader. */
	if (running_rdtsc_faults()) {
		complain("the TSC cannot be timed here: RDTSC is not permitted "
			 "to this process");
		return EXIT_UNUSABLE;
	}
	if (path && page_try(path))
		return EXIT_FAILED;
	running_catch_signals();
	rc = compare(opts, &c);
	compare_free(&c);
	return rc;
}
