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
/* Stamps that are written before the other side's is read, and readings of new
 * ones in a stretch. */
#define STAMPS 8
#define ROUNDS 256
/* Between looks at the clock, in readings of the TSC. */
#define SPINS 128
/* Advances of the TSC, to find its step, and time for them: one that has not
 * advanced by then stands still. */
#define ADVANCES 32
#define STEP_NS 1000000
/* After the deadline, for threads that wait for their CPU. */
#define GRACE_NS UINT64_C(50000000)
/* Tries to read the TSC and the clock at the same time. */
#define READS 8
/* Without a new stamp for so long the other side does not run.  A guest that
 * executes RDTSC in the host takes some 10 us for a stamp. */
#define STALL_NS 150000
#define MEET_NS 500000
#define STACK_BYTES (256 * 1024)

/* What a side found, of a stretch: the least that a stamp of its own was above
 * the other's that it had read before, and how many it read. */
struct found {
	int64_t least;
	uint32_t rounds;
};

struct side {
	unsigned cpu;
	int rc; /* of binding it */
	uint64_t step;
	struct found now;
	/* Of the last two stretches: while one is looked at, the other side
	 * may end the next. */
	struct found found[2];
	uint64_t warp;
	bool stayed;
	int8_t aux;
	_Alignas(LINE) atomic_uint_fast64_t stamp; /* the last that it wrote */
	_Alignas(LINE) atomic_uint ended;	   /* stretches */
};

struct meeting {
	struct plat_pair_until until;
	uint64_t deadline_ns;
	bool rdtscp;
	struct plat_pair *out;
	struct side side[2]; /* a, b */
	struct pair_sum sum;
	atomic_bool stop;
	pthread_mutex_t lock;
	pthread_cond_t one_ended;
	int threads_ended;
	_Alignas(LINE) atomic_uint_fast64_t max; /* the largest stamp */
};

