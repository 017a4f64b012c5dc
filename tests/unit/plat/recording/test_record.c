/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A recording answers as the platform did that was recorded. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "plat/sim/sim.h"
#include "unit/plat/recording/recorder.h"

TestSuite(record, .init = setup, .fini = teardown, .timeout = 60);

/* A simulated machine whose counters, MSRs and NTP are set here. */
static struct sim sim;
static struct plat_ops ops;
static size_t asked_max;
static unsigned calls;

static int fake_burst(struct tscal_platform *p, enum plat_counter_id id,
	struct plat_sample *buf, const struct plat_until *until)
{
	size_t max = until->reads;

	(void)p;
	asked_max = max;
	if (id == PLAT_COUNTER_RDTSC)
		return -EIO;
	for (size_t i = 0; i < max; i++, calls++)
		buf[i] = (struct plat_sample){UINT64_MAX - 1000 + calls * 26,
			calls * 10, UINT64_MAX - 990 + calls * 26};
	return (int)max;
}

static int fake_open(struct tscal_platform *p, enum plat_counter_id id,
	const struct plat_where *where, struct plat_counter *out)
{
	(void)p, (void)where;
	if (id == PLAT_COUNTER_RDTSC)
		return -EACCES;
	*out = (struct plat_counter){
		.num = 14318180, .den = 7, .width = 32, .spin = true};
	return 0;
}

static int fake_adjtimex(struct tscal_platform *p, struct plat_timex *out)
{
	(void)p;
	*out = (struct plat_timex){.status = 0x2001,
		.freq = -1 - (int64_t)calls++,
		.offset_ns = -5,
		.tick = 10000,
		.maxerror_us = 1 << 30,
		.tai = 37};
	return 0;
}

static int fake_rdmsr(
	struct tscal_platform *p, unsigned cpu, uint32_t msr, uint64_t *value)
{
	(void)p;
	if (cpu)
		return -ENXIO;
	*value = UINT64_C(0x123456789abcdef0) + msr;
	return 0;
}

static struct tscal_platform *machine(void)
{
	sim_init(&sim);
	ops = *sim.plat.ops;
	ops.burst = fake_burst;
	ops.counter_open = fake_open;
	ops.adjtimex = fake_adjtimex;
	ops.rdmsr = fake_rdmsr;
	sim.plat.ops = &ops;
	return &sim.plat;
}

/* What a platform answers to one question of each kind, and some twice. */
struct answers {
	int rc[26];
	struct plat_cpuid regs[5];
	uint64_t msr[2];
	char file[3][16];
	char page[PLAT_PAGE_SIZE];
	struct plat_timex timex[3];
	struct plat_perf_page perf;
	uint32_t khz;
	enum plat_tsc_access access;
	struct plat_counter counter[2];
	struct plat_sample samples[2][200];
};

static void ask_all(struct tscal_platform *p, struct answers *a)
{
	const struct plat_until until = {.reads = 200, .ns = 1}, none = {0};
	const struct plat_ops *o = p->ops;
	int n = 0;

	memset(a, 0, sizeof(*a));
	a->rc[n++] = o->cpuid(p, 0, 0, &a->regs[0]);
	a->rc[n++] = o->cpuid(p, 0xd, 1, &a->regs[1]);
	a->rc[n++] = o->cpuid(p, 0x40000000, 0, &a->regs[2]);
	a->rc[n++] = o->xen_cpuid(p, 0x40000000, 0, &a->regs[3]);
	a->rc[n++] = o->xen_cpuid(p, 0x40000003, 1, &a->regs[4]);
	a->rc[n++] = o->rdmsr(p, 0, 0xce, &a->msr[0]);
	a->rc[n++] = o->rdmsr(p, 1, 0xce, &a->msr[1]);
	/* A small buffer first must not cut what is recorded. */
	a->rc[n++] = o->read_file(p, "/long", a->file[0], 3);
	a->rc[n++] = o->read_file(p, "/long", a->file[1], 16);
	a->rc[n++] = o->read_file(p, "/denied", a->file[2], 16);
	for (unsigned i = 0; i < 3; i++)
		a->rc[n++] = o->page(p, PLAT_PAGE_VVAR, i, a->page);
	a->rc[n++] = o->page(p, PLAT_PAGE_VVAR_VCLOCK, 0, a->page);
	for (int i = 0; i < 3; i++)
		a->rc[n++] = o->adjtimex(p, &a->timex[i]);
	a->rc[n++] = o->perf_page(p, &a->perf);
	a->rc[n++] = o->kvm_tsc_khz(p, &a->khz);
	a->rc[n++] = o->tsc_access(p, &a->access);
	for (int i = 0; i < 2; i++)
		a->rc[n++] = o->counter_open(
			p, (enum plat_counter_id)i, NULL, &a->counter[i]);
	for (int i = 0; i < 2; i++)
		a->rc[n++] = o->burst(
			p, PLAT_COUNTER_CLOCK_RAW, a->samples[i], &until);
	a->rc[n++] = o->burst(p, PLAT_COUNTER_RDTSC, a->samples[0], &none);
	cr_assert(le(int, n, 26));
}

