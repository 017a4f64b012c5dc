/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Two threads on two CPUs of this machine, whose TSCs are what a test says: the
 * machine's own plus an offset, in steps, or one that stands still.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <tscal/conv.h>

#include "probe/devices.h"

/* Of a machine that is busy, some runs find nothing. */
#define TRIES 50
#define READS_BEFORE 3000
/* Ticks that a message there and back takes less than: 1 us. */
#define MESSAGE 5000

struct fake {
	int64_t ahead;
	uint64_t step, phase; /* ticks; 0: of one tick */
	int64_t jump;	      /* after READS_BEFORE readings */
	bool still;
	uint32_t aux;
	int cpu_at_end; /* -1: the real one */
};

static struct fake fake[2];
static unsigned fake_cpu[2];
static bool begins_there[2], takes_signals;
static _Thread_local int side_here;
static _Thread_local unsigned reads;

static uint64_t faked(uint64_t tsc)
{
	const struct fake *f = &fake[side_here];

	if (f->still)
		return UINT64_C(1) << 40;
	if (f->jump && ++reads > READS_BEFORE)
		tsc += (uint64_t)f->jump;
	tsc += (uint64_t)f->ahead + f->phase;
	return f->step ? tsc - tsc % f->step - f->phase : tsc;
}

static int faked_cpu(void)
{
	return fake[side_here].cpu_at_end < 0 ? sched_getcpu()
					      : fake[side_here].cpu_at_end;
}

/* The first that a thread does. */
static int bind_faked(unsigned cpu)
{
	cpu_set_t set;
	sigset_t mask;

	side_here = cpu == fake_cpu[1];
	begins_there[side_here] = !sched_getaffinity(0, sizeof(set), &set) &&
				  CPU_COUNT(&set) == 1 && CPU_ISSET(cpu, &set);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (int s = 1; s < SIGRTMIN; s++)
		if (s != SIGKILL && s != SIGSTOP && s != 32 && s != 33 &&
			!sigismember(&mask, s))
			takes_signals = true;
	return bind_to(cpu);
}

#define tscal_rdtsc() faked(tscal_rdtsc())
#define tscal_rdtsc_begin() faked(tscal_rdtsc_begin())
#define tscal_rdtsc_ordered() faked(tscal_rdtsc_ordered())
#define tscal_rdtscp(out) (*(out) = fake[side_here].aux)
#define sched_getcpu() faked_cpu()
#define bind_to(cpu) bind_faked(cpu)
#include "../../../src/probe/pair_exchange.c"

#include "../../../src/probe/pair.c"
#undef bind_to
#undef sched_getcpu

static void begin(void)
{
	cpu_set_t set;
	int n = 0;

	if (sched_getaffinity(0, sizeof(set), &set) || CPU_COUNT(&set) < 2)
		cr_skip("one CPU");
	for (unsigned i = 0; i < CPU_SETSIZE && n < 2; i++)
		if (CPU_ISSET(i, &set))
			fake_cpu[n++] = i;
	fake[0] = fake[1] = (struct fake){.cpu_at_end = -1};
	fake[0].aux = 3 << 12 | fake_cpu[0];
	fake[1].aux = 4 << 12 | fake_cpu[1];
}

static int measure_once(struct plat_pair *p)
{
	const struct plat_pair_until until = {.ns = 80000000, .rounds = 4096};

	return pair_measure(fake_cpu[0], fake_cpu[1], true, &until, p);
}

/* Until both ran at the same time. */
static struct plat_pair measured(void)
{
	struct plat_pair p;
	int tries = 0;

	do
		cr_assert(zero(int, measure_once(&p)));
	while (p.rounds < 4096 && ++tries < TRIES);
	cr_assert(ge(u32, p.rounds, 4096), "%u readings", p.rounds);
	return p;
}

static double hz_of(const struct plat_pair *p)
{
	return (double)p->ticks / (double)p->ns * 1e9;
}

Test(pair_measure, holds_the_offset)
{
	static const int64_t ahead[] = {
		0, 5000, -5000, INT64_C(1) << 40, -(INT64_C(1) << 40)};

	begin();
	for (size_t i = 0; i < sizeof(ahead) / sizeof(*ahead); i++) {
		struct plat_pair p;

		fake[1].ahead = ahead[i];
		p = measured();
		cr_expect(p.lo <= ahead[i] && ahead[i] <= p.hi, "%jd: %jd..%jd",
			(intmax_t)ahead[i], (intmax_t)p.lo, (intmax_t)p.hi);
		cr_expect(lt(i64, p.hi - p.lo, MESSAGE));
		cr_expect(zero(u32, p.moved));
		cr_expect(eq(int, (int)pair_verdict(&p, hz_of(&p)),
			ahead[i] ? PAIR_SKEWED : PAIR_SYNCHRONISED));
		/* The test of the maximum finds it by itself, and not more. */
		cr_expect(eq(int, p.warp > 0, ahead[i] != 0));
		cr_expect(le(u64, p.warp, (uint64_t)llabs(ahead[i])));
	}
}

