/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * An updater that is descheduled at each instruction of its critical path: all
 * that it executes of page.c, which is all that touches what readers see.  A
 * child updates a clock in shared memory, and is single-stepped; in each update
 * it is held at one instruction, the next in the next update, for longer than
 * the lease.  Meanwhile its parent reads.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock/state.h"
#include "live.h"

/* The shortest interval, and the end of its lease and some. */
#define INTERVAL_MS 10
#define HOLD_NS 27000000
/* More instructions than that in one update: something is wrong. */
#define STEPS_MAX 2000000

struct shared {
	struct tscal_clock clk;
	int on;		  /* what tscal_clock_init() said, plus 1 */
	unsigned updates; /* begun */
	uint32_t events;
};

static struct shared *sh;
static int64_t last_ns = INT64_MIN;
static uint32_t generation;
static uint64_t readings;

/* One reading; it is not older than the last of its generation. */
static void read_once(void)
{
	uint32_t before = tscal_clock_generation(&sh->clk);
	int64_t ns = tscal_now(&sh->clk);

	if (tscal_clock_generation(&sh->clk) != before)
		return;
	check(before != generation || ns >= last_ns, "%ld ns back",
		last_ns - ns);
	generation = before;
	last_ns = ns;
	readings++;
}

static void child(void)
{
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;

	opts.interval_ms = INTERVAL_MS;
	sh->on = tscal_clock_init(&sh->clk, CLOCK_MONOTONIC, &opts, NULL) + 1;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(LIVE_SKIP);
	for (;;) {
		int rc;

		raise(SIGSTOP);
		sh->updates++;
		rc = tscal_clock_update(&sh->clk);
		if (rc > 0)
			sh->events |= (uint32_t)rc;
	}
}

static uint64_t address(pid_t pid)
{
	struct user_regs_struct regs;

	check(!ptrace(PTRACE_GETREGS, pid, NULL, &regs), "%s", strerror(errno));
	return regs.rip;
}

/* The functions of page.c stand together; the last is a short one. */
static bool critical(uint64_t rip)
{
	return rip >= (uint64_t)(uintptr_t)page_init &&
	       rip < (uint64_t)(uintptr_t)page_read + 64;
}

static void read_for(uint64_t ns)
{
	struct timespec begun, at;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	do {
		for (int i = 0; i < 50; i++)
			read_once();
		clock_gettime(CLOCK_MONOTONIC, &at);
	} while ((uint64_t)(at.tv_sec - begun.tv_sec) * 1000000000 +
			 (uint64_t)at.tv_nsec - (uint64_t)begun.tv_nsec <
		 ns);
}

/* One update, held at its critical instruction number hold_at.  Returns how
 * many there were. */
static unsigned update(pid_t pid, unsigned hold_at)
{
	unsigned n = 0;

	for (long steps = 0;; steps++) {
		int status;

		check(steps < STEPS_MAX, "the update does not end");
		check(!ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), "%s",
			strerror(errno));
		check(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status),
			"the updater ended: %x", status);
		if (WSTOPSIG(status) == SIGSTOP)
			return n;
		read_once();
		if (critical(address(pid)) && n++ == hold_at)
			read_for(HOLD_NS);
	}
}

int main(int argc, char **argv)
{
	/* With an argument each instruction, else each so many. */
	unsigned stride = argc > 1 ? 1 : 23, held = 0;
	int status;
	pid_t pid;

	(void)argv;
	sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(sh != MAP_FAILED, "%s", strerror(errno));
	pid = fork();
	if (pid == 0)
		child();
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		skip("a child cannot be traced");
	if (sh->on != TSCAL_CLOCK_ON_TSC + 1) {
		kill(pid, SIGKILL);
		skip("the clock does not run on the TSC");
	}
	/* Until no update reaches that far any more. */
	for (unsigned at = 0;; at += stride, held++) {
		struct timespec pause = {0, 2000000};

		nanosleep(&pause, NULL);
		if (update(pid, at) <= at)
			break;
		/* And one that is not held up, as most are. */
		update(pid, UINT32_MAX);
	}
	kill(pid, SIGKILL);
	printf("held at %u instructions, %u updates, %lu readings:", held,
		sh->updates, readings);
	for (uint32_t left = sh->events; left;)
		printf(" %s", tscal_event_next(&left));
	printf("\n");
	check(held > 20, "too few instructions: is page.c another?");
	check(sh->events & TSCAL_EVENT_LAPSE, "no lease has run out");
	return 0;
}
