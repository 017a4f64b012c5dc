/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The process that keeps the clock that others have attached. */
#include "faults.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIZE sizeof(struct tscal_clock_page)
/* Calibrating takes 11 ms, however long it waits for a CPU. */
#define LONG_NS (60 * S)

void *page;

/* Shared: 1: the keeper's clock runs; 2: not on the TSC. */
static int *state;

static volatile sig_atomic_t told;

static void tell(int signal)
{
	(void)signal;
	told = 1;
}

static void keep(enum keeping how)
{
	static struct tscal_clock clk;
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;
	const struct timespec a_while = {0, 10 * MS};
	int on;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	opts.page = page;
	opts.page_size = SIZE;
	on = tscal_clock_init(&clk, CLOCK_MONOTONIC, &opts, NULL);
	if (on == TSCAL_CLOCK_ON_TSC && how == BY_THREAD &&
		tscal_clock_thread_start(&clk, NULL))
		_exit(1);
	__atomic_store_n(
		state, on == TSCAL_CLOCK_ON_TSC ? 1 : 2, __ATOMIC_SEQ_CST);
	while (!told)
		if (how == BUSILY)
			tscal_clock_update(&clk);
		else
			nanosleep(&a_while, NULL);
	/* With the thread running. */
	exit(0);
}

pid_t keeper_start(enum keeping how)
{
	int64_t until = system_ns() + LONG_NS;
	pid_t pid;

	if (!state)
		state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(state != MAP_FAILED, "%s", strerror(errno));
	*state = 0;
	fflush(NULL);
	pid = fork();
	check(pid >= 0, "%s", strerror(errno));
	if (!pid) {
		signal(SIGTERM, tell);
		keep(how);
	}
	while (!__atomic_load_n(state, __ATOMIC_SEQ_CST)) {
		check(system_ns() < until, "the keeper does not start");
		watch_for(MS);
	}
	return *state == 1 ? pid : 0;
}

void keeper_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	check(waitpid(pid, NULL, 0) == pid, "%s", strerror(errno));
}

void keeper_wait(void)
{
	int64_t until = system_ns() + LONG_NS;

	while (tscal_clock_check(&clocks[ATTACHED])) {
		check(system_ns() < until, "no process keeps the clock: %s",
			tscal_clock_why(&clocks[ATTACHED]));
		watch_for(MS);
	}
}
