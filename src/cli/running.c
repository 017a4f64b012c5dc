/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "cli/running.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* timeout(1) signals a process and then its group: that is one signal. */
#define SAME_SIGNAL_NS (NS_PER_S / 5)

static volatile sig_atomic_t stopped;

/* Safe in a signal handler. */
static int64_t system_call_ns(clockid_t id)
{
	struct timespec ts = {0};

	syscall(SYS_clock_gettime, id, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void stop(int signal)
{
	static int64_t first_ns;
	int64_t now_ns = system_call_ns(CLOCK_MONOTONIC);

	if (!stopped)
		first_ns = now_ns;
	stopped = 1;
	if (now_ns - first_ns < SAME_SIGNAL_NS)
		return;
	/* It is delivered when this handler returns. */
	sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
	raise(signal);
}

static void catch_signal(int signal)
{
	/* What is printed meanwhile is printed to its end; sleeping ends. */
	struct sigaction act = {.sa_handler = stop, .sa_flags = SA_RESTART};
	struct sigaction old;

	/* One at a time. */
	sigaddset(&act.sa_mask, SIGINT);
	sigaddset(&act.sa_mask, SIGTERM);
	/* Started in the background it ignores Ctrl-C. */
	if (!sigaction(signal, NULL, &old) && old.sa_handler != SIG_IGN)
		sigaction(signal, &act, NULL);
}

void running_catch_signals(void)
{
	catch_signal(SIGINT);
	catch_signal(SIGTERM);
}

static sigset_t before;

void running_hold_signals(void)
{
	/* What a user, a terminal or a limit sends. */
	static const int signals[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGPIPE, SIGXCPU};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
}

void running_release_signals(void)
{
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void running_child(void)
{
	static const int caught[] = {SIGINT, SIGTERM};
	struct sigaction now;

	for (int i = 0; i < 2; i++)
		if (!sigaction(caught[i], NULL, &now) && now.sa_handler == stop)
			signal(caught[i], SIG_DFL);
	running_release_signals();
}

bool running_stopped(void)
{
	return stopped;
}

void running_progress(const char *line)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%-*.*s", PROGRESS_WIDTH, PROGRESS_WIDTH, line);
	if (!*line)
		fputc('\r', stderr);
}

bool running_rdtsc_faults(void)
{
	int mode = PR_TSC_ENABLE;

	return !prctl(PR_GET_TSC, &mode, 0, 0, 0) && mode != PR_TSC_ENABLE;
}

int64_t running_ns(clockid_t id)
{
	static int by_system_call = -1;
	struct timespec ts = {0};

	if (by_system_call < 0)
		by_system_call = running_rdtsc_faults();
	if (by_system_call)
		return system_call_ns(id);
	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

double running_s(void)
{
	return (double)running_ns(CLOCK_MONOTONIC) / 1e9;
}

int running_pin(int cpu)
{
	cpu_set_t *set;
	size_t size;
	int rc = 0;

	if (cpu < 0)
		return EINVAL;
	/* A cpu_set_t ends at CPU 1023. */
	size = CPU_ALLOC_SIZE((size_t)cpu + 1);
	set = CPU_ALLOC((size_t)cpu + 1);
	if (!set)
		return ENOMEM;
	CPU_ZERO_S(size, set);
	CPU_SET_S((size_t)cpu, size, set);
	if (sched_setaffinity(0, size, set))
		rc = errno;
	CPU_FREE(set);
	return rc;
}
