/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * references HZ [RUNS]: how close each counter is to the truth by windows of
 * 1 to 100 ms, as JSON.  HZ: ticks per second of the timers; 0: not known.
 * CLOCK_MONOTONIC_RAW is compared with the kernel's own mult, which is its
 * truth. For a machine with such timers: bench/references/references.py boots
 * one.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tscal/probe.h>
#include <tscal/tscal.h>

#define RUNS_MAX 1000

static const unsigned windows_ms[] = {1, 3, 10, 30, 100};
static const enum tscal_source sources[] = {TSCAL_SOURCE_CLOCK_RAW,
	TSCAL_SOURCE_HPET, TSCAL_SOURCE_ACPI_PM, TSCAL_SOURCE_PIT};
#define N(table) (sizeof(table) / sizeof(*(table)))

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* "median" and "worst" of n values, which are sorted. */
static void print_spread(const char *name, double *v, size_t n)
{
	qsort(v, n, sizeof(*v), compare);
	printf(", \"%s\": {\"median\": %.6g, \"worst\": %.6g}", name,
		v[(n - 1) / 2], v[n - 1]);
}

static double spent_ms;

static struct tscal_report *ask(uint64_t only, unsigned window_ms)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_report *report;
	double begun;

	if (tscal_platform_probe(TSCAL_PROBE_PORTS, &opts.platform))
		exit(1);
	opts.only = only;
	opts.window_ms = window_ms;
	opts.budget_ms = window_ms > 10 ? 5 * window_ms : 50;
	opts.flags = TSCAL_OPT_PIT;
	begun = now_ms();
	if (tscal_report_new(&opts, &report))
		exit(1);
	spent_ms = now_ms() - begun;
	tscal_platform_free(opts.platform);
	return report;
}

static struct tscal_line line_of(
	const struct tscal_report *r, enum tscal_source id)
{
	for (size_t i = 0; i < tscal_report_count(r); i++)
		if (tscal_report_line(r, i)->id == id)
			return *tscal_report_line(r, i);
	exit(1);
}

/* The whole report, by all counters: the rate that it chose. */
static struct tscal_line chosen(const struct tscal_report *r)
{
	const struct tscal_info *info = tscal_report_info(r);
	struct tscal_line l = line_of(r, TSCAL_SOURCE_CLOCK_RAW);

	l.hz = info->hz;
	l.hz_lo = info->hz_lo;
	l.hz_hi = info->hz_hi;
	return l;
}

/* The kernel's exact rate: that of its mult and shift; 0 where hidden. */
static double exact_hz(void)
{
	struct tscal_report *r = ask(
		UINT64_C(1) << TSCAL_SOURCE_VDSO |
			UINT64_C(1) << TSCAL_SOURCE_CLOCK_RAW,
		10);
	double hz = line_of(r, TSCAL_SOURCE_VDSO).hz;

	tscal_report_free(r);
	return hz;
}

/* TSCAL_SOURCE_NONE: the whole report. */
static void measure(
	enum tscal_source id, unsigned window_ms, double truth_hz, int runs)
{
	static double error[RUNS_MAX], bounds[RUNS_MAX], call[RUNS_MAX],
		window[RUNS_MAX];
	struct tscal_line l = {0};
	size_t n = 0, held = 0;
	double worst = -1, its_bounds = 0;

	for (int i = 0; i < runs; i++) {
		struct tscal_report *r = ask(
			id ? UINT64_C(1) << id : 0, window_ms);

		l = id ? line_of(r, id) : chosen(r);
		tscal_report_free(r);
		if (!(l.hz > 0)) {
			fprintf(stderr, "%s, %u ms: %s\n", l.name, window_ms,
				l.sentence);
			continue;
		}
		error[n] = fabs(l.hz / truth_hz - 1) * 1e6;
		bounds[n] = (l.hz_hi - l.hz_lo) / 2 / l.hz * 1e6;
		if (error[n] > worst) {
			worst = error[n];
			its_bounds = bounds[n];
		}
		window[n] = l.ms;
		call[n++] = spent_ms;
		held += l.hz_lo <= truth_hz && truth_hz <= l.hz_hi;
	}
	printf("{\"source\": \"%s\", \"window_ms\": %u, \"runs\": %d, "
	       "\"answered\": %zu, \"held\": %zu",
		id ? tscal_source_str(id) : "report", window_ms, runs, n, held);
	if (n) {
		print_spread("error_ppm", error, n);
		print_spread("bounds_ppm", bounds, n);
		print_spread("measured_ms", window, n);
		print_spread("call_ms", call, n);
		printf(", \"bounds_of_worst_ppm\": %.6g", its_bounds);
	} else {
		printf(", \"status\": \"%s\"", tscal_status_str(l.status));
	}
	printf("}");
}

int main(int argc, char **argv)
{
	double timers_hz = argc > 1 ? strtod(argv[1], NULL) : 0;
	int runs = argc > 2 ? atoi(argv[2]) : 20;
	double raw_hz = exact_hz();

	if (argc < 2 || runs < 1 || runs > RUNS_MAX) {
		fprintf(stderr, "usage: references HZ [RUNS]\n");
		return 1;
	}
	printf("{\"schema\": \"tscal.bench.references/1\", \"rows\": [");
	for (size_t s = 0; s < N(sources); s++)
		for (size_t w = 0; w < N(windows_ms); w++) {
			bool raw = sources[s] == TSCAL_SOURCE_CLOCK_RAW;

			printf("%s\n", s || w ? "," : "");
			measure(sources[s], windows_ms[w],
				raw ? raw_hz : timers_hz, runs);
			fflush(stdout);
		}
	printf(",\n");
	measure(TSCAL_SOURCE_NONE, 10, raw_hz, runs);
	printf("\n]}\n");
	return 0;
}
