/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Pages that are invalid, of another machine, or written to while they are
 * read: refused, or not used; and no reader waits for anything in them. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tscal/tscal.h>

#include "live.h"

#define SIZE sizeof(struct tscal_clock_page)
#define S INT64_C(1000000000)
#define RUNS 1000
#define READERS 2
/* A reader without progress for so long is blocked, however busy the machine
 * is. */
#define BLOCKED_NS (60 * S)
/* A reader may be descheduled between two calls. */
#define NEAR_NS (20 * S / 1000)

static struct tscal_clock_page *page, good;
static struct tscal_clock owner, reader;
static int page_fd;

static int64_t system_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * S + ts.tv_nsec;
}

/* What is left reads the system's clock, and has a reason. */
static void expect_refused(int rc, int want, const char *what)
{
	int64_t before = system_ns(), ns = tscal_now(&reader);

	check(rc == want, "%s: %d, not %d", what, rc, want);
	check(ns >= before && ns <= system_ns(), "%s: %ld", what, ns);
	check(strlen(tscal_clock_why(&reader)) > 20, "%s: no reason", what);
	check(tscal_clock_update(&reader) == 0, "%s: updated", what);
}

static void refused(const void *p, size_t size, int want, const char *what)
{
	expect_refused(tscal_clock_attach(&reader, CLOCK_MONOTONIC, p, size),
		want, what);
}

static void changed(
	size_t offset, const void *bytes, size_t n, int want, const char *what)
{
	memcpy(page, &good, SIZE);
	memcpy((char *)page + offset, bytes, n);
	refused(page, SIZE, want, what);
	memcpy(page, &good, SIZE);
}

