/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Calibrating from several threads at once: a plain program, because ThreadSan
 * and Criterion do not go together. */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#ifdef WITH_PROBE
#include <tscal/probe.h>
#endif
#include <tscal/tscal.h>

#include "../live/live.h"

#define THREADS 4
#define ROUNDS 3
/* Exact sources agree to far less; a measurement between time slices of a busy
 * machine may not. */
#define FAR 1e-3

struct job {
	pthread_t thread;
	int rc;
	struct tscal_info info;
	int report_rc;
	struct tscal_info report;
};

/* A report, by a platform of this thread's own where there is one that binds
 * threads. */
static int report(struct tscal_info *info)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_report *r;
	int rc = 0;

#ifdef WITH_PROBE
	rc = tscal_platform_probe(TSCAL_PROBE_DEVICES, &opts.platform);
#endif
	if (!rc)
		rc = tscal_report_new(&opts, &r);
	if (!rc) {
		*info = *tscal_report_info(r);
		tscal_report_free(r);
	}
	tscal_platform_free(opts.platform);
	return rc;
}

static void *calibrate(void *arg)
{
	struct job *job = arg;

	for (int i = 0; i < ROUNDS && !job->rc && !job->report_rc; i++) {
		job->rc = tscal_calibrate(NULL, &job->info);
		job->report_rc = report(&job->report);
	}
	return NULL;
}

int main(void)
{
	struct job jobs[THREADS] = {0};
	double hz = 0;

	for (size_t i = 0; i < THREADS; i++)
		check(!pthread_create(
			      &jobs[i].thread, NULL, calibrate, &jobs[i]),
			"no thread");
	for (size_t i = 0; i < THREADS; i++) {
		check(!pthread_join(jobs[i].thread, NULL), "join");
		check(!jobs[i].rc, "%s", strerror(-jobs[i].rc));
		check(!jobs[i].report_rc, "%s", strerror(-jobs[i].report_rc));
		if (jobs[i].info.hz <= 0 || jobs[i].report.hz <= 0) {
			printf("too disturbed for a rate: %s\n",
				jobs[i].info.rate_sentence);
			continue;
		}
		if (hz <= 0)
			hz = jobs[i].info.hz;
		check(fabs(jobs[i].info.hz / hz - 1) < FAR &&
				fabs(jobs[i].report.hz / hz - 1) < FAR,
			"%.0f, %.0f and %.0f Hz", jobs[i].info.hz,
			jobs[i].report.hz, hz);
	}
	return 0;
}
