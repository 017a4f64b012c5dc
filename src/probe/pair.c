/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Two threads, each on a CPU, that write their TSCs to memory and read each
 * other's.  Neither is the caller's, whose binding and signal mask stay as
 * they are.  Whatever the machine does, both end at the deadline: two virtual
 * CPUs that share one physical CPU read one message in each time slice.  A
 * thread that does not get its CPU at all (one of a higher priority keeps it)
 * may use the others again some time after the deadline, to end there.
 */
#include <errno.h>
#include <hwloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include <tscal/conv.h>

#include "plat/pair.h"
#include "probe/devices.h"

/* A cache line, and the one beside it that is fetched with it. */
#define LINE 128
/* Stamps that are written before the other side's is read, how often it is read
 * in a stretch, and readings of the shared maximum. */
#define STAMPS 8
#define LOOKS 256
#define MAXIMUM_READS 2048
/* Between looks at the clock. */
#define SPINS 256
/* Advances of the TSC, to find its step, and time for them: one that has not
 * advanced by then stands still. */
#define ADVANCES 32
#define STEP_NS 1000000
/* After the deadline, for threads that wait for their CPU. */
#define GRACE_NS UINT64_C(1000000000)
/* Tries to read the TSC and the clock at the same time. */
#define READS 8
/* If it takes longer than this the other side does not run. */
#define STALL_NS 50000
#define MEET_NS 500000
#define STACK_BYTES (256 * 1024)

struct side {
	unsigned cpu;
	int rc; /* of binding it */
	uint64_t step;
	/* Of the last stretch: the least that a stamp of this side was above
	 * the other's that it had read before. */
	int64_t least;
	uint32_t rounds;
	uint64_t warp;
	bool stayed;
	int8_t aux;
	_Alignas(LINE) atomic_uint_fast64_t stamp; /* the last that it wrote */
	_Alignas(LINE) atomic_uint arrived;	   /* stretches begun, ended */
};

struct meeting {
	struct plat_pair_until until;
	uint64_t deadline_ns;
	bool rdtscp;
	struct plat_pair *out;
	struct side side[2]; /* a, b */
	atomic_bool stop;
	pthread_mutex_t lock;
	pthread_cond_t one_ended;
	int ended;				 /* threads */
	_Alignas(LINE) atomic_uint_fast64_t max; /* the largest stamp */
};

