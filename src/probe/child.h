/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A child process that the program does not notice: of clone(2) with no signal
 * at its end.  The program gets no SIGCHLD, its waitpid(-1) finds no child, and
 * its handlers for fork (pthread_atfork(3)) do not run.  In the child every
 * signal is blocked, so that none of the program's handlers runs there either:
 * a fault that is blocked kills (Linux, force_sig_info_to_task()).
 */
#ifndef TSCAL_PROBE_CHILD_H
#define TSCAL_PROBE_CHILD_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* Returns 0 in the child, and in the program its pid or -errno. */
pid_t child_start(void);

/* In the child: no core file, this name (15 characters at most), and none of
 * the program's files but this descriptor; -1: none at all. */
void child_quiet(const char *name, int keep);
/* In the child: end when the thread that started it does, which waits for it:
 * if the program is killed meanwhile, nobody else would end a child that waits
 * for ever. */
void child_end_with(pid_t program);
_Noreturn void child_leave(void);

/* How a child ended, where that is not known. */
#define CHILD_STAYS (-1)    /* it does not end */
#define CHILD_NOT_TOLD (-2) /* a filter refuses to wait for it */

/* In the program: wait for its end.  Returns its status (waitpid(2)), or one of
 * the above. */
int child_wait(pid_t pid, unsigned ms);
/* The same after SIGKILL. */
int child_kill(pid_t pid);

/* 0: the clock cannot be read. */
uint64_t child_clock_ms(clockid_t clock);

/* A thread that is cancelled must not leave its child behind, nor run the
 * program's cleanup in it.  Returns the state to restore. */
int child_uncancelled(void);

#endif /* TSCAL_PROBE_CHILD_H */
