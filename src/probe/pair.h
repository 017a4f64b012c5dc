/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The two threads that compare a pair of CPUs: what they share. */
#ifndef TSCAL_PROBE_PAIR_H
#define TSCAL_PROBE_PAIR_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "plat/pair.h"

/* A cache line, and the one beside it that is fetched with it. */
#define PAIR_LINE 128

/* What a side found, of a stretch: the least that a stamp of its own was above
 * the other's that it had read before, and how many it read. */
struct pair_found {
	int64_t least;
	uint32_t rounds;
};

struct pair_side {
	unsigned cpu;
	int rc; /* of binding it */
	/* Set before the first stamp, and looked at from then on. */
	atomic_uint_fast64_t step;
	struct pair_found now;
	/* Of the last two stretches: while one is looked at, the other side
	 * may end the next. */
	struct pair_found found[2];
	uint64_t warp;
	bool stayed;
	int8_t aux;
	_Alignas(PAIR_LINE)
		atomic_uint_fast64_t stamp;    /* the last that it wrote */
	_Alignas(PAIR_LINE) atomic_uint ended; /* stretches */
};

struct pair_meeting {
	struct plat_pair_until until;
	uint64_t deadline_ns;
	bool rdtscp;
	struct plat_pair *out;
	struct pair_side side[2]; /* a, b */
	struct pair_sum sum;
	unsigned concluded; /* stretches in it; of side a */
	atomic_bool stop;
	pthread_mutex_t lock;
	pthread_cond_t one_ended;
	int threads_ended;
	_Alignas(PAIR_LINE) atomic_uint_fast64_t max; /* the largest stamp */
};

static inline uint64_t pair_clock(clockid_t id)
{
	struct timespec ts = {0};

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static inline void pair_give_up(struct pair_meeting *m)
{
	atomic_store_explicit(&m->stop, true, memory_order_relaxed);
}

/* pair_exchange.c: side a (0) or b (1), on its thread. */
void pair_take_part(struct pair_meeting *m, int which);
/* When both threads have ended. */
void pair_conclude(struct pair_meeting *m);

#endif /* TSCAL_PROBE_PAIR_H */
