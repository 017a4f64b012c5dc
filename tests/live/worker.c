/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The process that reads hardware timers: whatever happens to it is an errno,
 * what it changed is put back, and the program around it notices nothing. */
#include "probe/worker.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../seccomp.h"
#include "live.h"

/* Seen by the test and by all workers. */
static struct seen {
	volatile int handlers, forks, restored, files, blocked;
	volatile pid_t worker;
} * seen;

enum ill { WELL, FAULTS, TRAPS, HANGS, IS_KILLED, EXITS };
static enum ill in_open, in_burst, in_restore;

static void suffer(enum ill ill)
{
	switch (ill) {
	case WELL:
		break;
	case FAULTS:
		*(volatile int *)8 = 1;
		break;
	case TRAPS:
		__builtin_trap();
	case HANGS:
		for (;;)
			;
	case IS_KILLED:
		kill(getpid(), SIGKILL);
		break;
	case EXITS:
		_exit(3);
	}
}

static int count_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = -3; /* ".", ".." and this one */

	if (!dir)
		return -1;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static int fake_open(struct worker_shared *sh)
{
	sigset_t mask;

	sh->counter = (struct plat_counter){
		.num = 1000000, .den = 1, .width = 32, .spin = true};
	seen->worker = getpid();
	seen->files = count_files();
	sigprocmask(SIG_BLOCK, NULL, &mask);
	seen->blocked = sigismember(&mask, SIGALRM);
	sh->changed = true;
	suffer(in_open);
	return sh->where.number ? -(int)sh->where.number : 0;
}

static int fake_burst(struct worker_shared *sh)
{
	suffer(in_burst);
	for (size_t i = 0; i < sh->until.reads; i++)
		sh->sample[i] = (struct plat_sample){i, 10 * i, i + 1};
	return (int)sh->until.reads;
}

static void fake_restore(struct worker_shared *sh)
{
	if (!sh->changed)
		return;
	seen->restored++;
	suffer(in_restore);
	sh->changed = false;
}

static const struct worker_job job = {
	.name = "tscal-test",
	.open = fake_open,
	.burst = fake_burst,
	.restore = fake_restore,
};

static void fall_ill(enum ill open, enum ill burst, enum ill restore)
{
	in_open = open;
	in_burst = burst;
	in_restore = restore;
	*seen = (struct seen){0};
}

static int start(struct worker *w)
{
	struct plat_counter c = {0};
	int rc = worker_open(w, &job, NULL, NULL, &c);

	check(rc || c.num == 1000000, "the counter comes with it");
	return rc;
}

static int burst(struct worker *w)
{
	static struct plat_sample s[WORKER_READS];
	const struct plat_until until = {.reads = 100, .ns = 1000};
	int n = worker_burst(w, s, &until);

	check(n != 100 || s[99].ref == 990, "the samples come with it");
	return n;
}

static void no_child_left(void)
{
	check(waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD,
		"a process is left");
	check(kill(seen->worker, 0) && errno == ESRCH, "the worker is left");
}

static void works(void)
{
	struct worker w = {0};
	int files = count_files();

	fall_ill(WELL, WELL, WELL);
	check(!start(&w), "open");
	check(burst(&w) == 100 && burst(&w) == 100, "burst");
	check(!seen->restored, "restored too early");
	check(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD,
		"the program's wait(2) sees the worker");
	worker_close(&w);
	check(seen->restored == 1, "restored %d times", seen->restored);
	/* Only the line to us. */
	check(seen->files == 1, "%d descriptors", seen->files);
	check(seen->blocked == 1, "signals are not blocked");
	check(count_files() == files, "descriptors are left");
	no_child_left();
	worker_close(&w);
	check(burst(&w) == -ECHILD, "a worker that is closed");
}

static void refuses(void)
{
	const struct plat_where where = {.number = EACCES};
	struct plat_counter c = {0};
	struct worker w = {0};

	fall_ill(WELL, WELL, WELL);
	check(worker_open(&w, &job, &where, NULL, &c) == -EACCES, "errno");
	check(c.num == 1000000, "what the timer reports of itself");
	no_child_left();
}