#define CHANGED(field, value, want)                                            \
	do {                                                                   \
		__typeof__(good.field) v_ = (value);                           \
		changed(offsetof(struct tscal_clock_page, field), &v_,         \
			sizeof(v_), want, #field);                             \
	} while (0)

static void bad_pages(void)
{
	static char zero[SIZE] __attribute__((aligned(64)));
	struct tscal_clock_page far = good;

	refused(NULL, SIZE, -EINVAL, "no page");
	refused(page, SIZE - 1, -EINVAL, "too small");
	refused(page, 0, -EINVAL, "empty");
	refused((char *)page + 8, SIZE, -EINVAL, "unaligned");
	refused(zero, SIZE, -EAGAIN, "all zero");
	memset(zero, 0xff, SIZE);
	refused(zero, SIZE, -ENOMSG, "all ones");
	CHANGED(magic, good.magic + 256, -ENOMSG);
	CHANGED(magic, good.magic + 1, -EPROTO);
	check(strstr(tscal_clock_why(&reader),
		      "expected the layout of version 1"),
		"%s", tscal_clock_why(&reader));
	CHANGED(clock_id, -42, -ENXIO);
	CHANGED(clock_id, CLOCK_REALTIME, -ENXIO);
	check(tscal_clock_attach(&reader, 99, page, SIZE) == -EINVAL, "99");
	check(tscal_clock_attach(
		      &reader, CLOCK_PROCESS_CPUTIME_ID, page, SIZE) == -EINVAL,
		"not a clock that goes on");
	check(tscal_clock_attach(&reader, -5, page, SIZE) == -ENOTSUP, "PTP");
	/* What is left reads the clock that was asked for. */
	check(tscal_clock_attach(&reader, CLOCK_REALTIME, page, SIZE) == -ENXIO,
		"another clock");
	check(tscal_now(&reader) > INT64_C(1500000000) * S, "not REALTIME");
	check(tscal_clock_attach_sized(&reader, sizeof(reader) - 64,
		      CLOCK_MONOTONIC, page, SIZE) == -EINVAL,
		"a clock of another version");
	CHANGED(boot_id[0], good.boot_id[0] ^ 1, -ESTALE);
	CHANGED(boot_id[1], good.boot_id[1] ^ 1, -ESTALE);
	CHANGED(time_namespace, good.time_namespace + 1, -EXDEV);
	for (int i = 0; i < TSCAL_SEGMENTS; i++)
		far.ring[i].ns_from += 100 * S;
	refused(&far, SIZE, -EBADMSG, "another time");
	memset(far.boot_id, 0, sizeof(far.boot_id));
	refused(&far, SIZE, -ENODATA, "no boot id");
}

/* A file that can be made smaller, one that is too small, none. */
static void bad_files(void)
{
	char name[] = "/tmp/tscal_page_XXXXXX";
	int fd = mkstemp(name);

	check(fd >= 0, "%s", strerror(errno));
	unlink(name);
	check(write(fd, &good, SIZE) == (ssize_t)SIZE, "written");
	expect_refused(tscal_clock_attach_fd(&reader, CLOCK_MONOTONIC, fd),
		-EPERM, "a file");
	check(!ftruncate(fd, 100), "%s", strerror(errno));
	expect_refused(tscal_clock_attach_fd(&reader, CLOCK_MONOTONIC, fd),
		-EINVAL, "a short file");
	close(fd);
	fd = memfd_create("unsealed", MFD_ALLOW_SEALING);
	check(write(fd, &good, SIZE) == (ssize_t)SIZE, "written");
	expect_refused(tscal_clock_attach_fd(&reader, CLOCK_MONOTONIC, fd),
		-EPERM, "without seals");
	close(fd);
	expect_refused(tscal_clock_attach_fd(&reader, CLOCK_MONOTONIC, -1),
		-EBADF, "none");
	/* No process may shrink what is attached, nor write it by its
	 * descriptor.
	 */
	check(ftruncate(page_fd, 0) && errno == EPERM, "shrunk");
	check(write(page_fd, "x", 1) < 0 && errno == EPERM, "written");
}

/* Another time namespace, where this process may have one. */
static void other_namespace(void)
{
#ifdef CLONE_NEWTIME
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (unshare(CLONE_NEWTIME))
			_exit(LIVE_SKIP);
		/* The next child is in it. */
		pid = fork();
		if (pid == 0)
			_exit(tscal_clock_attach(&reader, CLOCK_MONOTONIC, page,
				      SIZE) != -EXDEV);
		waitpid(pid, &status, 0);
		_exit(WEXITSTATUS(status));
	}
	waitpid(pid, &status, 0);
	check(WIFEXITED(status) && (WEXITSTATUS(status) == 0 ||
					   WEXITSTATUS(status) == LIVE_SKIP),
		"another time namespace: %x", status);
	printf("another time namespace: %s\n",
		WEXITSTATUS(status) ? "not permitted here" : "refused");
#endif
}

/* What an attached clock is not for. */
static void not_its_own(void)
{
	struct tscal_info info;

	check(tscal_clock_attach_fd(&reader, CLOCK_MONOTONIC, page_fd) ==
			TSCAL_CLOCK_ON_TSC,
		"%s", tscal_clock_why(&reader));
	check(tscal_clock_update(&reader) == -EPERM, "updated");
	check(tscal_clock_thread_start(&reader, NULL) == -EPERM, "a thread");
	check(tscal_clock_thread_stop(&reader) == -EPERM, "stopped");
	check(tscal_clock_mock(&reader, 0) == -EPERM, "mocked");
	check(tscal_clock_disable(&reader, NULL) == -EPERM, "disabled");
	check(tscal_clock_check(&reader) == 0, "a lapse");
	check(!*tscal_clock_why(&reader), "%s", tscal_clock_why(&reader));
	check(tscal_clock_detach(&reader) == 0, "attached");
	check(tscal_clock_detach(&reader) == -ENODATA, "detached");
	expect_refused(0, 0, "detached");
	/* Attached, then set up for itself: the mapping is given back. */
	check(tscal_clock_attach_fd(&reader, CLOCK_MONOTONIC, page_fd) == 0,
		"again");
	check(tscal_clock_init(&reader, CLOCK_MONOTONIC, NULL, &info) >= 0,
		"set up");
	check(tscal_clock_detach(&reader) == -ENODATA, "its own");
	tscal_clock_fini(&reader);
}

