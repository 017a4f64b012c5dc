/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A process beside this one that touches what may fault, hang or need putting
 * back: reads of a hardware timer.  Whatever happens to it is an errno here.
 */
#ifndef TSCAL_WORKER_H
#define TSCAL_WORKER_H

#include <errno.h>
#include <sys/types.h>

#include "plat/plat.h"

/* Reads in a burst, at most. */
#define WORKER_READS 1024

/*
 * Memory that both processes see.  What is asked and answered; and what has to
 * be put back if the worker dies before it could.
 */
struct worker_shared {
	struct plat_where where;
	const void *place; /* a mapping that the timer is read through */
	struct plat_until until;
	struct plat_counter counter;
	struct plat_sample sample[WORKER_READS];
	int rc; /* of what was asked last */
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
	/* Put back what open() changed; NULL: nothing.  Runs in a process of
	 * its own if the first one died. */
	void (*restore)(struct worker_shared *sh);
};

/* Zero: none is running. */
struct worker {
	const struct worker_job *job;
	struct worker_shared *shared;
	pid_t pid;
	int fd; /* our end of the line to it */
};

/*
 * Start a worker and let it open its timer.  where and place may be NULL.
 * Returns 0 or -errno, with nothing left running; out is filled in all the
 * same where the timer said something about itself.
 */
int worker_open(struct worker *w, const struct worker_job *job,
	const struct plat_where *where, const void *place,
	struct plat_counter *out);

/* A burst by it.  Whatever ends the worker is an error; later bursts are
 * -ECHILD. */
int worker_burst(struct worker *w, struct plat_sample *buf,
	const struct plat_until *until);

/* End it, put back what it changed, and free what belongs to it. */
void worker_close(struct worker *w);

/*
 * The burst of all jobs.  read() is the moment of the reading and gives the
 * counter, turned to count up; unless there is fetch(), which gives what was
 * read a moment before.  Both are constants wherever this is called, and so
 * become a part of the loop: no call stands between the two TSC reads.
 */
static inline __attribute__((always_inline)) int worker_loop(
	struct worker_shared *sh, uint64_t (*read)(struct worker_shared *),
	uint64_t (*fetch)(struct worker_shared *))
{
	const struct plat_counter *c = &sh->counter;
	uint64_t mask = UINT64_MAX >> (64 - c->width);
	/* The counter itself says when the time is over; the TSC where it does
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

/* Whether it counts at all: seen before it is trusted. */
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
