/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Where the time of a calibration that measures nothing goes: a platform that
 * passes everything on to the passive one and reads the clock around it.
 * Median of each step over fresh processes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tscal/calibrate.h>

#include "fresh.h"
#include "plat/plat.h"

#define RUNS 50
#define STEPS_MAX 64

struct step {
	char name[72];
	unsigned calls;
	double ms;
};

static struct step steps[STEPS_MAX];
static size_t n_steps;

static void spent(const char *name, double start)
{
	double ms = clock_ms() - start;
	size_t i = 0;

	while (i < n_steps && strcmp(steps[i].name, name))
		i++;
	if (i == STEPS_MAX)
		abort();
	if (i == n_steps) {
		snprintf(steps[i].name, sizeof(steps[i].name), "%s", name);
		n_steps++;
	}
	steps[i].calls++;
	steps[i].ms += ms;
}

static struct tscal_platform *inner(void)
{
	return tscal_platform_passive();
}

/* One step: the same call to the passive platform, timed. */
#define TIMED(step, op, ...)                                                   \
	do {                                                                   \
		double start_ms = clock_ms();                                  \
		int rc = inner()->ops->op(inner(), __VA_ARGS__);               \
                                                                               \
		(void)p;                                                       \
		spent(step, start_ms);                                         \
		return rc;                                                     \
	} while (0)

static int timed_cpuid(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	bool scan = leaf >= 0x40000000 && leaf < 0x40010000;

	TIMED(scan ? "CPUID, hypervisor leaves" : "CPUID, others", cpuid, leaf,
		subleaf, out);
}

static int timed_read_file(
	struct tscal_platform *p, const char *path, void *buf, size_t size)
{
	TIMED(path, read_file, path, buf, size);
}

static int timed_adjtimex(struct tscal_platform *p, struct plat_timex *out)
{
	TIMED("adjtimex", adjtimex, out);
}

static int timed_page(struct tscal_platform *p, enum plat_page which,
	unsigned index, void *buf)
{
	TIMED("vDSO pages", page, which, index, buf);
}

static int timed_tsc_access(struct tscal_platform *p, enum plat_tsc_access *out)
{
	TIMED("prctl", tsc_access, out);
}

static int timed_counter_open(struct tscal_platform *p, enum plat_counter_id id,
	const struct plat_where *where, struct plat_counter *out)
{
	TIMED("bursts", counter_open, id, where, out);
}

static int timed_burst(struct tscal_platform *p, enum plat_counter_id id,
	struct plat_sample *buf, const struct plat_until *until)
{
	TIMED("bursts", burst, id, buf, until);
}

static void timed_wait(struct tscal_platform *p, uint64_t ns, bool spin)
{
	double start = clock_ms();

	(void)p;
	inner()->ops->wait(inner(), ns, spin);
	spent("the wait between the bursts", start);
}

static int one(void)
{
	struct plat_ops ops = *inner()->ops;
	struct tscal_platform timed = {.ops = &ops};
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_info info;
	double start, rest;
	int rc;

	ops.cpuid = timed_cpuid;
	ops.read_file = timed_read_file;
	ops.adjtimex = timed_adjtimex;
	ops.page = timed_page;
	ops.tsc_access = timed_tsc_access;
	ops.counter_open = timed_counter_open;
	ops.burst = timed_burst;
	ops.wait = timed_wait;
	opts.platform = &timed;
	opts.flags = TSCAL_OPT_NO_MEASURE;
	start = clock_ms();
	rc = tscal_calibrate(&opts, &info);
	rest = clock_ms() - start;
	if (rc)
		return 1;
	spent("all of it", start);
	for (size_t i = 0; i + 1 < n_steps; i++)
		rest -= steps[i].ms;
	for (size_t i = 0; i < n_steps; i++)
		printf("%u %.9f %s\n", steps[i].calls, steps[i].ms,
			steps[i].name);
	printf("1 %.9f arithmetic, sentences, first touch of memory\n", rest);
	return fflush(stdout) ? 1 : 0;
}

/* The figures of all processes, step by step; they come in one order. */
static double figures[STEPS_MAX][RUNS];

static bool take(const char *text, unsigned run)
{
	size_t i = 0;

	for (; *text && i < STEPS_MAX; i++) {
		struct step *s = &steps[i];
		int n = 0;

		if (sscanf(text, "%u %lf %71[^\n]%n", &s->calls, &s->ms,
			    s->name, &n) != 3)
			return false;
		figures[i][run] = s->ms;
		text += n + (text[n] == '\n');
	}
	/* A different number of steps: the machine changed. */
	if (run && i != n_steps)
		return false;
	n_steps = i;
	return true;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int by_time(const void *a, const void *b)
{
	return by_value(
		&((const struct step *)b)->ms, &((const struct step *)a)->ms);
}

int main(int argc, char **argv)
{
	static const char *const again[] = {"breakdown", "--one", NULL};
	char text[8192];
	double ms;

	if (argc == 2 && !strcmp(argv[1], "--one"))
		return one();
	if (argc != 1) {
		fputs("usage: breakdown\n", stderr);
		return 1;
	}
	for (unsigned run = 0; run < RUNS; run++)
		if (!fresh_run(NULL, again, text, sizeof(text), &ms) ||
			!take(text, run)) {
			fputs("breakdown: a process failed\n", stderr);
			return 1;
		}
	for (size_t i = 0; i < n_steps; i++) {
		qsort(figures[i], RUNS, sizeof(double), by_value);
		steps[i].ms = figures[i][(RUNS - 1) / 2];
	}
	qsort(steps, n_steps, sizeof(*steps), by_time);
	printf("%9s %5s  %s\n", "median ms", "calls", "step");
	for (size_t i = 0; i < n_steps; i++)
		printf("%9.4f %5u  %s\n", steps[i].ms, steps[i].calls,
			steps[i].name);
	return fflush(stdout) ? 1 : 0;
}