Test(record, a_replay_answers_what_was_answered)
{
	struct tscal_platform *inner = machine(), *p;
	static struct answers live, again;

	sim_add_cpuid(&sim, 0, 0, 1, 2, 3, 0xffffffff);
	sim_add_cpuid(&sim, 0xd, 1, 5, 6, 7, 8);
	sim_add_xen_cpuid(&sim, 0x40000003, 1, 9, 10, 11, 0xfffffff7);
	sim_add_file(&sim, "/long", "\"longer\"\n");
	sim_add_file_error(&sim, "/denied", -EACCES);
	sim.n_pages = 1;
	sim.pages[0] = (struct sim_page){.which = PLAT_PAGE_VVAR, .index = 2};
	memset(sim.pages[0].bytes + 4000, 0xa5, 50);
	sim.perf_rc = 0;
	sim.perf.cap_user_time = true;
	sim.perf.time_shift = 0xffff;
	sim.perf.time_mult = 0xfffffffe;
	sim.kvm_rc = 0;
	sim.kvm_khz = 2596151;
	sim.tsc_access = PLAT_TSC_SIGSEGV;

	p = recorder(inner, false);
	ask_all(p, &live);
	cr_assert(zero(int, tscal_platform_free(p)));
	p = replayed();
	ask_all(p, &again);
	cr_assert(zero(int, tscal_platform_free(p)));

	/* 128 of the 200 samples that were asked for, recorded or not. */
	cr_assert(eq(sz, asked_max, 0));
	cr_assert(eq(u64, live.samples[0][127].ref, 1270 + 30));
	cr_assert(eq(u64, live.samples[0][128].ref, 0));
	for (int i = 0; i < 24; i++)
		cr_assert(eq(int, again.rc[i], live.rc[i]), "question %d", i);
#define SAME(member)                                                           \
	cr_assert(zero(                                                        \
		int, memcmp(again.member, live.member, sizeof(live.member))))
	SAME(regs);
	SAME(msr);
	SAME(file);
	SAME(page);
	SAME(samples);
	/* These have padding. */
	for (int i = 0; i < 3; i++) {
		const struct plat_timex *a = &live.timex[i],
					*b = &again.timex[i];

		cr_assert(eq(i32, b->state, a->state));
		cr_assert(eq(i32, b->status, a->status));
		cr_assert(eq(i64, b->freq, a->freq));
		cr_assert(eq(i64, b->offset_ns, a->offset_ns));
		cr_assert(eq(i64, b->tick, a->tick));
		cr_assert(eq(i64, b->maxerror_us, a->maxerror_us));
		cr_assert(eq(i32, b->tai, a->tai));
	}
	cr_assert(eq(int, again.perf.cap_user_time, live.perf.cap_user_time));
	cr_assert(eq(u16, again.perf.time_shift, live.perf.time_shift));
	cr_assert(eq(u32, again.perf.time_mult, live.perf.time_mult));
	cr_assert(eq(u32, again.khz, live.khz));
	cr_assert(eq(int, again.access, live.access));
	cr_assert(eq(u64, again.counter[1].num, live.counter[1].num));
	cr_assert(eq(u64, again.counter[1].den, live.counter[1].den));
	cr_assert(eq(uint, again.counter[1].width, live.counter[1].width));
	cr_assert(eq(int, again.counter[1].spin, live.counter[1].spin));
}

