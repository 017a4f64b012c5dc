/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The verdict on all pairs and its sentence, of runs made by hand. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <math.h>

#include "probe/sync.h"

#define CPUS 4
#define PAIRS 3

static uint64_t now_ns(struct tscal_platform *p)
{
	(void)p;
	return 7000000;
}

static const struct plat_ops ops = {.now_ns = now_ns};

/* CPUs 0, 2, 4, 6; the first of them with each other one; 1 GHz. */
struct made {
	struct sync_cpu cpu[CPUS];
	struct measured_pair raw[PAIRS];
	struct tscal_sync_pair pair[PAIRS + 1];
	struct tscal_sync_result r;
	struct tscal_platform plat;
	struct sync_run s;
};

static void make(struct made *m, size_t cpus, size_t pairs)
{
	*m = (struct made){.plat = {.ops = &ops}};
	for (size_t i = 0; i < CPUS; i++) {
		m->cpu[i].cpu = (struct tscal_sync_cpu){
			(int32_t)(2 * i), -1, -1, pairs && i <= pairs};
		m->cpu[i].allowed = true;
	}
	for (size_t i = 0; i < PAIRS; i++)
		m->raw[i] = (struct measured_pair){
			{0, (uint32_t)i + 1}, {.rounds = 99,
						      .lo = -40,
						      .hi = 50 + (int64_t)i,
						      .ticks = 3000000,
						      .ns = 3000000,
						      .aux = 1}};
	m->r = (struct tscal_sync_result){.cpus = {m->cpu, cpus, 0, ""},
		.n = pairs,
		.raw = m->raw,
		.pair = m->pair};
	m->s = (struct sync_run){
		.r = &m->r, .plat = &m->plat, .begun_ns = 1000000};
}

static void owed(struct made *m, enum tscal_sync_verdict verdict, int worst_b,
	double worst_ns, const char *sentence)
{
	struct tscal_sync_info *info = &m->r.info;

	sync_judge(&m->s);
	cr_expect(eq(int, (int)info->verdict, (int)verdict), "%s", sentence);
	cr_expect(eq(i32, info->worst_a, worst_b < 0 ? -1 : 0), "%s", sentence);
	cr_expect(eq(i32, info->worst_b, worst_b), "%s", sentence);
	cr_expect(fabs(info->worst_ns - worst_ns) < 1e-6, "%s: %f", sentence,
		info->worst_ns);
	cr_expect(eq(str, info->sentence, (char *)sentence));
	cr_expect(fabs(info->ms - 6) < 1e-9);
}

Test(sync_judge, synchronised_with_the_worst_pair_named)
{
	struct made m;

	make(&m, CPUS, PAIRS);
	owed(&m, TSCAL_SYNC_SYNCHRONISED, 6, 52,
		"No two TSCs of the 4 compared CPUs are proven to differ; the "
		"offset is 52 ns at most (CPUs 0 and 6).");
	cr_expect(eq(u32, m.r.info.visited, 4));
	cr_expect(eq(u32, m.r.info.pairs, 3));
	cr_expect(eq(int, m.r.info.tsc_aux, 1));
	cr_expect(fabs(m.pair[0].offset_lo_ns + 40) < 1e-6);
}

Test(sync_judge, skewed_names_the_worst_of_those_that_are)
{
	struct made m;

	make(&m, CPUS, PAIRS);
	m.raw[0].found.hi = 9000;
	m.raw[1].found.lo = 300;
	m.raw[1].found.hi = 360;
	m.raw[1].found.apart = 300;
	m.raw[1].found.aux = 0;
	owed(&m, TSCAL_SYNC_SKEWED, 4, 360,
		"CPU 4 is ahead of CPU 0 by 300 to 360 ns: a stamp is a time "
		"only on the CPU that took it.");
	cr_expect(eq(int, m.r.info.tsc_aux, 0));
	/* Also when the test ended early. */
	m.s.ended = true;
	sync_judge(&m.s);
	cr_expect(eq(int, (int)m.r.info.verdict, TSCAL_SYNC_SKEWED));
}

Test(sync_judge, a_warp_alone_is_a_skew)
{
	struct made m;

	make(&m, 2, 1);
	m.raw[0].found.warp = 70;
	owed(&m, TSCAL_SYNC_SKEWED, 2, 70,
		"A stamp of CPU 0 or 2 was 70 ns below an earlier one of the "
		"other: a stamp is a time only on the CPU that took it.");
	/* A TSC that stands still has no rounds, and so no bounds. */
	m.raw[0].found = (struct plat_pair){
		.warp = 70, .ticks = 3000000, .ns = 3000000};
	m.r.info = (struct tscal_sync_info){0};
	owed(&m, TSCAL_SYNC_SKEWED, 2, -1,
		"A stamp of CPU 0 or 2 was 70 ns below an earlier one of the "
		"other: a stamp is a time only on the CPU that took it.");
	cr_expect(isnan(m.pair[0].offset_lo_ns));
	cr_expect(fabs(m.pair[0].warp_ns - 70) < 1e-6);
	/* Nor a rate, where it is that of the first CPU. */
	m.raw[0].found.ticks = 0;
	m.r.info = (struct tscal_sync_info){0};
	owed(&m, TSCAL_SYNC_SKEWED, 2, -1,
		"The TSCs of CPUs 0 and 2 differ by 70 ticks or more: a stamp "
		"is a time only on the CPU that took it.");
}

