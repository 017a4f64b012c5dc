/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * tscal compare: how good every source is here.  All take turns, round after
 * round, so that what drifts meets all alike; the reference spans all rounds.
 */
#include "cli/compare/compare.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/running.h"

static void show(const struct compare *c, const struct compare_row *row)
{
	char line[PROGRESS_WIDTH + 1];

	snprintf(line, sizeof(line),
		row->window_ms ? "round %zu of %zu: %s, %u ms"
			       : "round %zu of %zu: %s",
		c->rounds_done + 1, c->rounds, row->source, row->window_ms);
	running_progress(line);
}

/* A source may fail in one run and not in the next: that is counted. */
static void run_row(const struct options *opts, struct compare_row *row)
{
	char why[sizeof(row->why)];
	bool number = compare_sample(
		opts, row, &row->samples[row->n], why, sizeof(why));

	/* Ctrl-C ends the other process too: that is no failure. */
	if (running_stopped())
		return;
	row->asked++;
	if (number)
		row->n++;
	else
		memcpy(row->why, why, sizeof(why));
}

static void run_rounds(
	const struct options *opts, struct compare *c, size_t from, size_t to)
{
	for (size_t round = from; round < to; round++) {
		for (size_t i = 0; i < c->n_rows; i++) {
			if (running_stopped())
				return;
			show(c, &c->rows[i]);
			run_row(opts, &c->rows[i]);
		}
		c->rounds_done += !running_stopped();
	}
}

/* The longer the reference, the finer. */
static void wait_until(double end_s)
{
	struct timespec pause = {0, 100000000};
	char line[PROGRESS_WIDTH + 1];
	double left_s;

	while (!running_stopped() && (left_s = end_s - running_s()) > 0) {
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

/* The points of the reference: before, between and after all rounds. */
static int measure(const struct options *opts, struct compare *c)
{
	struct raw_point points[3];
	double start_s = running_s();
	int rc = make_room(c);

	if (rc)
		return rc;
	raw_point_take(&points[0], NULL);
	run_rounds(opts, c, 0, c->rounds / 2);
	wait_until(start_s + opts->duration_s / 2);
	raw_point_take(&points[1], &points[0]);
	run_rounds(opts, c, c->rounds / 2, c->rounds);
	wait_until(start_s + opts->duration_s);
	raw_point_take(&points[2], &points[0]);
	c->span_s = running_s() - start_s;
	c->interrupted = running_stopped();
	running_progress("");
	reference_raw(points, &c->raw);
	kernel_log_read(&c->log);
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

/* The page as text, to be freed; NULL: no memory. */
static char *page_text(const struct compare *c, size_t *size)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, size);
	bool lost;

	if (!f)
		return NULL;
	html_compare(f, c);
	lost = ferror(f);
	if (fclose(f) || lost) {
		free(text);
		return NULL;
	}
	return text;
}

/* Writes it all and closes f.  0 or the first error. */
static int page_put(FILE *f, const char *text, size_t size)
{
	int err = fwrite(text, 1, size, f) == size ? 0 : errno;

	if (fclose(f) && !err)
		err = errno;
	return err;
}

/* Before anything is measured: what cannot be written is reported at once.  No
 * file is left, for the command may be ended before it has a page. */
static int page_try(const char *path)
{
	FILE *f;

	running_hold_signals();
	f = page_create(path);
	if (f) {
		fclose(f);
		unlink(path);
	}
	running_release_signals();
	return f ? 0 : EXIT_FAILED;
}

/* Half a page is worse than none: writing is not interrupted, which takes
 * milliseconds, and the page is removed where it cannot be written. */
static int page_write(const char *path, const struct compare *c)
{
	size_t size;
	char *text = page_text(c, &size);
	int err = text ? 0 : ENOMEM, rc = EXIT_FAILED;
	FILE *f;

	running_hold_signals();
	f = text ? page_create(path) : NULL;
	if (f) {
		err = page_put(f, text, size);
		rc = err ? EXIT_FAILED : 0;
		if (err)
			unlink(path);
	}
	running_release_signals();
	if (err)
		complain("%s: %s", path, strerror(err));
	free(text);
	return rc;
}

/* The page first: stdout may be closed before all is printed. */
static int print(const struct options *opts, const struct compare *c)
{
	char shown[PRINTABLE_SIZE(PATH_MAX)];
	const char *path = opts->compare.html;
	int rc = path ? page_write(path, c) : 0;

	if (opts->json)
		return json_compare(c) || rc ? EXIT_FAILED : 0;
	text_compare(c);
	if (path && !rc)
		printf("\nThe page is in %s.\n",
			printable(shown, sizeof(shown), path, PATH_MAX));
	return rc;
}

static int compare(const struct options *opts, struct compare *c)
{
	int rc = compare_survey(opts, c);
	size_t asked = 0, numbers = 0;

	if (!rc && !running_stopped() && measure(opts, c))
		rc = complain("out of memory");
	for (size_t i = 0; i < c->n_rows; i++) {
		asked += c->rows[i].asked;
		numbers += c->rows[i].n;
	}
	if (running_stopped() && !asked)
		return complain("interrupted before any run was made");
	if (rc)
		return rc;
	rc = print(opts, c);
	return rc ? rc : numbers ? EXIT_FINE : EXIT_UNUSABLE;
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
	/* Where it is ignored no process can be waited for. */
	signal(SIGCHLD, SIG_DFL);
	rc = compare(opts, &c);
	compare_free(&c);
	return rc;
}
