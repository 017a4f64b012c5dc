/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What is in a clock beside its page: tscal_clock.private_. */
#ifndef TSCAL_STATE_H
#define TSCAL_STATE_H

#include <pthread.h>

#include <tscal/clock.h>

#include "clock/page/page.h"
#include "clock/follow/servo.h"
#include "clock/follow/break_reason.h"

/* tscal_clock.mode */
enum clock_mode {
	CLOCK_MODE_NONE, /* never set up: all zero */
	CLOCK_MODE_SYSTEM,
	CLOCK_MODE_TSC,
	CLOCK_MODE_MOCK,
	CLOCK_MODE_ATTACHED, /* another process updates it */
};

#define CLOCK_WHY 240

/* All of it is read and written under lock, but for what is atomic.
 */
struct clock_state {
	uint64_t magic;
	struct tscal_platform *plat;
	/* Atomic; NULL: there is none.  Not written unless clock_writes(). */
	struct tscal_clock_page *page;
	uint32_t owner; /* atomic: as in the shared page; 0: it has none */
	struct page_system system; /* atomic */
	uint32_t lock;	  /* atomic: self_process() while it updates, or 0 */
	uint32_t process; /* atomic: self_process() when it was set up, or taken
			     over */
	bool attached;	  /* and not detached since */
	const void *mapped; /* by tscal_clock_attach_fd() */
	/* Atomic, of pages that are only read: attached_answer.c. */
	uint64_t answered_latch;
	bool answers_stepped;
	double interval_ns;
	bool system_call; /* RDTSC is disabled, and the vDSO's clocks with it */
	double raw_rate;  /* ns of CLOCK_MONOTONIC_RAW per tick */
	bool drift_by_clocksource;

	struct servo servo;
	struct clocks clocks;		/* at the last update */
	struct timekeeping timekeeping; /* at the start, or the last break */
	uint64_t looked_tsc;		/* when the clocksource was last read */

	/* Atomic: struct tscal_stats. */
	uint64_t slow, updates, published, breaks, lapses, bound;
	int64_t worst_ns;

	uint32_t thread_state; /* atomic: thread.c */
	bool thread_stop;      /* under mutex */
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	void (*on_event)(void *arg, uint32_t events);
	void *event_arg;

	char why[CLOCK_WHY];
} __attribute__((__may_alias__));

_Static_assert(sizeof(struct clock_state) <=
		       sizeof(((struct tscal_clock *)0)->private_),
	"the state has room in the clock");

#define CLOCK_MAGIC UINT64_C(0x65746174736b6c63)

/* Also of a clock that may not be written: what is in it is counted, and kept
 * for the next reading, by atomic operations. */
static inline struct clock_state *clock_state(const struct tscal_clock *clk)
{
	return (struct clock_state *)(uintptr_t)clk->private_;
}

static inline enum clock_mode clock_mode(const struct tscal_clock *clk)
{
	return (enum clock_mode)__atomic_load_n(&clk->mode, __ATOMIC_RELAXED);
}

static inline void clock_set_mode(struct tscal_clock *clk, enum clock_mode mode)
{
	__atomic_store_n(&clk->mode, (int32_t)mode, __ATOMIC_RELAXED);
}

/* Only one at a time changes a clock: 0, or -EBUSY.  A child of fork() takes it
 * from its parent, which has its own. */
int clock_lock(struct clock_state *st);
void clock_unlock(struct clock_state *st);

static inline struct tscal_clock_page *clock_page(const struct clock_state *st)
{
	return __atomic_load_n(&st->page, __ATOMIC_ACQUIRE);
}

/* The page whose segments are the clock's; NULL: there are none. */
static inline const struct tscal_clock_page *clock_segments(
	const struct tscal_clock *clk)
{
	return clock_mode(clk) < CLOCK_MODE_TSC ? NULL
						: clock_page(clock_state(clk));
}

/* page_owner.c.  Whether a page, which was the clock's, is the clock's to
 * write: not if it is attached, nor if it is shared and its owner this
 * process's parent, or a clock that took it over. */
bool clock_writes(
	const struct tscal_clock *clk, const struct tscal_clock_page *page);

/* On a page of its own from now on, if it was on one that it does not write.
 * Another generation. */
void clock_part(struct tscal_clock *clk);

/* On none, which may be given back: in another generation. */
void clock_forget_page(struct tscal_clock *clk);

static inline struct tscal_platform *clock_platform(
	const struct clock_state *st)
{
	return st->plat ? st->plat : tscal_platform_passive();
}

bool clock_thread_runs(const struct tscal_clock *clk);

/* 0 for a clock that was set up here, else what tscal_clock_update() returns.
 */
int clock_updatable(const struct tscal_clock *clk);

/* Set up anew, all zero but for the page of its own. */
void clock_clear(struct tscal_clock *clk, int clock_id, enum clock_mode mode);

/* The TSC is not used (any more).  Under lock, or before it is used. */
void clock_leave(
	struct tscal_clock *clk, enum clock_mode mode, const char *why);

/* Clocks that run evenly, and not in ticks of the kernel: dynamic ones have
 * CLOCKFD in their low bits (Linux, include/linux/posix-timers.h). */
bool clock_can_be_followed(int clock_id);

/* Whether TSCAL_CLOCK_* or the environment asks for the system's clock: then
 * the clock leaves the TSC. */
bool clock_unwanted(struct tscal_clock *clk, uint32_t flags);

/* follow/utc.c.  How far the clock is from UTC into its page, by adjtimex(2);
 * -EAGAIN for CLOCK_TAI if its offset is not known. */
int clock_look_at_utc(struct tscal_platform *plat, int clock_id, uint64_t tsc,
	struct tscal_clock_page *page);

/* page/attached_answer.c: as page_answer(), of a page that another process
 * writes, and the generation of such a page. */
enum page_answer attached_answer(struct clock_state *st,
	const struct tscal_clock_page *page, uint64_t latch, uint64_t tsc,
	int64_t *ns, struct tscal_segment *seg);
uint32_t attached_generation(
	struct clock_state *st, const struct tscal_clock_page *page);

/* A reading without a segment. */
struct slow_reading {
	int64_t ns;
	int64_t clock_ns; /* of the clock, not held at anything */
	bool by_segment;  /* one was valid by now after all: segment */
	uint64_t tsc;
	struct tscal_segment segment;
};
int clock_read_slow(const struct tscal_clock *clk, struct slow_reading *out);

#endif /* TSCAL_STATE_H */
