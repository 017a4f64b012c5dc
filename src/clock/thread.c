/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The thread that updates a clock, for those who want one. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "clock/state.h"
#include "plat/self.h"

/* After the moment at which a segment begins. */
#define AFTER_NS 500000

bool clock_thread_runs(const struct tscal_clock *clk)
{
	const struct clock_state *st = clock_state(clk);

	/* Memory that was never a clock's may hold anything. */
	return st->magic == CLOCK_MAGIC &&
	       __atomic_load_n(&st->thread_runs, __ATOMIC_ACQUIRE) &&
	       st->thread_pid == self_pid();
}

/* When to update again: when the segment after the one in use has begun, if
 * that is about an interval from now. */
static double pause_ns(const struct clock_state *st)
{
	uint64_t latch = __atomic_load_n(&st->page->latch, __ATOMIC_ACQUIRE);
	double interval_ns = st->interval_ns, ns;
	struct tscal_segment in_use;

	if (latch & PAGE_REVOKED ||
		!page_segment(st->page, (uint32_t)latch, &in_use))
		return interval_ns;
	ns = (double)(int64_t)(segment_end(&in_use) - tscal_rdtsc()) *
		     (double)in_use.mult * 0x1p-61 +
	     AFTER_NS;
	return ns > interval_ns / 2 && ns < interval_ns * 3 / 2 ? ns
								: interval_ns;
}

/* Wait, until told to stop. */
static bool go_on(struct clock_state *st, double ns)
{
	uint64_t until = st->plat->ops->now_ns(st->plat) + (uint64_t)ns;
	struct timespec ts = {.tv_sec = (time_t)(until / 1000000000),
		.tv_nsec = (long)(until % 1000000000)};
	bool stop;

	pthread_mutex_lock(&st->mutex);
	while (!st->thread_stop &&
		pthread_cond_timedwait(&st->wake, &st->mutex, &ts) == 0)
		;
	stop = st->thread_stop;
	pthread_mutex_unlock(&st->mutex);
	return !stop;
}

static void *run(void *arg)
{
	struct tscal_clock *clk = arg;
	struct clock_state *st = clock_state(clk);

	while (go_on(st, pause_ns(st)))
		tscal_clock_update(clk);
	return NULL;
}

static int start(struct tscal_clock *clk, const pthread_attr_t *attr)
{
	struct clock_state *st = clock_state(clk);
	pthread_condattr_t cond;
	sigset_t all, old;
	int rc;

	pthread_condattr_init(&cond);
	pthread_condattr_setclock(&cond, CLOCK_MONOTONIC);
	pthread_cond_init(&st->wake, &cond);
	pthread_condattr_destroy(&cond);
	pthread_mutex_init(&st->mutex, NULL);
	st->thread_stop = false;
	st->thread_pid = self_pid();
	/* A program's signals are for its own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&st->thread, attr, run, clk);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!rc)
		__atomic_store_n(&st->thread_runs, true, __ATOMIC_RELEASE);
	return -rc;
}

int tscal_clock_thread_start(
	struct tscal_clock *clk, const pthread_attr_t *attr)
{
	int rc = clock_updatable(clk);

	if (rc)
		return rc;
	return clock_thread_runs(clk) ? -EALREADY : start(clk, attr);
}

int tscal_clock_thread_stop(struct tscal_clock *clk)
{
	struct clock_state *st = clock_state(clk);

	if (!clock_thread_runs(clk))
		return -ESRCH;
	pthread_mutex_lock(&st->mutex);
	st->thread_stop = true;
	pthread_cond_signal(&st->wake);
	pthread_mutex_unlock(&st->mutex);
	pthread_join(st->thread, NULL);
	pthread_cond_destroy(&st->wake);
	pthread_mutex_destroy(&st->mutex);
	__atomic_store_n(&st->thread_runs, false, __ATOMIC_RELEASE);
	return 0;
}
