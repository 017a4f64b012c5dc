/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Faults of the processes that keep and read a clock.
 *
 * Three clocks are read all the time, by threads of this process: one that it
 * has attached, kept by another process, and two of its own, one of them with
 * its page in shared memory.  Faults are done to them meanwhile.
 */
#ifndef TSCAL_FAULTS_H
#define TSCAL_FAULTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <tscal/tscal.h>

#include "../live.h"

#define MS INT64_C(1000000)
#define S (1000 * MS)

/* random.c: by seed. */
void random_seed(uint64_t seed);
uint32_t random_below(uint32_t n);

/* watch.c: readers. */
enum { ATTACHED, PRIVATE, SHARED, CLOCKS };
extern struct tscal_clock clocks[CLOCKS];
extern const char *const clock_names[CLOCKS];

int64_t system_ns(void);
/* A thread for each clock that reads and checks all the time. */
void watch_start(void);
/* Sleep; fails if a reader is blocked meanwhile. */
void watch_for(int64_t ns);
/* Read for so long here, as the threads do; clock: of clocks[]. */
void watch_here(int clock, int64_t ns);
/* The same, by a thread, while call(clock) does something to it. */
void watch_beside(int clock, void (*call)(int));
void watch_stop(void);
/* Fails if a clock was never read by the TSC. */
void watch_expect_tsc(void);
/* No thread reads that clock, until it may again: it can be set up anew. */
void watch_hold(int clock);
void watch_go_on(int clock);
/* One line of JSON: what was read. */
void watch_print(const char *name, double seconds, unsigned faults);

/* keeper.c: the process that keeps the attached clock. */
extern void *page;
enum keeping { BY_THREAD, BUSILY };
/* Returns when its clock runs; 0: it cannot run on the TSC. */
pid_t keeper_start(enum keeping how);
void keeper_kill(pid_t pid);
/* Until the attached clock is on the TSC again. */
void keeper_wait(void);

/* faults.c */
/* The keeper is stopped for so long. */
void fault_stop(int64_t ns);
/* It does nothing but update, and is killed in the middle of that. */
void fault_kill(void);
/* It exits without stopping its thread. */
void fault_exit(void);
/* A keeper that updates by its thread, from now on.  False: not on the TSC. */
bool fault_end(void);
/* This process forks; the child reads on, and may update. */
void fault_fork(void);
/* Until all children of fault_fork() have ended, well. */
void fault_fork_wait(void);
/* All of it on one CPU, for so long. */
void fault_one_cpu(int64_t ns);
/* At nice 19, beside eight busy processes. */
void fault_busy(int64_t ns);
/* The page is given up and another one made, in another file. */
void fault_new_page(void);
/* A clock in another time namespace; false where that is not permitted. */
bool fault_time_namespace(void);

#endif /* TSCAL_FAULTS_H */
