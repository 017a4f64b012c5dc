/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "probe/child.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A killed process ends when it next runs, unless the kernel holds it in a
 * call. */
#define REAP_MS 1000

void child_quiet(const char *name, int keep)
{
	/* A fault leaves no core file. */
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NAME, name);
	/* Do not hold the program's files open.  On kernels before 5.9, and
	 * where a filter refuses it, they stay open until this process ends.
	 */
	if (keep > 0)
		syscall(SYS_close_range, 0, keep - 1, 0);
	syscall(SYS_close_range, keep + 1, ~0u, 0);
}

void child_end_with(pid_t program)
{
	pid_t parent;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	parent = (pid_t)syscall(SYS_getppid);
	/* 0: in another PID namespace. */
	if (parent > 0 && parent != program)
		child_leave();
}

void child_leave(void)
{
	for (;;)
		syscall(SYS_exit_group, 0);
}

pid_t child_start(void)
{
	sigset_t all, before;
	long pid;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	pid = syscall(SYS_clone, 0UL, NULL, NULL, NULL, 0UL);
	rc = errno;
	if (pid)
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pid < 0 ? -rc : (pid_t)pid;
}

uint64_t child_clock_ms(clockid_t clock)
{
	struct timespec ts;

	/* Not by the vDSO, which executes RDTSC: it may be disabled (prctl(2),
	 * PR_SET_TSC). */
	if (syscall(SYS_clock_gettime, clock, &ts))
		return 0;
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

int child_wait(pid_t pid, unsigned ms)
{
	const struct timespec nap = {.tv_nsec = 100000};
	uint64_t end = child_clock_ms(CLOCK_MONOTONIC) + ms;
	int status;

	for (;;) {
		/* __WALL: a child without a signal is waited for by that
		 * alone. */
		pid_t rc = waitpid(pid, &status, WNOHANG | __WALL);

		if (rc == pid)
			return status;
		/* Another part of the program waited for it: it has ended, and
		 * its pid may be reused by now. */
		if (rc < 0 && errno == ECHILD)
			return 0;
		/* EINTR, too: this call does not wait. */
		if (rc < 0)
			return CHILD_NOT_TOLD;
		if (child_clock_ms(CLOCK_MONOTONIC) >= end)
			return CHILD_STAYS;
		nanosleep(&nap, NULL);
	}
}

int child_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	return child_wait(pid, REAP_MS);
}

int child_uncancelled(void)
{
	int before;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	return before;
}
