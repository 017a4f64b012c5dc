/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the commands that take seconds have in common. */
#ifndef TSCAL_CLI_RUNNING_H
#define TSCAL_CLI_RUNNING_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)

/* From here on SIGINT and SIGTERM set running_stopped(), for the command to
 * print what it has; another one, later, ends it at once. */
void running_catch_signals(void);
bool running_stopped(void);
/* Neither these nor what ends a process by default come meanwhile: for what
 * must not be left half done. */
void running_hold_signals(void);
void running_release_signals(void);
/* In a child, after fork() with signals held: what is caught ends it. */
void running_child(void);

/* Let this thread run on one CPU only.  0 or errno. */
int running_pin(int cpu);

/* On stderr, where that is a terminal, over the line before; "" removes it. */
#define PROGRESS_WIDTH 79
void running_progress(const char *line);

/* Whether RDTSC faults in this process (prctl(2), PR_SET_TSC). */
bool running_rdtsc_faults(void);
/* By a system call where RDTSC faults: so do the vDSO's clocks then. */
int64_t running_ns(clockid_t id);
/* The same of CLOCK_MONOTONIC, in seconds. */
double running_s(void);

#define RUNNING_INTERRUPTED_MOST 1000

/* As interrupted() of src/plat/interrupted.h, which the command cannot use: it
 * has the public headers alone (docs/design.md).
 * Whether to make a system call that failed again: a signal interrupted it.
 * Not for ever: a seccomp filter may answer EINTR each time.  times: 0 at
 * first. */
static inline bool running_interrupted(unsigned *times)
{
	return errno == EINTR && ++*times <= RUNNING_INTERRUPTED_MOST;
}

#endif /* TSCAL_CLI_RUNNING_H */
