/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The platform that answers from a recording. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include <tscal/calibrate.h>

#include "plat/plat.h"
#include "unit/temp_file.h"

#define HEAD "tscal-recording 1\n"

static char err[300];

TestSuite(replay, .init = setup, .fini = teardown, .timeout = 60);

static struct tscal_platform *replay_text(const char *text)
{
	struct tscal_platform *p;
	FILE *f = fopen(path, "w");
	int rc;

	fputs(text, f);
	fclose(f);
	memset(err, '#', sizeof(err));
	rc = tscal_platform_replay(path, &p, err, sizeof(err));
	cr_assert(zero(int, rc), "%s", err);
	cr_assert(eq(str, err, ""));
	return p;
}

Test(replay, what_is_not_recorded_is_not_zero)
{
	struct tscal_platform *p = replay_text(HEAD "end\n");
	const struct plat_ops *ops = p->ops;
	enum plat_tsc_access access;
	struct plat_perf_page perf;
	struct plat_sample sample;
	struct plat_counter counter;
	struct plat_cpuid regs;
	struct plat_timex timex;
	char page[PLAT_PAGE_SIZE];
	uint64_t msr;
	uint32_t khz, cpu;
	const struct plat_pair_until pair_until = {.ns = 1, .rounds = 1};
	struct plat_pair pair;

	cr_assert(eq(sz, ops->size, sizeof(struct plat_ops)));
	cr_assert(eq(int, ops->cpuid(p, 0, 0, &regs), -ENODATA));
	cr_assert(eq(int, ops->rdmsr(p, 0, 0x10, &msr), -ENODATA));
	cr_assert(eq(int, ops->read_file(p, "/x", page, 9), -ENODATA));
	cr_assert(eq(int, ops->adjtimex(p, &timex), -ENODATA));
	cr_assert(eq(int, ops->page(p, PLAT_PAGE_VVAR, 0, page), -ENODATA));
	cr_assert(eq(int, ops->perf_page(p, &perf), -ENODATA));
	cr_assert(eq(int, ops->kvm_tsc_khz(p, &khz), -ENODATA));
	cr_assert(eq(int, ops->tsc_access(p, &access), -ENODATA));
	cr_assert(eq(int, ops->cpus(p, &cpu, 1), -ENODATA));
	cr_assert(eq(int, ops->pair(p, 0, 1, &pair_until, &pair), -ENODATA));
	for (int c = 0; c <= PLAT_COUNTER_COUNT; c++) {
		const struct plat_until until = {.reads = 1, .ns = 1};
		enum plat_counter_id id = (enum plat_counter_id)c;

		cr_assert(eq(int, ops->counter_open(p, id, NULL, &counter),
			-ENODATA));
		cr_assert(
			eq(int, ops->burst(p, id, &sample, &until), -ENODATA));
	}
	cr_assert(zero(int, tscal_platform_free(p)));
}

Test(replay, a_machine_of_which_nothing_is_known_has_no_rate)
{
	struct tscal_platform *p = replay_text(HEAD "end\n");
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_info info;

	opts.platform = p;
	cr_assert(zero(int, tscal_calibrate(&opts, &info)));
	cr_assert(eq(int, info.rate, TSCAL_RATE_NONE));
	cr_assert(zero(int, tscal_platform_free(p)));
}

/* The lines that a report has on a machine with these samples. */
static struct tscal_line clock_raw_of(const char *samples)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_report *report;
	struct tscal_line line = {0};
	char text[1000];

	snprintf(text, sizeof(text),
		HEAD "counter clock-raw: num=1000000000 den=1 width=64 spin=0\n"
		     "%send\n",
		samples);
	opts.platform = replay_text(text);
	cr_assert(zero(int, tscal_report_new(&opts, &report)));
	for (size_t i = 0; i < tscal_report_count(report); i++)
		if (tscal_report_line(report, i)->id == TSCAL_SOURCE_CLOCK_RAW)
			line = *tscal_report_line(report, i);
	tscal_report_free(report);
	cr_assert(zero(int, tscal_platform_free(opts.platform)));
	return line;
}

Test(replay, a_burst_that_is_not_recorded_is_no_read_that_failed)
{
	struct tscal_line l = clock_raw_of(
		"samples clock-raw 0: 2000000000/1000000000/60 120/60/60\n");

	cr_assert(eq(int, l.status, TSCAL_STATUS_ABSENT), "%s", l.sentence);
	cr_assert(not(zero(ptr, strstr(l.sentence, "in the recording"))));
}