static uint64_t clock_now(clockid_t id)
{
	struct timespec ts = {0};

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static bool past(const struct meeting *m)
{
	return clock_now(CLOCK_MONOTONIC) >= m->deadline_ns;
}

static void give_up(struct meeting *m)
{
	atomic_store_explicit(&m->stop, true, memory_order_relaxed);
}

/*
 * On a busy machine one side waits while the other has no CPU, and uses up the
 * time in which both could run.  So it sleeps until a moment that both can
 * tell, and both wake at the same time: a thread that slept gets a CPU at once.
 */
static uint64_t sleep_to_meet(uint64_t now_ns)
{
	uint64_t ns = now_ns - now_ns % MEET_NS + MEET_NS;
	struct timespec ts = {
		(time_t)(ns / 1000000000), (long)(ns % 1000000000)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
	return clock_now(CLOCK_MONOTONIC);
}

/* Wait until both sides are here.  False at the deadline, or when the other
 * side has given up. */
static bool meet(struct meeting *m, int which)
{
	unsigned n = atomic_fetch_add(&m->side[which].arrived, 1) + 1;
	uint64_t begun_ns = 0, now_ns;

	for (unsigned spins = 1;; spins++) {
		if (atomic_load_explicit(&m->side[!which].arrived,
			    memory_order_acquire) >= n)
			return true;
		if (spins % SPINS)
			continue;
		now_ns = clock_now(CLOCK_MONOTONIC);
		if (now_ns >= m->deadline_ns)
			give_up(m);
		if (atomic_load_explicit(&m->stop, memory_order_relaxed))
			return false;
		if (!begun_ns)
			begun_ns = now_ns;
		else if (now_ns - begun_ns > STALL_NS)
			begun_ns = sleep_to_meet(now_ns);
	}
}

/*
 * The largest step of the TSC.  One that advances in steps, such as AMD's at
 * 100 MHz, has a second read above the first by a multiple of the step or not
 * at all.  Where a step is no whole number of ticks, or scaled for a guest,
 * steps differ by one.
 */
static uint64_t step_here(void)
{
	uint64_t end_ns = clock_now(CLOCK_MONOTONIC) + STEP_NS;
	uint64_t least = UINT64_MAX, last = tscal_rdtsc();

	for (unsigned i = 1, advances = 0; advances < ADVANCES; i++) {
		uint64_t now = tscal_rdtsc();

		if (now != last)
			advances++;
		if (now > last && now - last < least)
			least = now - last;
		last = now;
		if (i % SPINS == 0 && clock_now(CLOCK_MONOTONIC) >= end_ns)
			break;
	}
	return least == UINT64_MAX ? 0 : least + 1;
}

/*
 * Write stamps, and look at the other side's.  Between looks several are
 * written: a line that the other side has just read has to be fetched again for
 * the first, and the next ones are there at once.
 */
static void exchange(struct meeting *m, int which)
{
	struct side *mine = &m->side[which], *other = &m->side[!which];
	uint64_t last = atomic_load_explicit(
		&other->stamp, memory_order_relaxed);

	mine->least = INT64_MAX;
	mine->rounds = 0;
	for (unsigned look = 1; look <= LOOKS; look++) {
		uint64_t seen, now;

		for (int i = 0; i < STAMPS; i++)
			atomic_store_explicit(&mine->stamp, tscal_rdtsc_begin(),
				memory_order_release);
		seen = atomic_load_explicit(
			&other->stamp, memory_order_acquire);
		now = tscal_rdtsc_begin();
		if (look % 16 == 0 && past(m))
			break;
		if (seen == last)
			continue;
		last = seen;
		mine->rounds++;
		if ((int64_t)(now - seen) < mine->least)
			mine->least = (int64_t)(now - seen);
	}
}

/* No stamp is below the largest that was published before it. */
static void watch_maximum(struct meeting *m, int which)
{
	struct side *mine = &m->side[which];
	/* Each of the two stamps may be late by a step. */
	uint64_t step = m->side[0].step + m->side[1].step;

	for (unsigned i = 1; i <= MAXIMUM_READS; i++) {
		uint64_t max = atomic_load_explicit(
			&m->max, memory_order_acquire);
		uint64_t now = tscal_rdtsc_begin();

		/* As differences: a TSC may pass 2^64. */
		if ((int64_t)(max - now) > 0 && max - now > step &&
			max - now > mine->warp)
			mine->warp = max - now;
		if ((int64_t)(now - max) > 0)
			atomic_compare_exchange_strong_explicit(&m->max, &max,
				now, memory_order_acq_rel,
				memory_order_relaxed);
		if (i % 16 == 0 && past(m))
			break;
	}
}

/* Linux fills TSC_AUX with the node, and below bit 12 the CPU
 * (vdso_setup_node()). */
static int8_t aux_is(const struct meeting *m, unsigned cpu)
{
	uint32_t aux;

	if (!m->rdtscp)
		return -1;
	tscal_rdtscp(&aux);
	return (aux & 0xfff) == (cpu & 0xfff);
}

/* Side a, while b waits for the next stretch. */
static void conclude(struct meeting *m, struct pair_sum *sum)
{
	const struct side *a = &m->side[0], *b = &m->side[1];
	/* INT64_MIN has no opposite. */
	struct pair_bounds found = {-pair_near(a->least), pair_near(b->least)};

	sum->step = (int64_t)(a->step > b->step ? a->step : b->step);
	if (a->rounds && b->rounds)
		pair_add(sum, m->out, &found, a->rounds + b->rounds);
}

static void measure(struct meeting *m, int which)
{
	struct pair_sum sum = {0};

	for (uint32_t n = 0; n < m->until.rounds; n += LOOKS) {
		if (!meet(m, which))
			break;
		exchange(m, which);
		if (!meet(m, which))
			break;
		if (!which)
			conclude(m, &sum);
	}
	pair_close(&sum, m->out);
	if (!which)
		atomic_store_explicit(
			&m->max, tscal_rdtsc_begin(), memory_order_release);
	if (meet(m, which))
		watch_maximum(m, which);
}

/* The TSC and the clock as near to each other as a few tries can: a thread that
 * is interrupted between the two would get another rate. */
static uint64_t tsc_at(uint64_t *ns)
{
	uint64_t best = UINT64_MAX, tsc = 0;

	for (int i = 0; i < READS; i++) {
		uint64_t before = clock_now(CLOCK_MONOTONIC_RAW);
		uint64_t now = tscal_rdtsc_ordered();
		uint64_t after = clock_now(CLOCK_MONOTONIC_RAW);

		if (after - before >= best)
			continue;
		best = after - before;
		*ns = before + best / 2;
		tsc = now;
	}
	return tsc;
}

static void take_part(struct meeting *m, int which)
{
	struct side *s = &m->side[which];
	uint64_t begun_ns = 0, begun, ended_ns = 0;

	s->rc = bind_to(s->cpu);
	if (s->rc) {
		give_up(m);
		return;
	}
	s->step = step_here();
	begun = tsc_at(&begun_ns);
	measure(m, which);
	if (!which) {
		m->out->ticks = tsc_at(&ended_ns) - begun;
		m->out->ns = ended_ns - begun_ns;
	}
	s->aux = aux_is(m, s->cpu);
	s->stayed = sched_getcpu() == (int)s->cpu;
}

static void *side_run(struct meeting *m, int which)
{
	take_part(m, which);
	pthread_mutex_lock(&m->lock);
	m->ended++;
	pthread_cond_signal(&m->one_ended);
	pthread_mutex_unlock(&m->lock);
	return NULL;
}

static void *side_a(void *m)
{
	return side_run(m, 0);
}

static void *side_b(void *m)
{
	return side_run(m, 1);
}

/* With every signal blocked: they are for the program's own threads. */
static int start_thread(
	pthread_t *thread, void *(*run)(void *), struct meeting *m)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int rc = pthread_attr_init(&attr);

	if (rc)
		return -rc;
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(thread, &attr, run, m);
	/* The program's thread-local data do not fit. */
	if (rc == EINVAL)
		rc = pthread_create(thread, NULL, run, m);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return -rc;
}

/* Until n threads have ended, or some time after the deadline. */
static void wait_for(struct meeting *m, int n)
{
	uint64_t ns = m->deadline_ns + GRACE_NS;
	struct timespec ts = {
		(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
	int rc = 0;

	pthread_mutex_lock(&m->lock);
	while (m->ended < n && !rc)
		rc = pthread_cond_timedwait(&m->one_ended, &m->lock, &ts);
	pthread_mutex_unlock(&m->lock);
	if (rc)
		give_up(m);
}

/* A thread that does not get its CPU ends on another one. */
static void end_thread(pthread_t thread, hwloc_const_bitmap_t allowed)
{
	bind_thread(thread, allowed);
	pthread_join(thread, NULL);
}

static int run_both(struct meeting *m, hwloc_const_bitmap_t allowed)
{
	pthread_t thread[2];
	int rc = start_thread(&thread[0], side_a, m), rc_b;

	if (rc)
		return rc;
	rc_b = start_thread(&thread[1], side_b, m);
	if (rc_b)
		give_up(m);
	wait_for(m, rc_b ? 1 : 2);
	end_thread(thread[0], allowed);
	if (!rc_b)
		end_thread(thread[1], allowed);
	return rc_b;
}

static int run_all(struct meeting *m)
{
	hwloc_bitmap_t allowed = hwloc_bitmap_alloc();
	pthread_condattr_t attr;
	int rc = allowed ? bind_allowed(allowed) : -ENOMEM;

	if (!rc)
		rc = -pthread_condattr_init(&attr);
	if (!rc) {
		pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
		rc = -pthread_cond_init(&m->one_ended, &attr);
		pthread_condattr_destroy(&attr);
	}
	if (!rc) {
		pthread_mutex_init(&m->lock, NULL);
		rc = run_both(m, allowed);
		pthread_mutex_destroy(&m->lock);
		pthread_cond_destroy(&m->one_ended);
	}
	hwloc_bitmap_free(allowed);
	return rc;
}

/* What was measured counts only if both stayed where they belong. */
static int check(const struct meeting *m, struct plat_pair *out)
{
	for (int i = 0; i < 2; i++) {
		const struct side *s = &m->side[i];

		if (s->rc || !s->stayed) {
			*out = (struct plat_pair){.lost = s->cpu};
			return s->rc == -ENOMEM ? -ENOMEM : -ENXIO;
		}
	}
	out->warp = m->side[0].warp > m->side[1].warp ? m->side[0].warp
						      : m->side[1].warp;
	out->aux = m->side[0].aux < m->side[1].aux ? m->side[0].aux
						   : m->side[1].aux;
	return 0;
}

int pair_measure(unsigned a, unsigned b, bool rdtscp,
	const struct plat_pair_until *until, struct plat_pair *out)
{
	struct meeting m = {.until = *until,
		.rdtscp = rdtscp,
		.side = {{.cpu = a, .aux = -1}, {.cpu = b, .aux = -1}},
		.out = out};
	int rc, before;

	m.deadline_ns = clock_now(CLOCK_MONOTONIC) + until->ns;
	*out = (struct plat_pair){.aux = -1};
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	rc = run_all(&m);
	pthread_setcancelstate(before, NULL);
	return rc ? rc : check(&m, out);
}