static int fake_cpus(struct tscal_platform *p, uint32_t *cpu, size_t max)
{
	(void)p;
	for (uint32_t i = 0; i < 3 && i < max; i++)
		cpu[i] = i * 1000;
	return 3;
}

static int fake_pair(struct tscal_platform *p, unsigned a, unsigned b,
	const struct plat_pair_until *until, struct plat_pair *out)
{
	(void)p, (void)until;
	*out = (struct plat_pair){.rounds = 7 + b,
		.lo = -5 - (int64_t)b,
		.hi = 6,
		.apart = 1,
		.moved = 2,
		.warp = 3,
		.ticks = 4,
		.ns = 5,
		.aux = -1,
		.lost = b};
	return a ? -ENXIO : 0;
}

Test(record, a_replay_compares_the_cpus_as_it_was_recorded)
{
	struct tscal_platform *inner = machine(), *p;
	const struct plat_pair_until until = {.ns = 1, .rounds = 1};
	uint32_t cpu[3] = {0};
	struct plat_pair live, again;

	ops.cpus = fake_cpus;
	ops.pair = fake_pair;
	p = recorder(inner, false);
	cr_assert(eq(int, p->ops->cpus(p, cpu, 3), 3));
	cr_assert(zero(int, p->ops->pair(p, 0, 1000, &until, &live)));
	cr_assert(eq(int, p->ops->pair(p, 1000, 2000, &until, &again), -ENXIO));
	cr_assert(zero(int, tscal_platform_free(p)));
	memset(cpu, 0, sizeof(cpu));
	p = replayed();
	cr_assert(eq(int, p->ops->cpus(p, cpu, 3), 3));
	cr_assert(eq(u32, cpu[2], 2000));
	/* More than fits is counted, and not written. */
	cpu[1] = 1;
	cr_assert(eq(int, p->ops->cpus(p, cpu, 1), 3));
	cr_assert(eq(u32, cpu[1], 1));
	cr_assert(zero(int, p->ops->pair(p, 0, 1000, &until, &again)));
	cr_assert(eq(u32, again.rounds, live.rounds));
	cr_assert(eq(i64, again.lo, live.lo));
	cr_assert(eq(i64, again.hi, live.hi));
	cr_assert(eq(u64, again.apart, live.apart));
	cr_assert(eq(u32, again.moved, live.moved));
	cr_assert(eq(u64, again.warp, live.warp));
	cr_assert(eq(u64, again.ticks, live.ticks));
	cr_assert(eq(u64, again.ns, live.ns));
	cr_assert(eq(int, again.aux, live.aux));
	cr_assert(eq(int, p->ops->pair(p, 1000, 2000, &until, &again), -ENXIO));
	cr_assert(eq(u32, again.lost, 2000));
	cr_assert(eq(int, p->ops->pair(p, 0, 1, &until, &again), -ENODATA));
	cr_assert(zero(int, tscal_platform_free(p)));
}

/* Without this a recording on a hypervisor would be 20 KB of zeros. */
Test(record, a_scan_is_one_line)
{
	struct tscal_platform *inner = machine(), *p;
	static const struct plat_cpuid zero;
	struct plat_cpuid regs;

	sim_add_cpuid(&sim, 0x40000300, 0, 9, 9, 9, 9);
	sim.out_of_range = &zero;
	p = recorder(inner, true);
	for (uint32_t leaf = 0x40000000; leaf <= 0x4000ff00; leaf += 0x100)
		cr_assert(zero(int, p->ops->cpuid(p, leaf, 0, &regs)));
	cr_assert(zero(int, tscal_platform_free(p)));
	cr_assert(not(zero(ptr,
			  strstr(slurp(), "cpuid 0x40000400-0x4000ff00/0x100 "
					  "0x00: eax=0x00000000 "))),
		"%s", slurp());
	p = replayed();
	for (uint32_t leaf = 0x40000000; leaf <= 0x4000ff00; leaf += 0x100) {
		cr_assert(zero(int, p->ops->cpuid(p, leaf, 0, &regs)));
		cr_assert(eq(u32, regs.eax, leaf == 0x40000300 ? 9 : 0));
	}
	cr_assert(eq(int, p->ops->cpuid(p, 0x40000001, 0, &regs), -ENODATA),
		"never asked");
	cr_assert(zero(int, tscal_platform_free(p)));
}

