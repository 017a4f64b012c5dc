/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Faults of the process that keeps the attached clock, and of its page. */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE sizeof(struct tscal_clock_page)

/* 0: there is none. */
static pid_t keeper;
static enum keeping kept;

/* One that updates like this. */
static bool keep(enum keeping how)
{
	if (keeper && kept == how)
		return true;
	if (keeper)
		keeper_kill(keeper);
	keeper = keeper_start(how);
	kept = how;
	return keeper != 0;
}

bool fault_end(void)
{
	if (!keep(BY_THREAD))
		return false;
	keeper_wait();
	return true;
}

void fault_stop(int64_t ns)
{
	uint64_t slow, before;
	struct tscal_stats stats;

	check(keep(BY_THREAD), "not on the TSC");
	keeper_wait();
	tscal_clock_stats(&clocks[ATTACHED], &stats);
	before = stats.slow;
	kill(keeper, SIGSTOP);
	watch_for(ns);
	tscal_clock_stats(&clocks[ATTACHED], &stats);
	slow = stats.slow - before;
	kill(keeper, SIGCONT);
	/* The lease is 250 ms. */
	check(ns < 500 * MS || slow > 0, "the lease does not end");
	keeper_wait();
}

void fault_kill(void)
{
	check(keep(BUSILY), "not on the TSC");
	watch_for(random_below(3000) * (MS / 1000));
	keeper_kill(keeper);
	keeper = 0;
	watch_for(random_below(2000) * (MS / 1000));
}

void fault_exit(void)
{
	int status;

	check(keep(BY_THREAD), "not on the TSC");
	keeper_wait();
	watch_for(random_below(100) * MS);
	kill(keeper, SIGTERM);
	check(waitpid(keeper, &status, 0) == keeper && status == 0, "%x",
		status);
	keeper = 0;
	/* Some beyond the lease. */
	watch_for(random_below(400) * MS);
}

/* In a file, which could be shrunk, but is not. */
static void *map_new_page(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	void *map;

	check(fd >= 0 && !ftruncate(fd, (off_t)SIZE), "%s: %s", path,
		strerror(errno));
	map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(map != MAP_FAILED, "%s", strerror(errno));
	close(fd);
	return map;
}

static const void *map_page(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);

	check(map != MAP_FAILED, "%s: %s", path, strerror(errno));
	close(fd);
	return map;
}

void fault_new_page(void)
{
	static const void *attached;
	const void *old = attached;
	char path[64];
	int rc;

	snprintf(path, sizeof(path), "%s/tscal-faults-%d",
		access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", (int)getpid());
	unlink(path);
	/* The file is deleted, and its owner dies; processes that have it
	 * mapped read on, by clock_gettime() soon. */
	if (keeper)
		keeper_kill(keeper);
	keeper = 0;
	if (page)
		munmap(page, SIZE);
	page = map_new_page(path);
	check(keep(BY_THREAD), "not on the TSC");
	/* The previous one is not updated any more. */
	while (old && tscal_clock_check(&clocks[ATTACHED]) == 0)
		watch_for(10 * MS);
	check(!old || tscal_clock_check(&clocks[ATTACHED]) == TSCAL_EVENT_LAPSE,
		"a page without an owner");
	attached = map_page(path);
	unlink(path);
	watch_hold(ATTACHED);
	rc = tscal_clock_attach(
		&clocks[ATTACHED], CLOCK_MONOTONIC, attached, SIZE);
	watch_go_on(ATTACHED);
	check(rc == TSCAL_CLOCK_ON_TSC, "%d: %s", rc,
		tscal_clock_why(&clocks[ATTACHED]));
	if (old)
		munmap((void *)(uintptr_t)old, SIZE);
	keeper_wait();
}