Test(replay, a_burst_without_samples_is_no_error_0)
{
	struct tscal_line l = clock_raw_of("samples clock-raw 0:\n"
					   "samples clock-raw 1:\n"
					   "samples clock-raw 2:\n"
					   "samples clock-raw 3:\n");

	cr_assert(eq(int, l.status, TSCAL_STATUS_UNSTABLE), "%s", l.sentence);
	cr_assert(zero(ptr, strstr(l.sentence, "error")));
}

Test(replay, reads_that_failed_are_an_error)
{
	struct tscal_line l = clock_raw_of("samples clock-raw 0: -EIO\n"
					   "samples clock-raw 1: -EIO\n");

	cr_assert(eq(int, l.status, TSCAL_STATUS_ERROR), "%s", l.sentence);
}

Test(replay, adjtimex_answers_in_order_and_then_repeats_the_last)
{
#define TIMEX(n, freq)                                                         \
	"adjtimex " n ": state=0 status=0x1 freq=" freq                        \
	" offset_ns=0 tick=10000 maxerror_us=1 tai=0\n"
	struct tscal_platform *p = replay_text(
		HEAD TIMEX("1", "20") TIMEX("0", "10") "end\n");
	struct plat_timex t = {0};

	for (int i = 0; i < 4; i++) {
		cr_assert(zero(int, p->ops->adjtimex(p, &t)));
		cr_assert(eq(i64, t.freq, i ? 20 : 10));
	}
	cr_assert(zero(int, tscal_platform_free(p)));
}

/* Whether other counters are read in between, and how often, must not matter:
 * a disturbed window takes more bursts than a quiet one. */
Test(replay, each_counter_has_its_own_sequence_of_bursts)
{
	struct tscal_platform *p = replay_text(
		HEAD "samples clock-raw 0: 100/7/1 10/1/2\n"
		     "samples clock-raw 1: 500/8/1\n"
		     "samples clock-raw 2: -EIO\n"
		     "samples clock-raw 3:\n"
		     "samples rdtsc 0: 1/1/1 1/1/1 1/1/1\n"
		     "end\n");
	struct plat_sample s[4];

#define BURST(id, max)                                                         \
	p->ops->burst(p, id, s, &(struct plat_until){.reads = (max)})
	cr_assert(eq(int, BURST(PLAT_COUNTER_CLOCK_RAW, 4), 2));
	cr_assert(eq(u64, s[1].tsc_before, 110));
	cr_assert(eq(u64, s[1].ref, 8));
	cr_assert(eq(u64, s[1].tsc_after, 112));
	cr_assert(eq(int, BURST(PLAT_COUNTER_RDTSC, 2), 2), "max is 2");
	cr_assert(eq(int, BURST(PLAT_COUNTER_CLOCK_RAW, 4), 1));
	cr_assert(eq(u64, s[0].tsc_before, 500));
	cr_assert(eq(int, BURST(PLAT_COUNTER_CLOCK_RAW, 4), -EIO));
	cr_assert(eq(int, BURST(PLAT_COUNTER_RDTSC, 2), -ENODATA));
	cr_assert(eq(int, BURST(PLAT_COUNTER_CLOCK_RAW, 4), 0));
	cr_assert(eq(int, BURST(PLAT_COUNTER_CLOCK_RAW, 4), -ENODATA));
	cr_assert(eq(int, BURST(PLAT_COUNTER_CLOCK_RAW, 4), -ENODATA));
	cr_assert(zero(int, tscal_platform_free(p)));
}

Test(replay, returns_as_much_of_a_file_as_fits)
{
	struct tscal_platform *p = replay_text(
		HEAD "file \"/f\": \"abcdef\"\n"
		     "file \"/secret\": -EACCES\nend\n");
	char buf[8] = "#######";

	cr_assert(eq(int, p->ops->read_file(p, "/f", buf, 3), 3));
	cr_assert(eq(str, buf, "abc####"));
	cr_assert(eq(int, p->ops->read_file(p, "/f", buf, 7), 6));
	cr_assert(eq(int, p->ops->read_file(p, "/secret", buf, 7), -EACCES));
	cr_assert(zero(int, tscal_platform_free(p)));
}

Test(replay, time_does_not_advance)
{
	struct tscal_platform *p = replay_text(HEAD "end\n");

	cr_assert(zero(u64, p->ops->now_ns(p)));
	p->ops->wait(p, UINT64_C(3600) * 1000000000, true);
	cr_assert(zero(u64, p->ops->now_ns(p)));
	cr_assert(zero(int, tscal_platform_free(p)));
}
