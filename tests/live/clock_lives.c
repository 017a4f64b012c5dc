/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * What may become of the process that keeps a clock: stopped, killed in the
 * middle of an update, forked.  Those who read its page read on.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tscal/tscal.h>

#include "live.h"

static void *page;
static struct tscal_clock reader, own;

static void sleep_ms(long ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&ts, NULL);
}

static int64_t system_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* Where a reading is between two of clock_gettime(), within 1 ms. */
static void check_time(const struct tscal_clock *clk, const char *when)
{
	int64_t before = system_ns(), ns = tscal_now(clk), after = system_ns();

	check(ns >= before - 1000000 && ns <= after + 1000000, "%s: %ld ns off",
		when, ns - before);
}

/* Readings go on for so long, and never back within a generation. */
static void read_for(const struct tscal_clock *clk, int ms, const char *when)
{
	int64_t last = INT64_MIN, end = system_ns() + ms * INT64_C(1000000);
	uint32_t generation = 0;

	while (system_ns() < end) {
		uint32_t before = tscal_clock_generation(clk);
		int64_t ns = tscal_now(clk);

		if (before != tscal_clock_generation(clk))
			continue;
		check(before != generation || ns >= last, "%s: %ld ns back",
			when, last - ns);
		generation = before;
		last = ns;
		check_time(clk, when);
	}
}

static uint64_t slow(const struct tscal_clock *clk)
{
	struct tscal_stats stats;

	tscal_clock_stats(clk, &stats);
	return stats.slow;
}

/* A process that keeps the clock, by its thread or as fast as it can. */
static pid_t keeper(bool busily)
{
	pid_t pid = fork();
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;
	static struct tscal_clock clk;

	if (pid)
		return pid;
	opts.page = page;
	opts.page_size = sizeof(struct tscal_clock_page);
	if (tscal_clock_init(&clk, CLOCK_MONOTONIC, &opts, NULL) !=
		TSCAL_CLOCK_ON_TSC)
		_exit(LIVE_SKIP);
	if (!busily && tscal_clock_thread_start(&clk, NULL))
		_exit(1);
	for (;;)
		if (busily)
			tscal_clock_update(&clk);
		else
			pause();
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void attach(void)
{
	for (int i = 0; i < 200; i++) {
		if (tscal_clock_attach(&reader, page,
			    sizeof(struct tscal_clock_page)) == 0 &&
			(tscal_now(&reader), slow(&reader) == 0))
			return;
		sleep_ms(10);
	}
	skip("nobody keeps the clock: %s", tscal_clock_why(&reader));
}

static void stopped(void)
{
	pid_t pid = keeper(false);
	uint64_t before;

	attach();
	read_for(&reader, 300, "kept");
	check(slow(&reader) == 0, "%lu readings were slow", slow(&reader));
	kill(pid, SIGSTOP);
	read_for(&reader, 1000, "stopped");
	check(slow(&reader) > 0, "there was no lease");
	kill(pid, SIGCONT);
	sleep_ms(200);
	tscal_now(&reader);
	before = slow(&reader);
	read_for(&reader, 200, "continued");
	check(slow(&reader) == before, "%lu readings were slow", slow(&reader));
	end(pid);
	read_for(&reader, 400, "dead");
}

static void killed(void)
{
	for (int i = 0; i < 40; i++) {
		pid_t pid = keeper(true);

		/* Calibrating takes 11 ms; then it does nothing but update. */
		sleep_ms(14);
		attach();
		read_for(&reader, 2 + i % 5, "busily kept");
		end(pid);
		read_for(&reader, 3, "just killed");
	}
	read_for(&reader, 300, "killed");
	check(slow(&reader) > 0, "there was no lease");
}

/* In the child of a fork readings go on, and so do updates of its own. */
static void forked(void)
{
	int status;
	pid_t pid;

	check(tscal_clock_init(&own, CLOCK_MONOTONIC, NULL, NULL) ==
			TSCAL_CLOCK_ON_TSC,
		"%s", tscal_clock_why(&own));
	check(!tscal_clock_thread_start(&own, NULL), "no thread");
	check(tscal_clock_thread_start(&own, NULL) == -EALREADY, "two threads");
	sleep_ms(120);
	pid = fork();
	if (pid == 0) {
		uint32_t generation = tscal_clock_generation(&own);

		read_for(&own, 400, "in a child");
		check(slow(&own) > 0, "a child has no thread");
		check(tscal_clock_thread_stop(&own) == -ESRCH, "a thread");
		check(tscal_clock_update(&own) & TSCAL_EVENT_FORKED, "told");
		check(tscal_clock_generation(&own) == generation + 1, "one");
		check(!tscal_clock_thread_start(&own, NULL), "no thread");
		sleep_ms(600);
		tscal_now(&own);
		uint64_t before = slow(&own);
		read_for(&own, 300, "kept by the child");
		check(slow(&own) == before, "still on clock_gettime()");
		check(!tscal_clock_thread_stop(&own), "no thread");
		tscal_clock_fini(&own);
		read_for(&own, 10, "given up by the child");
		_exit(0);
	}
	read_for(&own, 300, "in the parent");
	check(waitpid(pid, &status, 0) == pid && status == 0, "%x", status);
	check(slow(&own) == 0, "%lu readings were slow", slow(&own));
	check(!tscal_clock_thread_stop(&own), "no thread");
	check(tscal_clock_thread_stop(&own) == -ESRCH, "a thread");
	tscal_clock_fini(&own);
	read_for(&own, 10, "given up");
	/* A page that both see stays the parent's. */
	pid = keeper(false);
	end(pid);
}

/* A child may read a shared page, and not write it. */
static void shared(void)
{
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;
	int status;
	pid_t pid;

	opts.page = page;
	opts.page_size = sizeof(struct tscal_clock_page);
	check(!tscal_clock_init(&own, CLOCK_MONOTONIC, &opts, NULL), "%s",
		tscal_clock_why(&own));
	pid = fork();
	if (pid == 0) {
		check(tscal_clock_update(&own) == -EPERM, "written");
		check(tscal_clock_thread_start(&own, NULL) == -EPERM, "begun");
		read_for(&own, 50, "a shared page in a child");
		tscal_clock_fini(&own);
		_exit(0);
	}
	check(waitpid(pid, &status, 0) == pid && status == 0, "%x", status);
	check(!tscal_clock_update(&own), "not quiet");
	check(slow(&own) == 0, "the child has ended it");
	tscal_clock_fini(&own);
}

int main(void)
{
	page = mmap(NULL, sizeof(struct tscal_clock_page),
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(page != MAP_FAILED, "%s", strerror(errno));
	stopped();
	killed();
	forked();
	shared();
	return 0;
}
