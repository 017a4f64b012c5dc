/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Running clocks while the TSC jumps: TSC_ADJUST is written, of all CPUs or of
 * one.  Only for a guest of this lab, with two CPUs, the kernel's clocks by
 * kvm-clock, and msr.ko that permits writes: elsewhere it refuses.
 *
 * Each step prints a line that ends in "kept" or "broken", as in
 * clock_events.c.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "clock_watch.h"
#include "in_lab.h"
#include "tsc_adjust.h"

#define S INT64_C(1000000000)
#define MS INT64_C(1000000)
#define CPUS 2
#define JUMP TSCAL_EVENT_JUMP
#define AHEAD (50 * MS)
/* Readings stay at the reading before for 10 ms, and a busy host delays
 * them. */
#define HELD (20 * MS)

static int msr[CPUS];
static double ticks_per_ns;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (int i = 0; i < CPUS; i++)
		if (cpu < 0 || i == cpu)
			CPU_SET(i, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
}

static void shift(int cpu, int64_t ns)
{
	const char *why = adjust_tsc(
		msr[cpu], (int64_t)((double)ns * ticks_per_ns));

	if (why)
		die(why);
}

/* Of all CPUs.  The second is written a moment after the first, and nothing
 * runs on it meanwhile. */
static void jump(const char *name, int64_t ns)
{
	/* Where readings are ahead until the lease ends, the next ones find the
	 * clock far behind, before an update does. */
	const bool back = ns > 0 && ns < S;
	const struct want w = {
		.must = {JUMP, JUMP, JUMP, JUMP, JUMP},
		.back = {back, back, back, back, back},
	};

	step = name;
	for (int cpu = 0; cpu < CPUS; cpu++)
		shift(cpu, ns);
	watch(&w);
	report_step();
}

/* By the kernel itself, which has a record of each CPU's TSC.  The vDSO takes
 * CPU 0's for all of them, and so is off where another one is off. */
static int64_t kernel_ns(void)
{
	struct timespec ts;

	if (syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts))
		die("clock_gettime, the system call");
	return ts.tv_sec * S + ts.tv_nsec;
}

/* A thread that reads on one CPU, and what it saw. */
struct reader {
	const struct tscal_clock *clk;
	int cpu;
	bool stop;
	int readings, backward;
	int64_t vdso_ns, kernel_ns; /* most that a reading was off from each */
};

static void worse(int64_t *most, int64_t before, int64_t ns, int64_t after)
{
	int64_t off = ns > after ? ns - after : ns < before ? before - ns : 0;

	/* CLOCK_MONOTONIC itself went back between the two: the thread was
	 * elsewhere. */
	if (after >= before && off > *most)
		*most = off;
}

static void *read_on(void *arg)
{
	const struct timespec pause = {0, 5 * MS};
	struct reader *r = arg;
	uint32_t newest = 0;
	int64_t last = INT64_MIN;

	pin(r->cpu);
	while (!__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE)) {
		int64_t kernel = kernel_ns(), vdso = system_ns(CLOCK_MONOTONIC);
		uint32_t before = tscal_clock_generation(r->clk);
		int64_t ns = tscal_now(r->clk);
		uint32_t after = tscal_clock_generation(r->clk);

		worse(&r->vdso_ns, vdso, ns, system_ns(CLOCK_MONOTONIC));
		worse(&r->kernel_ns, kernel, ns, kernel_ns());
		r->readings++;
		if (before == after) {
			r->backward += before == newest && ns < last;
			newest = before;
			last = ns;
		}
		nanosleep(&pause, NULL);
	}
	return NULL;
}

/* Updates, by CPU 0 or by each in turn, while a thread reads on each. */
static void read_meanwhile(
	struct tscal_clock *clk, bool in_turn, struct reader r[CPUS])
{
	const struct timespec interval = {0, 100 * MS};
	uint32_t events = 0;
	pthread_t thread[CPUS];

