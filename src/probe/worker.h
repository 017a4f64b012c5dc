/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A child process for accesses that may fault, hang or need to be undone: reads
 * of a hardware timer.  Each of its failures is an errno here.
 */
#ifndef TSCAL_WORKER_H
#define TSCAL_WORKER_H

#include <errno.h>
#include <sys/types.h>

#include <tscal/conv.h>

#include "plat/plat.h"

/* Reads in a burst, at most. */
#define WORKER_READS 1024

/*
 * Memory of both processes: requests, answers, and what has to be restored if
 * the worker ends early.
 */
struct worker_shared {
	struct plat_where where;
	const void *place; /* a mapping that the timer is read through */
	struct plat_until until;
	struct plat_counter counter;
	struct plat_sample sample[WORKER_READS];
	int rc; /* of the last request */
	/* The PIT's: port 0x61 and the mode of channel 2 as they were; valid
	 * from before the first change until after the last. */
	volatile bool changed;
	volatile uint8_t port61, mode;
};

/* What a worker does.  In its process: only system calls, no allocation, no
 * lock.  All return as the platform's operations do. */
struct worker_job {
	const char *name; /* of the process, at most 15 characters */
	/* Fills in counter. */
	int (*open)(struct worker_shared *sh);
	/* Fills in sample. */
	int (*burst)(struct worker_shared *sh);
	/* Restore what open() changed; NULL: nothing.  Runs in a process of its
	 * own if the first one was killed. */
	void (*restore)(struct worker_shared *sh);
};

/* Zero: none is running. */
struct worker {
	const struct worker_job *job;
	struct worker_shared *shared;
	pid_t pid;
	int fd; /* our end of the socket pair */
};

/*
 * Start a worker and let it open its timer.  where and place may be NULL.
 * Returns 0 or -errno, with nothing left running; out is filled in all the
 * same where the timer reported its rate.
 */
int worker_open(struct worker *w, const struct worker_job *job,
	const struct plat_where *where, const void *place,
	struct plat_counter *out);

/* A burst by it.  If the worker ends, that is an error; later bursts are
 * -ECHILD. */
int worker_burst(struct worker *w, struct plat_sample *buf,
	const struct plat_until *until);

/* End it, restore what it changed, and free its memory. */
void worker_close(struct worker *w);

/*
 * The burst of all jobs.  read() is the moment of the reading and gives the
 * count, counting up; with fetch(), fetch() gives the count of this moment.
 * Both are constants wherever this is called, and so become a part of the loop:
 * no call stands between the two TSC reads.
 */
static inline __attribute__((always_inline)) int worker_loop(
	struct worker_shared *sh, uint64_t (*read)(struct worker_shared *),
	uint64_t (*fetch)(struct worker_shared *))
{
	const struct plat_counter *c = &sh->counter;
	uint64_t mask = UINT64_MAX >> (64 - c->width);
	/* The counter itself shows when the time is over; the TSC if it does
	 * not count: none ticks faster than 20 GHz. */
	double counts = (double)sh->until.ns * 1e-9 * (double)c->num /
			(double)c->den;
	uint64_t begun = tscal_rdtsc(), ticks = sh->until.ns * 20, first = 0;
	struct plat_tightest tightest = {0};
	size_t n = 0;

	while (n < sh->until.reads && n < WORKER_READS) {
		struct plat_sample *s = &sh->sample[n];

		s->tsc_before = tscal_rdtsc_begin();
		s->ref = read(sh);
		s->tsc_after = tscal_rdtsc_begin();
		if (fetch)
			s->ref = fetch(sh);
		if (!n++)
			first = s->ref;
		if ((double)((s->ref - first) & mask) >= counts ||
			s->tsc_after - begun >= ticks ||
			plat_repeats(&tightest, s, sh->until.repeats))
			break;
	}
	return (int)n;
}

/* Whether it counts at all; checked before it is used. */
#define WORKER_LOOKS 100
static inline __attribute__((always_inline)) int worker_advances(
	struct worker_shared *sh, uint64_t (*read)(struct worker_shared *))
{
	uint64_t first = read(sh);

	for (int i = 0; i < WORKER_LOOKS; i++)
		if (read(sh) != first)
			return 0;
	return -ENODEV;
}

#endif /* TSCAL_WORKER_H */
