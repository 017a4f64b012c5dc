/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Faults of processes that read a clock: forked, slowed down, moved. */
#include "faults.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE sizeof(struct tscal_clock_page)
#define CHILDREN 8
#define BUSY 8

static int children;
/* Of the clocks of this process before the first fork. */
static uint32_t generations[CLOCKS];

/* A child; in it 0. */
static pid_t fork_here(void)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	check(pid >= 0, "%s", strerror(errno));
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	return pid;
}

static void expect_well(int status, const char *what)
{
	check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: %x", what,
		status);
}

/* A clock of its own: no lease of the parent is extended. */
static void update_here(int c)
{
	uint32_t before = tscal_clock_generation(&clocks[c]);
	int events = tscal_clock_update(&clocks[c]);

	check(events >= 0 && events & TSCAL_EVENT_FORKED, "%s: %d",
		clock_names[c], events);
	check(tscal_clock_generation(&clocks[c]) != before, "%s: not another",
		clock_names[c]);
	check(tscal_clock_thread_stop(&clocks[c]) == -ESRCH, "a thread");
	check(!tscal_clock_thread_start(&clocks[c], NULL), "no thread");
	watch_here(c, 250 * MS);
	check(!tscal_clock_thread_stop(&clocks[c]), "no thread");
}

static void read_in_child(bool long_enough)
{
	for (int c = 0; c < CLOCKS; c++)
		watch_here(c, MS);
	if (!long_enough)
		return;
	/* Longer than a lease. */
	for (int c = 0; c < CLOCKS; c++)
		watch_here(c, 120 * MS);
	check(tscal_clock_update(&clocks[ATTACHED]) == -EPERM, "updated");
	for (int c = PRIVATE; c < CLOCKS; c++) {
		watch_beside(c, update_here);
		tscal_clock_fini(&clocks[c]);
		watch_here(c, MS);
	}
}

static void wait_for_child(void)
{
	int status;

	while (waitpid(-1, &status, WNOHANG) == 0)
		watch_for(MS);
	expect_well(status, "a forked child");
	children--;
}

void fault_fork(void)
{
	bool long_enough = random_below(4) == 0;

	if (!children)
		for (int c = 0; c < CLOCKS; c++)
			generations[c] = tscal_clock_generation(&clocks[c]);
	if (children == CHILDREN)
		wait_for_child();
	watch_for(random_below(3000) * (MS / 1000));
	if (!fork_here()) {
		read_in_child(long_enough);
		_exit(0);
	}
	children++;
}

void fault_fork_wait(void)
{
	while (children)
		wait_for_child();
	for (int c = PRIVATE; c < CLOCKS; c++)
		check(tscal_clock_generation(&clocks[c]) == generations[c],
			"%s: the parent noticed a fork", clock_names[c]);
}

/* All threads of a process. */
static void set_affinity(const cpu_set_t *cpus)
{
	DIR *tasks = opendir("/proc/self/task");
	const struct dirent *e;

	check(tasks, "%s", strerror(errno));
	while ((e = readdir(tasks)))
		if (atoi(e->d_name))
			check(!sched_setaffinity(
				      atoi(e->d_name), sizeof(*cpus), cpus),
				"%s", strerror(errno));
	closedir(tasks);
}

void fault_one_cpu(int64_t ns)
{
	cpu_set_t all, one;
	int cpu = 0;

	check(!sched_getaffinity(0, sizeof(all), &all), "%s", strerror(errno));
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	set_affinity(&one);
	watch_for(ns);
	set_affinity(&all);
}

/* A clock that is set up, kept and read here. */
static void keep_here(int64_t ns)
{
	int on = tscal_clock_init(
		&clocks[PRIVATE], CLOCK_MONOTONIC, NULL, NULL);

	check(on >= 0, "%d", on);
	check(!tscal_clock_thread_start(&clocks[PRIVATE], NULL), "no thread");
	watch_here(PRIVATE, ns);
	tscal_clock_fini(&clocks[PRIVATE]);
}

void fault_busy(int64_t ns)
{
	pid_t busy[BUSY], nice_one;
	int status;

	for (int i = 0; i < BUSY; i++) {
		busy[i] = fork_here();
		while (!busy[i])
			;
	}
	nice_one = fork_here();
	if (!nice_one) {
		check(nice(19) != -1 || !errno, "%s", strerror(errno));
		keep_here(ns);
		_exit(0);
	}
	while (waitpid(nice_one, &status, WNOHANG) == 0)
		watch_for(MS);
	expect_well(status, "nice 19 beside busy processes");
	for (int i = 0; i < BUSY; i++) {
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
}

#ifdef CLONE_NEWTIME
/* In the namespace, whose CLOCK_MONOTONIC is a day ahead. */
static void be_elsewhere(int64_t parents_ns)
{
	static struct tscal_clock other;

	check(system_ns() - parents_ns > 80000 * S, "it is the same");
	check(tscal_clock_attach(&other, CLOCK_MONOTONIC, page, SIZE) == -EXDEV,
		"attached");
	keep_here(500 * MS);
}

static int enter_time_namespace(void)
{
	static const char ahead[] = "monotonic 86400 0\n";
	int64_t ns = system_ns();
	int fd, status;
	pid_t pid;

	if (unshare(CLONE_NEWTIME))
		return LIVE_SKIP;
	fd = open("/proc/self/timens_offsets", O_WRONLY);
	if (fd < 0 || write(fd, ahead, strlen(ahead)) < 0)
		return LIVE_SKIP;
	/* The next child is in it. */
	pid = fork_here();
	if (!pid) {
		be_elsewhere(ns);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}
#else
static int enter_time_namespace(void)
{
	return LIVE_SKIP;
}
#endif

bool fault_time_namespace(void)
{
	int status;
	pid_t pid = fork_here();

	if (!pid)
		_exit(enter_time_namespace());
	while (waitpid(pid, &status, WNOHANG) == 0)
		watch_for(MS);
	if (WIFEXITED(status) && WEXITSTATUS(status) == LIVE_SKIP)
		return false;
	expect_well(status, "another time namespace");
	return true;
}
