/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The least time in ms that a report takes with the default budget and every
 * counter: of several, since a busy host only adds to it. */
#include <stdio.h>
#include <time.h>

#include <tscal/probe.h>
#include <tscal/tscal.h>

#define TRIES 15

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

int main(void)
{
	double least = 1e9;

	for (int i = 0; i < TRIES; i++) {
		struct tscal_opts opts = TSCAL_OPTS_INIT;
		struct tscal_report *report;
		double begun, ms;

		if (tscal_platform_probe(TSCAL_PROBE_PORTS, &opts.platform))
			return 1;
		opts.flags = TSCAL_OPT_PIT;
		begun = now_ms();
		if (tscal_report_new(&opts, &report))
			return 1;
		ms = now_ms() - begun;
		least = ms < least ? ms : least;
		tscal_report_free(report);
		tscal_platform_free(opts.platform);
	}
	printf("%.3f\n", least);
	return 0;
}