Test(sync_judge, a_pair_that_hardly_ever_ran_together)
{
	struct made m;

	make(&m, CPUS, PAIRS);
	m.raw[1].found.hi = 20000;
	owed(&m, TSCAL_SYNC_UNKNOWN, 6, 52,
		"CPUs 0 and 4 hardly ever ran at the same time, so their "
		"offset is not known: run it again with more time, or when "
		"the machine is less busy.");
	make(&m, 2, 1);
	m.raw[0].found.rounds = 0;
	owed(&m, TSCAL_SYNC_UNKNOWN, -1, -1,
		"CPUs 0 and 2 hardly ever ran at the same time, so their "
		"offset is not known: run it again with more time, or when "
		"the machine is less busy.");
}

/* The first CPU's TSC was written meanwhile: the rate is that of another pair,
 * and without one no bound is known in ns. */
Test(sync_judge, a_rate_that_no_tsc_has)
{
	struct made m;

	make(&m, CPUS, PAIRS);
	m.raw[1].found.ns++;
	m.raw[1].found.ticks = UINT64_MAX;
	owed(&m, TSCAL_SYNC_SYNCHRONISED, 6, 52,
		"No two TSCs of the 4 compared CPUs are proven to differ; the "
		"offset is 52 ns at most (CPUs 0 and 6).");
	make(&m, 2, 1);
	m.raw[0].found.lo = -9000000;
	m.raw[0].found.ticks = UINT64_MAX;
	owed(&m, TSCAL_SYNC_UNKNOWN, -1, -1,
		"CPUs 0 and 2 hardly ever ran at the same time, so their "
		"offset is not known: run it again with more time, or when "
		"the machine is less busy.");
}

Test(sync_judge, ended_before_all_were_compared)
{
	struct made m;

	make(&m, CPUS, 1);
	m.s.ended = true;
	m.s.at = 1;
	m.s.n_todo = PAIRS;
	owed(&m, TSCAL_SYNC_UNKNOWN, 2, 50,
		"Of 3 pairs of CPUs 1 were compared before the time was over "
		"or the test was ended.");
}

Test(sync_judge, one_cpu)
{
	struct made m;

	make(&m, 1, 0);
	owed(&m, TSCAL_SYNC_SYNCHRONISED, -1, -1, "There is one CPU.");
	cr_expect(eq(int, m.r.info.tsc_aux, -1));
	make(&m, CPUS, 0);
	owed(&m, TSCAL_SYNC_UNKNOWN, -1, -1,
		"Only one of 4 CPUs can be used by this process: there is "
		"nothing to compare it with.");
}

Test(sync_judge, what_was_refused)
{
	struct made m;

	make(&m, 2, 0);
	m.s.ended = true;
	m.s.n_todo = 1;
	m.s.thread_rc = -EAGAIN;
	owed(&m, TSCAL_SYNC_UNKNOWN, -1, -1,
		"The TSCs were not compared: no thread could be started "
		"(Resource temporarily unavailable).");
	make(&m, CPUS, 1);
	m.s.ended = true;
	m.s.at = 1;
	m.s.n_todo = PAIRS;
	m.s.thread_rc = -EAGAIN;
	owed(&m, TSCAL_SYNC_UNKNOWN, 2, 50,
		"Of 3 pairs of CPUs 1 were compared: then no thread could be "
		"started (Resource temporarily unavailable).");
	make(&m, 2, 0);
	m.r.cpus.allowed_rc = -EPERM;
	owed(&m, TSCAL_SYNC_UNKNOWN, -1, -1,
		"The TSCs were not compared: the kernel does not tell which "
		"CPUs this process may use (Operation not permitted).");
	/* Nor are they visible. */
	make(&m, 0, 0);
	m.r.cpus.allowed_rc = -EPERM;
	owed(&m, TSCAL_SYNC_UNKNOWN, -1, -1,
		"The TSCs were not compared: the kernel does not tell which "
		"CPUs this process may use (Operation not permitted).");
	make(&m, CPUS, 0);
	m.cpu[1].lost = m.cpu[2].lost = true;
	owed(&m, TSCAL_SYNC_UNKNOWN, -1, -1,
		"The TSCs were not compared: no thread could be kept on CPU "
		"2.");
	make(&m, CPUS, 0);
	m.s.ended = m.s.no_tsc = true;
	owed(&m, TSCAL_SYNC_UNKNOWN, -1, -1,
		"RDTSC is disabled for this process (PR_SET_TSC): the TSCs "
		"cannot be compared.");
}