static uint64_t clock_now(clockid_t id)
{
	struct timespec ts = {0};

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
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

/* No stamp is below the largest that was published before it. */
static void watch_maximum(struct meeting *m, struct side *mine)
{
	/* Each of the two stamps may be late by a step. */
	uint64_t step = m->side[0].step + m->side[1].step;
	uint64_t max = atomic_load_explicit(&m->max, memory_order_acquire);
	uint64_t now = tscal_rdtsc_begin();

	/* As differences: a TSC may pass 2^64. */
	if (max && (int64_t)(max - now) > 0 && max - now > step &&
		max - now > mine->warp)
		mine->warp = max - now;
	if (!max || (int64_t)(now - max) > 0)
		atomic_compare_exchange_strong_explicit(&m->max, &max, now,
			memory_order_acq_rel, memory_order_relaxed);
}

/*
 * Write stamps, and read the other side's; true if it was a new one.  Several
 * are written between two readings: a line that the other side has just read
 * has to be fetched again for the first, and the next ones are there at once.
 */
static bool exchange(
	struct side *mine, const struct side *other, uint64_t *last)
{
	uint64_t seen, now;

	for (int i = 0; i < STAMPS; i++)
		atomic_store_explicit(&mine->stamp, tscal_rdtsc_begin(),
			memory_order_release);
	seen = atomic_load_explicit(&other->stamp, memory_order_acquire);
	now = tscal_rdtsc_begin();
	if (seen == *last)
		return false;
	*last = seen;
	if (!mine->now.rounds++ || (int64_t)(now - seen) < mine->now.least)
		mine->now.least = (int64_t)(now - seen);
	return true;
}

/*
 * Stretch n, from 1.  A side that has read enough goes on writing until the
 * other has read enough.  False at the deadline.
 */
static bool stretch(struct meeting *m, int which, unsigned n)
{
	struct side *mine = &m->side[which], *other = &m->side[!which];
	uint64_t last = atomic_load_explicit(
		&other->stamp, memory_order_relaxed);
	uint64_t heard_ns = 0, now_ns;
	bool heard = true;

	mine->now = (struct found){0};
	for (unsigned look = 1;; look++) {
		heard |= exchange(mine, other, &last);
		watch_maximum(m, mine);
		if (mine->now.rounds >= ROUNDS &&
			atomic_load_explicit(
				&mine->ended, memory_order_relaxed) < n) {
			mine->found[n % 2] = mine->now;
			atomic_store_explicit(
				&mine->ended, n, memory_order_release);
		}
		if (atomic_load_explicit(&mine->ended, memory_order_relaxed) >=
				n &&
			atomic_load_explicit(
				&other->ended, memory_order_acquire) >= n)
			return true;
		if (look % (SPINS / STAMPS))
			continue;
		now_ns = clock_now(CLOCK_MONOTONIC);
		if (now_ns >= m->deadline_ns ||
			atomic_load_explicit(&m->stop, memory_order_relaxed))
			return false;
		if (heard || !heard_ns)
			heard_ns = now_ns;
		else if (now_ns - heard_ns > STALL_NS)
			heard_ns = sleep_to_meet(now_ns);
		heard = false;
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

/* Add what both found of a stretch. */
static void conclude(
	struct meeting *m, const struct found *a, const struct found *b)
{
	/* INT64_MIN has no opposite. */
	struct pair_bounds found = {-pair_near(a->least), pair_near(b->least)};

	m->sum.step = (int64_t)(m->side[0].step > m->side[1].step
					? m->side[0].step
					: m->side[1].step);
	if (a->rounds && b->rounds)
		pair_add(&m->sum, m->out, &found, a->rounds + b->rounds);
}

static void measure(struct meeting *m, int which)
{
	unsigned n = 0;

	while (n * ROUNDS < m->until.rounds) {
		if (!stretch(m, which, ++n))
			return;
		if (!which)
			conclude(m, &m->side[0].found[n % 2],
				&m->side[1].found[n % 2]);
	}
}

/* When both threads have ended.  The last stretch may not have been ended by
 * both: what there is of it counts too. */
static void conclude_all(struct meeting *m)
{
	unsigned a = atomic_load(&m->side[0].ended),
		 b = atomic_load(&m->side[1].ended);
	unsigned n = a < b ? a : b;

	if (n * ROUNDS < m->until.rounds)
		conclude(m, a > n ? &m->side[0].found[a % 2] : &m->side[0].now,
			b > n ? &m->side[1].found[b % 2] : &m->side[1].now);
	pair_close(&m->sum, m->out);
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
		uint64_t ended = tsc_at(&ended_ns);

		/* A TSC that went back has no rate. */
		m->out->ticks = (int64_t)(ended - begun) > 0 ? ended - begun
							     : 0;
		m->out->ns = ended_ns - begun_ns;
	}
	s->aux = aux_is(m, s->cpu);
	s->stayed = sched_getcpu() == (int)s->cpu;
}

static void *side_run(struct meeting *m, int which)
{
	take_part(m, which);
	pthread_mutex_lock(&m->lock);
	m->threads_ended++;
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

/* It starts on its CPU: elsewhere it might have to wait for one before it can
 * leave it.  rc of what refused that is found when the thread binds itself. */
static void start_on(pthread_attr_t *attr, unsigned cpu)
{
	cpu_set_t *set = CPU_ALLOC(cpu + 1);
	size_t size = CPU_ALLOC_SIZE(cpu + 1);

	if (!set)
		return;
	CPU_ZERO_S(size, set);
	CPU_SET_S(cpu, size, set);
	pthread_attr_setaffinity_np(attr, size, set);
	CPU_FREE(set);
}

/* With every signal blocked: they are for the program's own threads. */
static int start_thread(pthread_t *thread, void *(*run)(void *),
	struct meeting *m, unsigned cpu)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int rc = pthread_attr_init(&attr);

	if (rc)
		return -rc;
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	start_on(&attr, cpu);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(thread, &attr, run, m);
	/* The program's thread-local data do not fit, or the CPU is refused: by
	 * the kernel, or with any error by a filter. */
	if (rc)
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
	while (m->threads_ended < n && !rc)
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
	int rc = start_thread(&thread[0], side_a, m, m->side[0].cpu), rc_b;

	if (rc)
		return rc;
	rc_b = start_thread(&thread[1], side_b, m, m->side[1].cpu);
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
	if (!rc)
		conclude_all(&m);
	pthread_setcancelstate(before, NULL);
	return rc ? rc : check(&m, out);
}