/* Each in a phase of its own, so that one CPU's TSC reads up to a step less
 * than the other's. */
Test(pair_measure, a_step_is_no_offset)
{
	begin();
	fake[0].step = fake[1].step = 4000;
	for (int i = 0; i < 10; i++) {
		struct plat_pair p;

		fake[1].phase = 400 * (uint64_t)i;
		p = measured();
		cr_expect(
			ne(int, (int)pair_verdict(&p, hz_of(&p)), PAIR_SKEWED));
		cr_expect(zero(u64, p.warp));
		cr_expect(zero(u32, p.moved));
	}
}

Test(pair_measure, one_that_stands_still)
{
	begin();
	fake[1].still = true;
	for (int i = 0; i < TRIES; i++) {
		struct plat_pair p;

		cr_assert(zero(int, measure_once(&p)));
		if (p.warp) {
			cr_expect(eq(int, (int)pair_verdict(&p, hz_of(&p)),
				PAIR_SKEWED));
			return;
		}
	}
	cr_assert(false, "not found");
}

Test(pair_measure, one_that_jumps)
{
	begin();
	for (int i = 0; i < 2; i++) {
		struct plat_pair p;

		int tries = 0;

		fake[1].jump = i ? 50000 : -50000;
		/* Not so where it jumped before the other side began. */
		do
			p = measured();
		while (!p.moved && ++tries < TRIES);
		cr_expect(ne(u32, p.moved, 0));
		cr_expect(p.lo <= fake[1].jump + MESSAGE &&
			  fake[1].jump - MESSAGE <= p.hi);
		cr_expect(
			eq(int, (int)pair_verdict(&p, hz_of(&p)), PAIR_SKEWED));
	}
}

/* Both, as when a virtual machine is restored: there is no rate. */
Test(pair_measure, both_go_back)
{
	struct plat_pair p;

	begin();
	fake[0].ahead = fake[1].ahead = INT64_C(1) << 60;
	fake[0].jump = fake[1].jump = -(INT64_C(1) << 59);
	p = measured();
	/* docs/recording.md: what a line holds. */
	cr_expect(zero(u64, p.ticks));
}

Test(pair_measure, the_rate)
{
	uint64_t begun_ns, begun, ended_ns, ended;
	double hz;

	begin();
	begun = tsc_at(&begun_ns);
	usleep(50000);
	ended = tsc_at(&ended_ns);
	hz = (double)(ended - begun) / (double)(ended_ns - begun_ns) * 1e9;
	for (int i = 0; i < TRIES; i++) {
		struct plat_pair p = measured();

		if (hz_of(&p) > hz * 0.99 && hz_of(&p) < hz * 1.01)
			return;
	}
	cr_assert(false, "each is off by 1 %%");
}

/* Bits above 12 are the node's. */
Test(pair_measure, tsc_aux)
{
	static const struct plat_pair_until until = {
		.ns = 80000000, .rounds = 256};
	struct plat_pair p;

	begin();
	cr_expect(eq(int, measured().aux, 1));
	for (int i = 0; i < 2; i++) {
		fake[i].aux++;
		cr_expect(zero(int, measured().aux));
		fake[i].aux--;
	}
	cr_assert(zero(int,
		pair_measure(fake_cpu[0], fake_cpu[1], false, &until, &p)));
	cr_expect(eq(int, p.aux, -1));
}

Test(pair_measure, what_was_measured_elsewhere_does_not_count)
{
	for (int i = 0; i < 2; i++) {
		struct plat_pair p;

		begin();
		fake[i].cpu_at_end = (int)fake_cpu[!i];
		cr_expect(eq(int, measure_once(&p), -ENXIO));
		cr_expect(eq(u32, p.lost, fake_cpu[i]));
		cr_expect(zero(u32, p.rounds));
	}
}

Test(pair_measure, threads_start_on_their_cpus_and_take_no_signals)
{
	begin();
	measured();
	cr_expect(begins_there[0] && begins_there[1]);
	cr_expect(not(takes_signals));
}
