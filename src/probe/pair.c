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

#include "probe/devices.h"
#include "probe/pair.h"

/* After the deadline, for threads that wait for their CPU. */
#define GRACE_NS UINT64_C(50000000)
#define STACK_BYTES (256 * 1024)

static void *side_run(struct pair_meeting *m, int which)
{
	pair_take_part(m, which);
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
	struct pair_meeting *m, unsigned cpu)
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
static void wait_for(struct pair_meeting *m, int n)
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
		pair_give_up(m);
}

/* A thread that does not get its CPU ends on another one. */
static void end_thread(pthread_t thread, hwloc_const_bitmap_t allowed)
{
	bind_thread(thread, allowed);
	pthread_join(thread, NULL);
}

static int run_both(struct pair_meeting *m, hwloc_const_bitmap_t allowed)
{
	pthread_t thread[2];
	int rc = start_thread(&thread[0], side_a, m, m->side[0].cpu), rc_b;

	if (rc)
		return rc;
	rc_b = start_thread(&thread[1], side_b, m, m->side[1].cpu);
	if (rc_b)
		pair_give_up(m);
	wait_for(m, rc_b ? 1 : 2);
	end_thread(thread[0], allowed);
	if (!rc_b)
		end_thread(thread[1], allowed);
	return rc_b;
}

static int run_all(struct pair_meeting *m)
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
static int check(const struct pair_meeting *m, struct plat_pair *out)
{
	for (int i = 0; i < 2; i++) {
		const struct pair_side *s = &m->side[i];

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
	struct pair_meeting m = {.until = *until,
		.rdtscp = rdtscp,
		.side = {{.cpu = a, .aux = -1}, {.cpu = b, .aux = -1}},
		.out = out};
	int rc, before;

	m.deadline_ns = pair_clock(CLOCK_MONOTONIC) + until->ns;
	*out = (struct plat_pair){.aux = -1};
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	rc = run_all(&m);
	if (!rc)
		pair_conclude(&m);
	pthread_setcancelstate(before, NULL);
	return rc ? rc : check(&m, out);
}