static void falls_ill(void)
{
	static const struct {
		enum ill ill;
		int rc;
	} cases[] = {{FAULTS, -EFAULT}, {TRAPS, -EFAULT}, {HANGS, -ETIMEDOUT},
		{IS_KILLED, -ECHILD}, {EXITS, -ECHILD}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct worker w = {0};
		int rc;

		fall_ill(cases[i].ill, WELL, WELL);
		rc = start(&w);
		check(rc == cases[i].rc, "open, case %zu: %d", i, rc);
		check(seen->restored == 1, "case %zu: not put back", i);
		no_child_left();

		fall_ill(WELL, cases[i].ill, WELL);
		check(!start(&w), "case %zu", i);
		rc = burst(&w);
		check(rc == cases[i].rc, "burst, case %zu: %d", i, rc);
		check(seen->restored == 1, "case %zu: not put back", i);
		check(burst(&w) == -ECHILD, "case %zu: it lives on", i);
		worker_close(&w);
		check(seen->restored == 1, "case %zu: put back twice", i);
		no_child_left();
		check(!seen->handlers, "a handler of the program ran");
	}
}

/* What cannot be put back is tried once more, in another process, and ends. */
static void cannot_restore(void)
{
	static const enum ill ills[] = {FAULTS, HANGS, IS_KILLED};

	for (size_t i = 0; i < sizeof(ills) / sizeof(*ills); i++) {
		struct worker w = {0};

		fall_ill(WELL, WELL, ills[i]);
		check(!start(&w), "case %zu", i);
		worker_close(&w);
		check(seen->restored == 2, "case %zu: tried %d times", i,
			seen->restored);
		no_child_left();
	}
}

/* The program is killed in the middle of a burst; and another process that it
 * started holds its end of the line. */
static void outlives_the_program(bool another)
{
	pid_t program, held = -1;
	int go[2];

	check(!pipe(go), "no pipe");

	fall_ill(WELL, WELL, WELL);
	program = fork();
	if (!program) {
		struct worker w = {0};

		if (start(&w))
			_exit(1);
		held = another ? fork() : -1;
		if (!held) {
			close(go[1]);
			_exit(read(go[0], &held, 1) < 0);
		}
		kill(getpid(), SIGKILL);
	}
	check(waitpid(program, NULL, 0) == program, "no program");
	for (int i = 0; i < 2000 && !seen->restored; i++)
		usleep(1000);
	check(seen->restored == 1, "not put back");
	for (int i = 0; i < 2000 && !kill(seen->worker, 0); i++)
		usleep(1000);
	check(kill(seen->worker, 0), "the worker is left");
	close(go[0]);
	close(go[1]);
}

/* Signals that keep interrupting the program. */
static void is_interrupted(void)
{
	const struct itimerval often = {{0, 500}, {0, 500}}, never = {0};
	struct worker w = {0};

	fall_ill(WELL, WELL, WELL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 20; i++) {
		check(!start(&w), "open");
		check(burst(&w) == 100, "burst");
		worker_close(&w);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	check(seen->restored == 20, "%d of 20", seen->restored);
	no_child_left();
}

/* Filters that let no program wait for its children: as if it had ended. */
static void refuse_wait(void)
{
	struct timespec from, to;
	struct worker w;

	check(!refuse_call(SYS_wait4, EPERM), "no filter");
	fall_ill(WELL, WELL, WELL);
	seen->restored = 0;
	clock_gettime(CLOCK_MONOTONIC, &from);
	check(!start(&w), "open");
	check(burst(&w) == 100, "burst");
	worker_close(&w);
	clock_gettime(CLOCK_MONOTONIC, &to);
	check(seen->restored == 1, "restored %d times", seen->restored);
	/* Waiting for it took 2 s, and 1 s after killing it. */
	check(to.tv_sec - from.tv_sec < 2, "took %d s",
		(int)(to.tv_sec - from.tv_sec));
}

static void count_handler(int signal)
{
	/* Not counted: the timer of is_interrupted(), in the program. */
	if (signal != SIGALRM)
		seen->handlers++;
}

static void count_fork(void)
{
	seen->forks++;
}

int main(void)
{
	struct sigaction sa = {.sa_handler = count_handler};

	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(seen != MAP_FAILED, "no memory");
	/* A program that handles everything, as a Java machine does. */
	for (int s = 1; s < 32; s++)
		if (s != SIGKILL && s != SIGSTOP)
			sigaction(s, &sa, NULL);
	pthread_atfork(count_fork, count_fork, count_fork);
	works();
	refuses();
	falls_ill();
	cannot_restore();
	is_interrupted();
	check(!seen->handlers && !seen->forks, "the program noticed");
	outlives_the_program(false);
	outlives_the_program(true);
	/* Kernels before 5.9, and filters of that time. */
	check(!refuse_call(SYS_close_range, ENOSYS), "no filter");
	outlives_the_program(false);
	refuse_wait();
	/* LeakSanitizer waits for a process of its own at exit(). */
	_exit(0);
}
