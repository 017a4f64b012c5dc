/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The public functions around a run. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "calib/report.h"
#include "calib/judge/trust.h"
#include "calib/run.h"
#include "hv/scan.h"

struct tscal_report {
	struct run run;
	bool live;
	struct tscal_machine machine;
	struct tscal_fact facts[TRUST_FACTS];
};

/* Space on the stack for 1 or 2 counters: a passive run allocates nothing. */
static __attribute__((noinline)) int run_on_stack(
	struct run *run, const struct tscal_opts *opts)
{
	struct measure_space space;

	return run_all(run, opts, &space);
}

static __attribute__((noinline)) int run_on_more_stack(
	struct run *run, const struct tscal_opts *opts)
{
	struct measure_space space[2];

	return run_all(run, opts, space);
}

static int run_on_heap(struct run *run, const struct tscal_opts *opts, size_t n)
{
	struct measure_space *space = malloc(n * sizeof(*space));
	int rc = space ? run_all(run, opts, space) : -ENOMEM;

	free(space);
	return rc;
}

int tscal_calibrate_sized(const struct tscal_opts *opts,
	struct tscal_info *info, size_t info_size)
{
	size_t n = run_counters(opts);
	struct run run;
	int rc = n == 1	  ? run_on_stack(&run, opts)
		 : n == 2 ? run_on_more_stack(&run, opts)
			  : run_on_heap(&run, opts, n);

	if (rc)
		return rc;
	/* A caller built against a newer header finds zeros in the rest. */
	memset(info, 0, info_size);
	memcpy(info, &run.info,
		info_size < sizeof(*info) ? info_size : sizeof(*info));
	return 0;
}

static void describe(struct tscal_machine *m, const struct run *run)
{
	const struct facts *f = &run->facts;

	memcpy(m->cpu_vendor, f->cpu_vendor, sizeof(m->cpu_vendor));
	memcpy(m->cpu_brand, f->brand, sizeof(m->cpu_brand));
	m->family = f->family;
	m->model = f->model;
	m->stepping = f->stepping;
	memcpy(m->clocksource, f->clocksource, sizeof(m->clocksource));
	memcpy(m->available, f->available, sizeof(m->available));
	m->hv = run->hv.id;
}

static void set_facts(struct tscal_report *r)
{
	struct trust_view v = {
		.facts = &r->run.facts,
		.hv = &r->run.hv,
		.kernel = &r->run.kernel,
		.info = &r->run.info,
		.aux = r->run.cpus.aux,
	};

	trust_facts(&v, r->facts);
}

int tscal_report_new(const struct tscal_opts *opts, struct tscal_report **out)
{
	struct tscal_report *r = calloc(1, sizeof(*r));
	int rc = r ? run_on_heap(&r->run, opts, run_counters(opts)) : -ENOMEM;

	if (rc) {
		free(r);
		return rc;
	}
	r->live = strcmp(r->run.plat->ops->name, "replay") != 0;
	describe(&r->machine, &r->run);
	hv_describe(r->run.plat, &r->run.facts.evidence, &r->machine.hv);
	set_facts(r);
	*out = r;
	return 0;
}

enum tscal_source report_raw_source(const struct tscal_report *report)
{
	return raw_rate_second(&report->run.raw_rate, &report->run.measured)
		.source;
}

bool report_is_live(const struct tscal_report *report)
{
	return report->live;
}

void tscal_report_free(struct tscal_report *report)
{
	free(report);
}

const struct tscal_info *tscal_report_info(const struct tscal_report *report)
{
	return &report->run.info;
}

const struct tscal_machine *tscal_report_machine(
	const struct tscal_report *report)
{
	return &report->machine;
}

size_t tscal_report_count(const struct tscal_report *report)
{
	return report->run.n;
}

const struct tscal_line *tscal_report_line(
	const struct tscal_report *report, size_t i)
{
	return i < report->run.n ? &report->run.est[i].line : NULL;
}

size_t tscal_report_facts(const struct tscal_report *report)
{
	(void)report;
	return TRUST_FACTS;
}

const struct tscal_fact *tscal_report_fact(
	const struct tscal_report *report, size_t i)
{
	return i < TRUST_FACTS ? &report->facts[i] : NULL;
}