static uint64_t random_bits(void)
{
	static uint64_t state = 20261127;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static bool stop, wrong; /* atomic; wrong: a segment may give any time */
static uint64_t readings[READERS];
static volatile sig_atomic_t handled;

/* Whatever is in the page: each reading is the system's, or by a segment. */
static void *read_on(void *n)
{
	struct tscal_conv_meta meta;
	struct tscal_interval iv;
	struct tscal_stats stats;
	int64_t stamp;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		bool any = __atomic_load_n(&wrong, __ATOMIC_SEQ_CST);
		int64_t before = system_ns(), ns = tscal_now(&reader);
		int64_t after = system_ns();

		any |= __atomic_load_n(&wrong, __ATOMIC_SEQ_CST);
		check(any || (ns >= before - NEAR_NS && ns <= after + NEAR_NS),
			"%ld is not near %ld", ns, before);
		tscal_clock_interval(&reader, &iv);
		tscal_clock_stamp(&reader, tscal_rdtsc(), &stamp, NULL);
		tscal_clock_conv(&reader, &meta);
		tscal_clock_stats(&reader, &stats);
		tscal_clock_generation(&reader);
		tscal_clock_check(&reader);
		__atomic_fetch_add((uint64_t *)n, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Until each reader has read again, twice: the second time it began after what
 * was done before. */
static void wait_for_readers(int run)
{
	const struct timespec pause = {0, 10000};

	for (int i = 0; i < READERS; i++) {
		uint64_t at_first = __atomic_load_n(
			&readings[i], __ATOMIC_RELAXED);
		int64_t until = system_ns() + BLOCKED_NS;

		while (__atomic_load_n(&readings[i], __ATOMIC_RELAXED) <
			at_first + 2) {
			check(system_ns() < until, "run %d: blocked", run);
			nanosleep(&pause, NULL);
		}
	}
}

static void scribble(int run)
{
	uint64_t *words = (uint64_t *)page;

	switch (run % 4) {
	case 0: /* all of it, at random */
		for (size_t k = 0; k < SIZE / 8; k++)
			__atomic_store_n(
				&words[k], random_bits(), __ATOMIC_RELAXED);
		break;
	case 1: /* the same everywhere */
		memset(page, run % 8 == 1 ? run / 8 : (int)random_bits(), SIZE);
		break;
	case 2: /* some words of the header of a good one */
		for (int k = 0; k < 3; k++)
			__atomic_store_n(&words[random_bits() % 8],
				random_bits(), __ATOMIC_RELAXED);
		break;
	case 3: /* a word of any: a segment may be wrong by now */
		for (int k = 0; k < 40; k++)
			__atomic_store_n(&words[random_bits() % (SIZE / 8)],
				random_bits(), __ATOMIC_RELAXED);
		break;
	}
}

static void restore(int run)
{
	(void)run;
	memcpy(page, &good, SIZE);
}

/* A segment that is being overwritten may give any time until its sequence is
 * overwritten too; one that has another word in it, as long as it has. */
static void change(int run, bool any_time, void (*how)(int run))
{
	__atomic_store_n(&wrong, true, __ATOMIC_SEQ_CST);
	how(run);
	wait_for_readers(run);
	__atomic_store_n(&wrong, any_time, __ATOMIC_SEQ_CST);
	wait_for_readers(run);
}

/* In a reader or not: never back within a generation. */
static void read_in_handler(int signal)
{
	bool any = __atomic_load_n(&wrong, __ATOMIC_SEQ_CST);
	uint32_t before = tscal_clock_generation(&reader);
	int64_t first = tscal_now(&reader), second = tscal_now(&reader);

	(void)signal;
	any |= __atomic_load_n(&wrong, __ATOMIC_SEQ_CST);
	if (!any && second < first && before == tscal_clock_generation(&reader))
		abort();
	handled++;
}

static void scribbled(void)
{
	/* And whenever a signal comes, in any thread. */
	const struct itimerval often = {{0, 500}, {0, 500}},
			       never = {{0, 0}, {0, 0}};
	pthread_t thread[READERS];

	signal(SIGALRM, read_in_handler);
	check(!setitimer(ITIMER_REAL, &often, NULL), "%s", strerror(errno));
	check(!tscal_clock_attach(&reader, CLOCK_MONOTONIC, page, SIZE),
		"not good any more");
	for (int i = 0; i < READERS; i++)
		check(!pthread_create(&thread[i], NULL, read_on, &readings[i]),
			"no thread");
	for (int run = 0; run < RUNS; run++) {
		change(run, run % 4 == 3, scribble);
		change(run, false, restore);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < READERS; i++)
		pthread_join(thread[i], NULL);
	printf("%d times, %lu and %lu readings of a page that was scribbled "
	       "over, and %d signals\n",
		RUNS, readings[0], readings[1], (int)handled);
	check(handled > 0, "no signal");
	check(tscal_clock_check(&reader) == 0, "not good any more");
}

/* What any process sees that maps it by the descriptor. */
static void another_process(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int64_t before, ns;

		if (tscal_clock_attach_fd(&reader, CLOCK_MONOTONIC, page_fd))
			_exit(1);
		before = system_ns();
		ns = tscal_now(&reader);
		if (ns < before - NEAR_NS || ns > system_ns() + NEAR_NS)
			_exit(2);
		_exit(tscal_clock_detach(&reader) ? 3 : 0);
	}
	waitpid(pid, &status, 0);
	check(status == 0, "another process: %x", status);
}

/* The memory of a clock that was given up, or could not be set up, is not
 * looked at any more. */
static void given_back(void)
{
	struct tscal_clock_opts o = TSCAL_CLOCK_OPTS_INIT;
	static struct tscal_clock clk;
	struct tscal_conv_meta meta;
	struct tscal_interval iv;
	struct tscal_stats stats;
	int fd = tscal_clock_page_new("given back", &o.page);
	uint32_t generation;
	int64_t ns;

	check(fd >= 0, "%s", strerror(-fd));
	o.page_size = SIZE;
	check(tscal_clock_init(&clk, CLOCK_MONOTONIC, &o, NULL) >= 0, "%s",
		tscal_clock_why(&clk));
	generation = tscal_clock_generation(&clk);
	/* Processes that have it attached see it. */
	check(tscal_clock_attach_fd(&reader, CLOCK_MONOTONIC, fd) == 0, "%s",
		tscal_clock_why(&reader));
	tscal_clock_fini(&clk);
	tscal_clock_page_free(o.page);
	check(*tscal_clock_why(&reader), "no reason");
	check(tscal_clock_attach_fd(&reader, CLOCK_MONOTONIC, fd) ==
			TSCAL_CLOCK_ON_SYSTEM,
		"on the TSC");
	check(tscal_clock_detach(&reader) == 0, "not attached");
	check(tscal_now(&clk) > 0, "no time");
	check(tscal_clock_generation(&clk) > generation, "the same");
	check(!tscal_clock_interval(&clk, &iv), "no interval");
	check(tscal_clock_stamp(&clk, 5, &ns, NULL) == -ENODATA, "a stamp");
	check(tscal_clock_conv(&clk, &meta) == -ENODATA, "a converter");
	tscal_clock_stats(&clk, &stats);
	check(tscal_clock_update(&clk) == 0, "updated");
	check(tscal_clock_check(&clk) == 0, "checked");
	check(tscal_clock_mock(&clk, 5) == 0 && tscal_now(&clk) == 5, "mocked");
	generation = tscal_clock_generation(&clk);
	check(tscal_clock_init(&clk, CLOCK_MONOTONIC, NULL, NULL) >= 0, "init");
	check(tscal_clock_generation(&clk) > generation, "the same");
	tscal_clock_fini(&clk);
	close(fd);
}

/* Another clock in the same page, while the first one is updated. */
static void taken(void)
{
	struct tscal_clock_opts o = TSCAL_CLOCK_OPTS_INIT;
	static struct tscal_clock first, second;
	struct tscal_clock_page *shared;
	int fd = tscal_clock_page_new("taken", &o.page), rc;
	uint32_t generation;

	check(fd >= 0, "%s", strerror(-fd));
	o.page_size = SIZE;
	check(tscal_clock_init(&first, CLOCK_MONOTONIC, &o, NULL) == 0, "%s",
		tscal_clock_why(&first));
	check(tscal_clock_attach_fd(&reader, CLOCK_MONOTONIC, fd) == 0, "%s",
		tscal_clock_why(&reader));
	generation = tscal_clock_generation(&reader);
	check(tscal_clock_init(&second, CLOCK_MONOTONIC, &o, NULL) == 0, "%s",
		tscal_clock_why(&second));
	check(tscal_clock_generation(&reader) > generation, "the same");
	rc = tscal_clock_update(&first);
	check(rc == TSCAL_EVENT_TAKEN, "%d", rc);
	check(*tscal_clock_why(&first), "no reason");
	check(tscal_clock_update(&first) == 0, "told twice");
	check(tscal_clock_update(&second) >= 0, "second");
	check(tscal_clock_check(&reader) == 0, "a lapse");
	tscal_clock_fini(&first);
	check(tscal_clock_check(&reader) == 0, "the first one's fini()");
	/* Another version's page is left alone. */
	shared = o.page;
	shared->magic++;
	check(tscal_clock_init(&first, CLOCK_MONOTONIC, &o, NULL) == -EPROTO,
		"another version");
	check(tscal_clock_check(&reader) == 0, "it was written");
	shared->magic--;
	tscal_clock_detach(&reader);
	tscal_clock_fini(&second);
	tscal_clock_page_free(o.page);
	close(fd);
}

static void bad_options(void)
{
	struct tscal_clock_opts o = TSCAL_CLOCK_OPTS_INIT;
	static struct tscal_clock clk;
#define BAD(change)                                                            \
	do {                                                                   \
		o = (struct tscal_clock_opts)TSCAL_CLOCK_OPTS_INIT;            \
		change;                                                        \
		check(tscal_clock_init(&clk, CLOCK_MONOTONIC, &o, NULL) ==     \
				-EINVAL,                                       \
			#change);                                              \
		check(tscal_now(&clk) > 0, #change);                           \
	} while (0)

	BAD(o.page = page);
	BAD(o.page_size = SIZE);
	BAD((o.page = page, o.page_size = SIZE - 1));
	BAD((o.page = (char *)page + 8, o.page_size = SIZE));
	check(tscal_clock_page_new(NULL, (void **)&page) == -EINVAL, "no name");
	check(tscal_clock_page_new("x", NULL) == -EINVAL, "no pointer");
	check(tscal_clock_attach(NULL, CLOCK_MONOTONIC, page, SIZE) == -EINVAL,
		"no clock");
	check(tscal_clock_attach_fd(NULL, CLOCK_MONOTONIC, page_fd) == -EINVAL,
		"no clock");
	check(tscal_clock_detach(NULL) == -EINVAL, "no clock");
}

int main(void)
{
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;
	void *map;

	page_fd = tscal_clock_page_new("tscal_test", &map);
	check(page_fd >= 0, "%s", strerror(-page_fd));
	page = map;
	refused(page, SIZE, -EAGAIN, "before it is set up");
	bad_options();
	opts.page = page;
	opts.page_size = SIZE;
	/* So that its segments are valid while this lasts. */
	opts.interval_ms = 10000;
	if (tscal_clock_init(&owner, CLOCK_MONOTONIC, &opts, NULL) !=
		TSCAL_CLOCK_ON_TSC)
		fail_or_skip("%s", tscal_clock_why(&owner));
	check(tscal_clock_init(&reader, CLOCK_REALTIME, &opts, NULL) == -EEXIST,
		"another clock's page");
	memcpy(&good, page, SIZE);
	not_its_own();
	given_back();
	taken();
	another_process();
	bad_pages();
	bad_files();
	other_namespace();
	scribbled();
	return 0;
}
