/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The thread that updates a clock, if the program starts one. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "clock/state.h"
#include "plat/self.h"

/* After the moment at which a segment begins. */
#define AFTER_NS 500000

/* thread_state: 4 times self_process() of the process that has it, and: */
enum { NONE, CHANGING, RUNNING };

static uint32_t state(uint32_t of)
{
	return self_process() << 2 | of;
}

/* In this process: a child of fork(2) has none. */
static bool there_is_one(uint32_t thread_state)
{
	return thread_state >> 2 == self_process() &&
	       (thread_state & 3) != NONE;
}

bool clock_thread_runs(const struct tscal_clock *clk)
{
	const struct clock_state *st = clock_state(clk);

	/* Memory that was never a clock's may hold anything. */
	return st->magic == CLOCK_MAGIC &&
	       there_is_one(
		       __atomic_load_n(&st->thread_state, __ATOMIC_ACQUIRE));
}

/* The state from one to another, for one caller of several. */
static bool change(struct clock_state *st, uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(&st->thread_state, &from, to, false,
		__ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* When to update again: when the segment after the one in use has begun, if
 * that is about an interval from now. */
static double pause_ns(const struct clock_state *st)
{
	uint64_t latch = page_latch(st->page);
	double interval_ns = st->interval_ns, ns;
	struct tscal_segment in_use;

	if (latch & PAGE_CLOSED ||
		!page_segment(st->page, page_in_use(latch), &in_use))
		return interval_ns;
	ns = (double)(int64_t)(segment_end(&in_use) - tscal_rdtsc()) *
		     (double)in_use.mult * 0x1p-61 +
	     AFTER_NS;
	return ns > interval_ns / 2 && ns < interval_ns * 3 / 2 ? ns
								: interval_ns;
}

/* Wait; false: the thread is to stop. */
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

	/* Not if it was disabled, or another clock took its page over. */
	while (clock_mode(clk) != CLOCK_MODE_SYSTEM && go_on(st, pause_ns(st)))
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
	/* A program's own threads take its signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&st->thread, attr, run, clk);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -rc;
}

int tscal_clock_thread_start(
	struct tscal_clock *clk, const pthread_attr_t *attr)
{
	struct clock_state *st;
	uint32_t before;
	int rc = clock_updatable(clk), detached;

	if (rc || clock_mode(clk) != CLOCK_MODE_TSC)
		return rc;
	st = clock_state(clk);
	/* It could not be waited for. */
	if (attr && (pthread_attr_getdetachstate(attr, &detached) ||
			    detached != PTHREAD_CREATE_JOINABLE))
		return -EINVAL;
	before = __atomic_load_n(&st->thread_state, __ATOMIC_ACQUIRE);
	if (there_is_one(before) || !change(st, before, state(CHANGING)))
		return -EALREADY;
	rc = start(clk, attr);
	change(st, state(CHANGING), state(rc ? NONE : RUNNING));
	return rc;
}

int tscal_clock_thread_stop(struct tscal_clock *clk)
{
	struct clock_state *st;

	if (!clk)
		return -EINVAL;
	st = clock_state(clk);
	if (clock_mode(clk) == CLOCK_MODE_ATTACHED)
		return -EPERM;
	if (!clock_thread_runs(clk))
		return clock_mode(clk) == CLOCK_MODE_SYSTEM ||
				       clock_mode(clk) == CLOCK_MODE_MOCK
			       ? 0
			       : -ESRCH;
	if (!change(st, state(RUNNING), state(CHANGING)))
		return -ESRCH;
	pthread_mutex_lock(&st->mutex);
	st->thread_stop = true;
	pthread_cond_signal(&st->wake);
	pthread_mutex_unlock(&st->mutex);
	pthread_join(st->thread, NULL);
	pthread_cond_destroy(&st->wake);
	pthread_mutex_destroy(&st->mutex);
	change(st, state(CHANGING), state(NONE));
	return 0;
}
