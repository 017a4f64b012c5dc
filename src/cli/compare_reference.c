/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The rates that errors are errors from.  No source of tscal has a part in
 * them: two reads that are far apart, and what the kernel wrote down.
 */
#include "cli/compare.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <time.h>

#include "cli/format.h"

/* Of an end: the tightest is kept.  About 1 ms. */
#define READS 10000
/* syslog(2). */
#define READ_ALL 3
#define SIZE_BUFFER 10

void raw_end_take(struct raw_end *end)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < READS; i++) {
		uint64_t before = tscal_rdtsc_ordered();
		struct timespec ts;
		uint64_t after;

		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		after = tscal_rdtsc_ordered();
		if (after - before >= best)
			continue;
		best = after - before;
		*end = (struct raw_end){before, after,
			ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec};
	}
}

void reference_raw(const struct raw_end *first, const struct raw_end *last,
	const char *clocksource, struct reference *out)
{
	/* A reading is cut to whole ns: each end may be 1 ns later. */
	double ns = (double)(last->ns - first->ns);
	double most = (double)(last->after - first->before);
	double least = (double)(last->before - first->after);
	char bound[32];

	*out = (struct reference){0};
	if (ns <= 1 || last->before <= first->after) {
		snprintf(out->sentence, sizeof(out->sentence),
			"the TSC or CLOCK_MONOTONIC_RAW went back meanwhile");
		return;
	}
	out->lo = least / (ns + 1) * 1e9;
	out->hi = most / (ns - 1) * 1e9;
	out->hz = (out->lo + out->hi) / 2;
	format_bound(bound, sizeof(bound), reference_ppm(out));
	snprintf(out->sentence, sizeof(out->sentence),
		"two reads of CLOCK_MONOTONIC_RAW between two of the TSC, %.1f "
		"s apart, prove +-%s ppm; nothing of tscal's estimating has a "
		"part in it%s%s",
		ns / 1e9, bound,
		strcmp(clocksource, "tsc") && *clocksource
			? "; that clock is run by clocksource "
			: "",
		strcmp(clocksource, "tsc") ? clocksource : "");
}

/* "tsc: Detected 2445.430 MHz processor", "tsc: Refined TSC clocksource
 * calibration: 2445.429 MHz" (Linux, arch/x86/kernel/tsc.c): with three digits
 * after the point, always. */
uint64_t khz_of_log_line(const char *line)
{
	static const char *const before[] = {
		"tsc: Detected ", "tsc: Refined TSC clocksource calibration: "};
	const char *at = NULL;
	unsigned long mhz, khz;
	char *end;

	for (size_t i = 0; i < 2 && !at; i++) {
		at = strstr(line, before[i]);
		if (at)
			at += strlen(before[i]);
	}
	if (!at || !isdigit((unsigned char)*at))
		return 0;
	mhz = strtoul(at, &end, 10);
	if (*end != '.' || mhz > 1000000)
		return 0;
	at = end + 1;
	khz = strtoul(at, &end, 10);
	if (end != at + 3 || !isdigit((unsigned char)*at) ||
		strncmp(end, " MHz", 4))
		return 0;
	return mhz * 1000 + khz;
}

/* The last line that names a rate: refining comes after detecting. */
static uint64_t khz_of_log(char *log, char *found, size_t size)
{
	uint64_t khz = 0;
	char *save, *line = strtok_r(log, "\n", &save);

	for (; line; line = strtok_r(NULL, "\n", &save)) {
		uint64_t here = khz_of_log_line(line);

		if (!here)
			continue;
		khz = here;
		snprintf(found, size, "%s", strstr(line, "tsc: "));
	}
	return khz;
}

/* So far apart they are of two machines: this one was moved, or resumed from a
 * snapshot, with the log of where it started. */
#define FAR_PPM 1000

void reference_compare(const struct reference *raw, struct reference *khz)
{
	double off_ppm;

	if (!(raw->hz > 0 && khz->hz > 0))
		return;
	off_ppm = (khz->hz / raw->hz - 1) * 1e6;
	if (fabs(off_ppm) < FAR_PPM)
		return;
	snprintf(khz->sentence, sizeof(khz->sentence),
		"the kernel's log names %.0f kHz, %+.0f ppm from raw: it is of "
		"another machine, from which this one was moved",
		khz->hz / 1e3, off_ppm);
	khz->hz = khz->lo = khz->hi = 0;
}

void reference_khz(struct reference *out)
{
	int size = klogctl(SIZE_BUFFER, NULL, 0), n;
	char *log = size > 0 ? malloc((size_t)size + 1) : NULL;
	char line[128] = "";
	uint64_t khz;

	*out = (struct reference){0};
	n = log ? klogctl(READ_ALL, log, size) : -1;
	if (n < 0) {
		free(log);
		snprintf(out->sentence, sizeof(out->sentence),
			"the kernel's log cannot be read here");
		return;
	}
	log[n] = '\0';
	khz = khz_of_log(log, line, sizeof(line));
	free(log);
	if (!khz) {
		snprintf(out->sentence, sizeof(out->sentence),
			"the kernel's log no longer says, or never did, at "
			"what rate it found the TSC");
		return;
	}
	/* What is declared is that very number; what it was made from may have
	 * been cut to it. */
	out->hz = (double)khz * 1e3;
	out->lo = out->hz - 500;
	out->hi = out->hz + 500;
	snprintf(out->sentence, sizeof(out->sentence),
		"the kernel's log: \"%s\"", line);
}
