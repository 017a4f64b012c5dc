/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * This machine's TSC, found out without tscal: what a test compares with, and
 * the only reasons for which one about the TSC may be skipped.
 */
#ifndef TSCAL_TESTS_TRUTH_TSC_H
#define TSCAL_TESTS_TRUTH_TSC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <x86intrin.h>

#define TRUTH_CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"
/* Hardware takes 10 to 40 ns; where RDTSC traps it is no clock. */
#define TRUTH_SLOW_NS 300.0

static inline int64_t truth_ns(int clock_id)
{
	struct timespec ts;

	clock_gettime(clock_id, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

struct truth_mark {
	int64_t ns;
	uint64_t earliest, latest; /* the TSC at ns is between */
};

/* The closest of many readings of a clock. */
static inline struct truth_mark truth_mark(int clock_id)
{
	struct truth_mark best = {0, 0, UINT64_MAX};

	for (int i = 0; i < 2000; i++) {
		struct truth_mark m;

		_mm_lfence();
		m.earliest = __rdtsc();
		_mm_lfence();
		m.ns = truth_ns(clock_id);
		_mm_lfence();
		m.latest = __rdtsc();
		if (m.latest - m.earliest < best.latest - best.earliest)
			best = m;
	}
	return best;
}

/* A line of a file, from the one that begins with the word. */
static inline bool truth_line(
	const char *path, const char *begin, char *line, size_t size)
{
	FILE *f = fopen(path, "r");
	bool found = false;

	while (f && !found && fgets(line, (int)size, f))
		found = !strncmp(line, begin, strlen(begin));
	if (f)
		fclose(f);
	if (found)
		line[strcspn(line, "\n")] = '\0';
	return found;
}

static inline bool truth_has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = text; (p = strstr(p, word)); p += n)
		if ((p == text || strchr(" \t:", p[-1])) &&
			(!p[n] || strchr(" \t", p[n])))
			return true;
	return false;
}

/* Why the TSC of this machine may have no rate or be no clock: "" if it must.
 */
static inline const char *truth_why_no_tsc(void)
{
	static char why[4200], flags[4096], list[256], now[64];
	double rdtsc_ns = 1e9;
	int mode = 0;

	*why = '\0';
	if (prctl(PR_GET_TSC, &mode) == 0 && mode != PR_TSC_ENABLE)
		return "RDTSC is disabled in this process";
	if (!truth_line("/proc/cpuinfo", "flags", flags, sizeof(flags)))
		return "/proc/cpuinfo cannot be read";
	if (!truth_has_word(flags, "tsc"))
		return "/proc/cpuinfo shows no TSC";
	if (!truth_line(TRUTH_CLOCKSOURCE "available_clocksource", "", list,
		    sizeof(list)) ||
		!truth_line(TRUTH_CLOCKSOURCE "current_clocksource", "", now,
			sizeof(now)))
		return "the kernel's clocksources cannot be read";
	if (!truth_has_word(list, "tsc"))
		snprintf(why, sizeof(why),
			"the kernel does not list tsc among its clocksources: "
			"%s",
			list);
	else if (strcmp(now, "tsc") && !truth_has_word(flags, "nonstop_tsc"))
		snprintf(why, sizeof(why),
			"the kernel's clocksource is %s, and the TSC is not "
			"invariant",
			now);
	if (*why)
		return why;
	/* The best of several: this may run beside other work. */
	for (int i = 0; i < 20; i++) {
		int64_t begin = truth_ns(CLOCK_MONOTONIC);
		double ns;

		for (int k = 0; k < 100; k++)
			(void)__rdtsc();
		ns = (double)(truth_ns(CLOCK_MONOTONIC) - begin) / 100;
		if (ns < rdtsc_ns)
			rdtsc_ns = ns;
	}
	if (rdtsc_ns > TRUTH_SLOW_NS)
		snprintf(
			why, sizeof(why), "RDTSC takes %.0f ns here", rdtsc_ns);
	return why;
}

#endif /* TSCAL_TESTS_TRUTH_TSC_H */
