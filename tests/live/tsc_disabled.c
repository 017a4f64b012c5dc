/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A process for which RDTSC was disabled (prctl PR_SET_TSC): the instruction
 * raises SIGSEGV, and so do the vDSO's clocks, which use it.  tscal reports it
 * and survives.  The setting survives execve(2); where a path is given the
 * program disables RDTSC and executes it.  (Debian 12's dynamic loader itself
 * executes RDTSC, so that can only be a static program.)
 */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <time.h>

#include <tscal/tscal.h>

#include "live.h"

static void calibrate(const struct tscal_opts *opts)
{
	struct tscal_info info;
	int rc = tscal_calibrate(opts, &info);

	check(!rc, "%s", strerror(-rc));
	check(info.use == TSCAL_USE_NO, "use %s: %s", tscal_use_str(info.use),
		info.use_sentence);
	check(strstr(info.use_sentence, "PR_SET_TSC"), "%s", info.use_sentence);
	check(info.rdtsc_ns < 0, "RDTSC took %g ns", info.rdtsc_ns);
}

/* A clock works all the same, by system calls, and reports why. */
static void read_clock(void)
{
	static struct tscal_clock clk;
	struct tscal_conv_meta meta;
	struct tscal_interval iv;
	int64_t ns, last = 0;
	int rc = tscal_clock_init(&clk, CLOCK_MONOTONIC, NULL, NULL);

	check(rc == TSCAL_CLOCK_ON_SYSTEM, "%d", rc);
	check(strstr(tscal_clock_why(&clk), "PR_SET_TSC"), "%s",
		tscal_clock_why(&clk));
	for (int i = 0; i < 10; i++) {
		ns = i % 2 ? tscal_now(&clk) : tscal_now_ordered(&clk);
		check(ns >= last && ns > 0, "%ld after %ld", ns, last);
		last = ns;
	}
	check(!tscal_clock_interval(&clk, &iv), "no interval");
	check(iv.reading == TSCAL_READING_SYSTEM, "%d", iv.reading);
	/* A program needs no other code for it. */
	check(!tscal_clock_update(&clk), "not updated");
	check(!tscal_clock_thread_start(&clk, NULL), "not started");
	check(!tscal_clock_thread_stop(&clk), "not stopped");
	check(tscal_clock_conv(&clk, &meta) == -ENODATA, "a converter");
	check(!tscal_clock_mock(&clk, 42), "not mocked");
	check(tscal_now(&clk) == 42, "%ld", tscal_now(&clk));
	check(!tscal_clock_interval(&clk, &iv), "no interval");
	check(iv.earliest_ns <= 42 && iv.latest_ns >= 42, "another time");
	check(tscal_clock_conv(&clk, &meta) == -ENODATA, "a converter");
	tscal_clock_fini(&clk);
}

int main(int argc, char **argv)
{
	struct tscal_opts quick = TSCAL_OPTS_INIT, survey = TSCAL_OPTS_INIT;
	struct tscal_report *report;
	int mode;

	/* The second time around, after execve(2), it is set already. */
	if (prctl(PR_GET_TSC, &mode, 0, 0, 0) ||
		prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0))
		skip("PR_SET_TSC: %s", strerror(errno));
	if (argc > 1 && mode == PR_TSC_ENABLE) {
		execv(argv[1], argv + 1);
		check(0, "%s: %s", argv[1], strerror(errno));
	}
	calibrate(NULL);
	quick.flags = TSCAL_OPT_NO_MEASURE;
	calibrate(&quick);
	survey.flags = TSCAL_OPT_SURVEY;
	calibrate(&survey);
	check(!tscal_report_new(NULL, &report), "no report");
	tscal_report_free(report);
	read_clock();
	/* Only now: a line to standard output does not read the clock. */
	printf("RDTSC was %s before, and is disabled\n",
		mode == PR_TSC_SIGSEGV ? "disabled" : "enabled");
	return 0;
}