/* Ranges that overlap could not be read back. */
Test(record, scans_that_overlap_can_be_read_back)
{
	struct tscal_platform *inner = machine(), *p;
	struct plat_cpuid zero = {0}, one = {.eax = 1}, regs;

	sim.out_of_range = &zero;
	p = recorder(inner, true);
	for (uint32_t leaf = 100; leaf < 120; leaf += 2)
		p->ops->cpuid(p, leaf, 0, &regs);
	sim.out_of_range = &one;
	for (uint32_t leaf = 101; leaf < 120; leaf += 2)
		p->ops->cpuid(p, leaf, 0, &regs);
	cr_assert(zero(int, tscal_platform_free(p)));
	p = replayed();
	for (uint32_t leaf = 100; leaf < 120; leaf++) {
		cr_assert(zero(int, p->ops->cpuid(p, leaf, 0, &regs)));
		cr_assert(eq(u32, regs.eax, leaf & 1));
	}
	cr_assert(zero(int, tscal_platform_free(p)));
}

/* The APIC id is different on each CPU that the thread runs on. */
Test(record, of_two_answers_to_one_cpuid_question_the_first_is_kept)
{
	struct tscal_platform *inner = machine(), *p;
	struct plat_cpuid first = {.ebx = 1}, second = {.ebx = 2}, regs;

	sim.out_of_range = &first;
	p = recorder(inner, true);
	p->ops->cpuid(p, 1, 0, &regs);
	sim.out_of_range = &second;
	p->ops->cpuid(p, 1, 0, &regs);
	cr_assert(eq(u32, regs.ebx, 2), "the caller sees what there is");
	cr_assert(zero(int, tscal_platform_free(p)));
	p = replayed();
	cr_assert(zero(int, p->ops->cpuid(p, 1, 0, &regs)));
	cr_assert(eq(u32, regs.ebx, 1));
	cr_assert(zero(int, tscal_platform_free(p)));
}

Test(record, reports_that_a_machine_cannot_pin)
{
	struct tscal_platform *p = recorder(machine(), true);

	cr_assert(eq(int, p->ops->pin(p), -EOPNOTSUPP));
	p->ops->unpin(p);
	cr_assert(zero(int, tscal_platform_free(p)));
}

/* This machine, recorded and replayed, has the same report. */
Test(record, a_replay_gives_the_report_of_the_run_that_was_recorded)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_report *live, *again;
	struct tscal_platform *p = recorder(tscal_platform_passive(), true);
	const struct tscal_line *a, *b;
	struct tscal_info a_info, b_info;

	opts.platform = p;
	cr_assert(zero(int, tscal_report_new(&opts, &live)));
	cr_assert(zero(int, tscal_platform_free(p)));
	opts.platform = replayed();
	cr_assert(zero(int, tscal_report_new(&opts, &again)));
	cr_assert(zero(int, tscal_platform_free(opts.platform)));

	/* Of a recording it is not said how to compare them. */
	a_info = *tscal_report_info(live);
	b_info = *tscal_report_info(again);
	cr_assert(zero(int, strncmp(a_info.cpus_sentence, b_info.cpus_sentence,
				    strlen(b_info.cpus_sentence))));
	memset(a_info.cpus_sentence, 0, sizeof(a_info.cpus_sentence));
	memset(b_info.cpus_sentence, 0, sizeof(b_info.cpus_sentence));
	cr_assert(zero(int, memcmp(&a_info, &b_info, sizeof(a_info))));
	for (size_t i = 0; i < tscal_report_count(live); i++) {
		a = tscal_report_line(live, i);
		b = tscal_report_line(again, i);
		cr_assert(eq(int, b->status, a->status), "%s", a->name);
		cr_assert(eq(str, (char *)b->sentence, (char *)a->sentence));
		cr_assert(ieee_ulp_eq(dbl, b->hz_lo, a->hz_lo, 0));
		cr_assert(ieee_ulp_eq(dbl, b->hz, a->hz, 0));
		cr_assert(ieee_ulp_eq(dbl, b->hz_hi, a->hz_hi, 0));
	}
	tscal_report_free(live);
	tscal_report_free(again);
}
