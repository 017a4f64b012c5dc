/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* One calibration in one process: taken there, started from here. */
#include <errno.h>
#include <string.h>

#include "calibration.h"
#include "fresh.h"
#ifdef TSCAL_BENCH_PROBE
#include <dlfcn.h>
#include <tscal/probe.h>
#endif

/* What passes between the two processes. */
#define FORMAT_OUT "%s %.17g %.17g %.17g %.17g\n"
#define FORMAT_IN "%23s %lf %lf %lf %lf"
#define LINE_MAX_BYTES 256

int platform_new(bool devices, struct tscal_platform **out)
{
	*out = NULL;
	if (!devices)
		return 0;
#ifdef TSCAL_BENCH_PROBE
	void *lib = dlopen(TSCAL_BENCH_PROBE, RTLD_NOW);
	int (*probe)(enum tscal_probe, struct tscal_platform **);

	if (!lib)
		return -EOPNOTSUPP;
	/* A function's address in an object pointer: as dlsym(3) shows. */
	*(void **)&probe = dlsym(lib, "tscal_platform_probe");
	return probe ? probe(TSCAL_PROBE_DEVICES, out) : -EOPNOTSUPP;
#else
	return -EOPNOTSUPP;
#endif
}

/* The call that a program makes: no line per source, nothing allocated. */
static int take_info(const struct tscal_opts *opts, struct sample *s)
{
	struct tscal_info info = {.source = TSCAL_SOURCE_NONE};
	double start = clock_ms();
	int rc = tscal_calibrate(opts, &info);

	s->call_ms = clock_ms() - start;
	if (rc)
		return rc;
	strcpy(s->source, tscal_source_str(info.source));
	s->hz = info.hz;
	s->lo = info.hz_lo;
	s->hi = info.hz_hi;
	return 0;
}

/* One source of a report that asks no other. */
static int take_source(const struct tscal_opts *opts, enum tscal_source source,
	struct sample *s)
{
	struct tscal_report *report;
	double start = clock_ms();
	int rc = tscal_report_new(opts, &report);

	s->call_ms = clock_ms() - start;
	if (rc)
		return rc;
	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *l = tscal_report_line(report, i);

		if (l->id != source)
			continue;
		strcpy(s->source, l->name);
		s->hz = l->hz;
		s->lo = l->hz_lo;
		s->hi = l->hz_hi;
	}
	tscal_report_free(report);
	return 0;
}

int sample_here(const struct options *o, const struct what *what)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct sample s = {.source = "none"};
	int rc = platform_new(o->devices, &opts.platform);

	if (rc)
		return rc;
	opts.flags = what->no_measure ? TSCAL_OPT_NO_MEASURE : 0;
	opts.window_ms = o->window_ms;
	/* Room for a window of any length, sampled again and again. */
	opts.budget_ms = o->window_ms > 10 ? 5 * o->window_ms : 0;
	if (what->source) {
		opts.only = UINT64_C(1) << what->source;
		rc = take_source(&opts, what->source, &s);
	} else {
		rc = take_info(&opts, &s);
	}
	if (!rc)
		printf(FORMAT_OUT, s.source, s.hz, s.lo, s.hi, s.call_ms);
	tscal_platform_free(opts.platform);
	return rc;
}

bool sample_elsewhere(
	const struct options *opts, const struct what *what, struct sample *out)
{
	const char *name = what->window_ms ? tscal_source_str(what->source)
					   : what->name;
	unsigned window_ms = what->window_ms ? what->window_ms
					     : opts->window_ms;
	const char *argv[8] = {"calibration", "--one", name};
	char line[LINE_MAX_BYTES], window[16], program[512];
	size_t n = 3;

	memset(out, 0, sizeof(*out));
	if (window_ms) {
		snprintf(window, sizeof(window), "%u", window_ms);
		argv[n++] = "--window-ms";
		argv[n++] = window;
	}
	if (what->devices)
		argv[n++] = "--devices";
	if (what->peer) {
		snprintf(program, sizeof(program), "%s/calibrate_%s",
			TSCAL_BENCH_PEERS, what->name);
		argv[1] = NULL;
	}
	return fresh_run(what->peer ? program : NULL, argv, line, sizeof(line),
		       &out->process_ms) &&
	       sscanf(line, FORMAT_IN, out->source, &out->hz, &out->lo,
		       &out->hi, &out->call_ms) == 5 &&
	       out->hz > 0;
}
