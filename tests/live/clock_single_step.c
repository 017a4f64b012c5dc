/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * An updater that is descheduled at each instruction of what it does to the
 * page: publish, resume, revoke, forget.  A child updates a clock in shared
 * memory; it is let run into one of the three, single-stepped there, and held
 * at one instruction for longer than the lease, while its parent reads.  With
 * an argument at so many instructions of each, evenly.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
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
#define UPDATE_NS 3000000
/* More instructions than that in one function: something is wrong. */
#define STEPS_MAX 100000
#define TRIES 40

struct shared {
	struct tscal_clock clk;
	int on; /* tscal_clock_init()'s result, plus 1 */
	bool revoke, forget;
	uint32_t events;
};

static struct shared *sh;
static pid_t pid;
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

static void read_for(uint64_t ns)
{
	struct timespec begun, at, pause = {0, 100000};

	clock_gettime(CLOCK_MONOTONIC, &begun);
	do {
		for (int i = 0; i < 50; i++)
			read_once();
		/* Beside other tests. */
		nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC, &at);
	} while ((uint64_t)(at.tv_sec - begun.tv_sec) * 1000000000 +
			 (uint64_t)at.tv_nsec - (uint64_t)begun.tv_nsec <
		 ns);
}

/* The child: an update, and a stop. */
static void child(void)
{
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	opts.interval_ms = INTERVAL_MS;
	sh->on = tscal_clock_init(&sh->clk, CLOCK_MONOTONIC, &opts, NULL) + 1;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(LIVE_SKIP);
	for (;;) {
		int64_t last = tscal_now(&sh->clk);
		int rc;

		raise(SIGSTOP);
		/* Without the servo's knowledge: the update takes it for a
		 * jump. */
		if (sh->revoke)
			page_revoke(&sh->clk.own, tscal_rdtsc(), INT64_MIN);
		/* As if the clock had been set back since it was read. */
		if (sh->forget)
			clock_state(&sh->clk)->system.highest_ns = last +
								   1000000000;
		sh->revoke = sh->forget = false;
		rc = tscal_clock_update(&sh->clk);
		if (rc > 0)
			sh->events |= (uint32_t)rc;
	}
}

static void traced(int request, void *data)
{
	check(!ptrace(request, pid, NULL, data), "%s", strerror(errno));
}

/* What it stopped by. */
static int stopped(void)
{
	int status;

	check(waitpid(pid, &status, 0) == pid, "%s", strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == LIVE_SKIP)
		skip("a child cannot be traced");
	check(WIFSTOPPED(status), "the updater ended: %x", status);
	return WSTOPSIG(status);
}

static void run_update(void)
{
	traced(PTRACE_CONT, NULL);
	check(stopped() == SIGSTOP, "not the end of an update");
}

/* Into an update, to the beginning of a function; false: it ended before. */
static bool run_into(uint64_t function)
{
	struct user_regs_struct regs;
	long code;
	int sig;

	errno = 0;
	code = ptrace(PTRACE_PEEKTEXT, pid, function, NULL);
	check(!errno, "%s", strerror(errno));
	/* INT3. */
	check(!ptrace(PTRACE_POKETEXT, pid, function, (code & ~0xffL) | 0xcc),
		"%s", strerror(errno));
	traced(PTRACE_CONT, NULL);
	sig = stopped();
	check(!ptrace(PTRACE_POKETEXT, pid, function, code), "%s",
		strerror(errno));
	if (sig == SIGSTOP)
		return false;
	traced(PTRACE_GETREGS, &regs);
	check(sig == SIGTRAP && regs.rip == function + 1, "elsewhere");
	regs.rip = function;
	traced(PTRACE_SETREGS, &regs);
	return true;
}

/* Through it, held before instruction number hold_at.  Returns how many there
 * were; the update then ends. */
static unsigned step_through(unsigned hold_at)
{
	struct user_regs_struct regs;
	uint64_t back, stack;
	unsigned n = 0;

	traced(PTRACE_GETREGS, &regs);
	stack = regs.rsp;
	errno = 0;
	back = (uint64_t)ptrace(PTRACE_PEEKDATA, pid, stack, NULL);
	do {
		if (n++ == hold_at)
			read_for(HOLD_NS);
		check(n < STEPS_MAX, "the function does not end");
		traced(PTRACE_SINGLESTEP, NULL);
		check(stopped() == SIGTRAP, "stopped elsewhere");
		read_once();
		traced(PTRACE_GETREGS, &regs);
	} while (regs.rip != back || regs.rsp <= stack);
	run_update();
	return n;
}

/* Updates in time, until a segment is valid. */
static void settle(void)
{
	for (int i = 0; i < TRIES; i++) {
		struct timespec pause = {0, UPDATE_NS};

		nanosleep(&pause, NULL);
		run_update();
		if (!(page_latch(&sh->clk.own) & PAGE_CLOSED) && i > 2)
			return;
	}
	fail_unless_busy("the updater does not get to run in time");
}

enum kind { PUBLISH, RESUME, REVOKE, FORGET, KINDS };

static const char *const names[] = {"publish", "resume", "revoke", "forget"};

static bool run_into_kind(enum kind kind)
{
	const uint64_t at[] = {(uint64_t)(uintptr_t)page_publish,
		(uint64_t)(uintptr_t)page_resume,
		(uint64_t)(uintptr_t)page_revoke,
		(uint64_t)(uintptr_t)page_forget};

	settle();
	if (kind == RESUME || kind == FORGET)
		read_for(HOLD_NS);
	sh->forget = kind == FORGET;
	if (kind == REVOKE) {
		sh->revoke = true;
		/* Its own call, and then the one of the update. */
		if (!run_into(at[kind]))
			return false;
		traced(PTRACE_SINGLESTEP, NULL);
		check(stopped() == SIGTRAP, "stopped elsewhere");
	}
	return run_into(at[kind]);
}

static unsigned once(enum kind kind, unsigned hold_at)
{
	for (int i = 0; i < TRIES; i++)
		if (run_into_kind(kind))
			return step_through(hold_at);
	fail_unless_busy("no update reaches %s", names[kind]);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned holds = argc > 1 ? (unsigned)atoi(argv[1]) : UINT32_MAX;

	sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(sh != MAP_FAILED, "%s", strerror(errno));
	pid = fork();
	if (pid == 0)
		child();
	check(stopped() == SIGSTOP, "not at the beginning");
	if (sh->on != TSCAL_CLOCK_ON_TSC + 1) {
		kill(pid, SIGKILL);
		fail_or_skip("%s", tscal_clock_why(&sh->clk));
	}
	for (enum kind kind = 0; kind < KINDS; kind++) {
		unsigned all = once(kind, UINT32_MAX), held = 0;
		unsigned stride = all < holds ? 1 : all / holds;

		for (unsigned at = 0; at < all; at += stride)
			held += once(kind, at) > at;
		printf("%s: %u instructions, held at %u\n", names[kind], all,
			held);
		check(held >= all / stride / 2, "too few");
	}
	kill(pid, SIGKILL);
	printf("%lu readings:", readings);
	for (uint32_t left = sh->events; left;)
		printf(" %s", tscal_event_next(&left));
	printf("\n");
	check(sh->events & TSCAL_EVENT_LAPSE, "no lease has run out");
	check(sh->events & TSCAL_EVENT_BREAKS, "nothing was revoked");
	return 0;
}