	for (int cpu = 0; cpu < CPUS; cpu++) {
		r[cpu] = (struct reader){.clk = clk, .cpu = cpu};
		if (pthread_create(&thread[cpu], NULL, read_on, &r[cpu]))
			die("pthread_create");
	}
	for (int n = 0; n < 20; n++) {
		int rc;

		pin(in_turn ? n % CPUS : 0);
		rc = tscal_clock_update(clk);
		if (rc < 0)
			fail(MONO, "tscal_clock_update()", rc, 0);
		else
			events |= (uint32_t)rc;
		nanosleep(&interval, NULL);
	}
	printf("  events:");
	while (events)
		printf(" %s", tscal_event_next(&events));
	printf("\n");
	for (int cpu = 0; cpu < CPUS; cpu++) {
		__atomic_store_n(&r[cpu].stop, true, __ATOMIC_RELEASE);
		pthread_join(thread[cpu], NULL);
		printf("  CPU %d: %d readings, off by %" PRId64
		       " ns from the vDSO, %" PRId64 " ns from the kernel\n",
			cpu, r[cpu].readings, r[cpu].vdso_ns, r[cpu].kernel_ns);
		if (!r[cpu].readings)
			fail(MONO, "nothing was read on CPU", cpu, 0);
		if (r[cpu].backward)
			fail(MONO, "readings that step back, on CPU",
				r[cpu].backward, cpu);
		/* As far as a reading is held at the one before, and
		 * some. */
		if (r[cpu].vdso_ns > HELD)
			fail(MONO, "differs from clock_gettime(), by",
				r[cpu].vdso_ns, cpu);
	}
}

/*
 * CPU 1 is ahead.  A clock has one line for all CPUs, so a reading there is
 * ahead as well; with kvm-clock clock_gettime() is ahead by the same, and no
 * update can tell.  The rule: readings are clock_gettime()'s on each CPU,
 * and do not step back on any.
 */
static void one_ahead(struct tscal_clock *clk, const char *name, bool in_turn)
{
	struct reader r[CPUS];

	step = name;
	read_meanwhile(clk, in_turn, r);
	/* It took effect, and where it should. */
	if (!in_turn && r[0].kernel_ns > HELD)
		fail(MONO, "is off on CPU 0 too, by", r[0].kernel_ns, 0);
	if (!in_turn && r[1].kernel_ns < AHEAD - HELD)
		fail(MONO, "is right on CPU 1", r[1].kernel_ns, 0);
	say_whether();
}

static void none_ahead(struct tscal_clock *clk, const char *name)
{
	struct reader r[CPUS];
	struct tscal_interval iv;

	step = name;
	/* Readings stay at the one before until the first updates. */
	read_meanwhile(clk, true, r);
	read_meanwhile(clk, true, r);
	for (int cpu = 0; cpu < CPUS; cpu++)
		if (r[cpu].kernel_ns > HELD)
			fail(MONO, "is off, on CPU", r[cpu].kernel_ns, cpu);
	for (int n = 0; n < 50; n++) {
		const struct timespec interval = {0, 50 * MS};

		if (tscal_clock_update(clk) >= 0 &&
			!tscal_clock_interval(clk, &iv) &&
			iv.reading == TSCAL_READING_TSC)
			break;
		if (n == 49)
			fail(MONO, "is not on the TSC again", 0, 0);
		nanosleep(&interval, NULL);
	}
	say_whether();
}

static void of_one_cpu(void)
{
	struct tscal_clock clk;
	int rc = tscal_clock_init(&clk, CLOCK_MONOTONIC, NULL, NULL);

	step = "a clock for readers";
	if (rc) {
		printf("tscal_clock_init(): %d, %s\n", rc,
			tscal_clock_why(&clk));
		exit(1);
	}
	none_ahead(&clk, "no CPU is ahead");
	shift(1, AHEAD);
	one_ahead(&clk, "CPU 1 is ahead, CPU 0 updates", false);
	one_ahead(&clk, "CPU 1 is ahead, each updates in turn", true);
	shift(1, -AHEAD);
	none_ahead(&clk, "CPU 1 is ahead no more");
	tscal_clock_fini(&clk);
}

int main(void)
{
	struct timex t = {.modes = ADJ_TAI, .constant = 37};
	struct tscal_info info;

	if (!in_lab()) {
		fputs("tsc_jumps: this is no guest of the lab\n", stderr);
		return 1;
	}
	if (sysconf(_SC_NPROCESSORS_ONLN) != CPUS)
		die("there are no two CPUs");
	for (int cpu = 0; cpu < CPUS; cpu++) {
		msr[cpu] = open_msr(cpu);
		if (msr[cpu] < 0)
			die("cannot open a CPU's MSRs");
	}
	if (adjtimex(&t) < 0)
		die("adjtimex");
	if (tscal_calibrate(NULL, &info) || info.hz <= 0)
		die("no rate");
	ticks_per_ns = (double)info.hz / 1e9;
	for (int i = 0; i < CLOCKS; i++)
		must_begin(i);
	step = "nothing is done";
	quiet();
	report_step();
	jump("all CPUs by 1 s", S);
	jump("all CPUs by -1 s", -S);
	jump("all CPUs by 50 ms", 50 * MS);
	of_one_cpu();
	printf("tsc_jumps finished\n");
	return failures ? 1 : 0;
}
