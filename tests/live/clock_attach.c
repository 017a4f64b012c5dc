/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Pages that are none, or of somewhere else, or written to while they are read:
 * refused, or passed over; and nobody waits for anything in them. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tscal/tscal.h>

#include "live.h"

#define SIZE sizeof(struct tscal_clock_page)

static struct tscal_clock_page *page;
static struct tscal_clock owner, reader;
static struct tscal_clock_page good;
static bool stop;

static int64_t system_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* Refused, and what is left reads the system's clock. */
static void refused(const void *p, size_t size, int want, const char *what)
{
	int rc = tscal_clock_attach(&reader, p, size);
	int64_t before = system_ns(), ns = tscal_now(&reader);

	check(rc == want, "%s: %d, not %d", what, rc, want);
	check(ns >= before && ns <= system_ns(), "%s: %ld", what, ns);
	check(tscal_clock_update(&reader) < 0, "%s: updated", what);
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
	char boot[40];

	refused(NULL, SIZE, -EINVAL, "no page");
	refused(page, SIZE - 1, -EINVAL, "too small");
	refused(page, 0, -EINVAL, "empty");
	refused((char *)page + 8, SIZE, -EINVAL, "unaligned");
	refused(zero, SIZE, -EPROTO, "all zero");
	memset(zero, 0xff, SIZE);
	refused(zero, SIZE, -EPROTO, "all ones");
	CHANGED(magic, good.magic + 1, -EPROTO);
	CHANGED(version, good.version + 1, -EPROTO);
	CHANGED(size, good.size - 64, -EPROTO);
	CHANGED(clock_id, 99, -ENOTSUP);
	CHANGED(clock_id, -42, -ENOTSUP);
	CHANGED(clock_id, TSCAL_CLOCK_ID_NONE, -ENOTSUP);
	CHANGED(time_namespace, good.time_namespace + 1, -EXDEV);
	memcpy(boot, good.boot_id, sizeof(boot));
	boot[0] = boot[0] == '0' ? '1' : '0';
	changed(offsetof(struct tscal_clock_page, boot_id), boot, 36, -ESTALE,
		"another boot");
	changed(offsetof(struct tscal_clock_page, boot_id), "", 1, -ENODATA,
		"no boot");
	memset(boot, 'a', sizeof(boot));
	changed(offsetof(struct tscal_clock_page, boot_id), boot, 40, -ENODATA,
		"a boot without an end");
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
			_exit(tscal_clock_attach(&reader, page, SIZE) == -EXDEV
					? 0
					: 1);
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

static uint64_t random_bits(void)
{
	static uint64_t state = 20261126;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Whatever is in the page: each reading is the system's, or by a segment that
 * was whole. */
static void *read_on(void *unused)
{
	uint64_t n = 0;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		int64_t before = system_ns(), ns = tscal_now(&reader), stamp;
		struct tscal_interval iv;

		check(ns >= before - 20000000 && ns <= system_ns() + 20000000,
			"%ld is not near %ld", ns, before);
		tscal_clock_interval(&reader, &iv);
		tscal_clock_stamp(&reader, tscal_rdtsc(), &stamp, NULL);
		tscal_clock_generation(&reader);
		n++;
	}
	return (void *)(uintptr_t)(n + !unused);
}

static void scribbled(void)
{
	pthread_t thread;
	void *readings;
	struct timespec ms = {0, 1000000};

	memcpy(page, &good, SIZE);
	check(!tscal_clock_attach(&reader, page, SIZE), "not good any more");
	check(!pthread_create(&thread, NULL, read_on, &reader), "no thread");
	for (int i = 0; i < 400; i++) {
		uint64_t *words = (uint64_t *)page;

		switch (i % 4) {
		case 0: /* all of it, at random */
			for (size_t k = 0; k < SIZE / 8; k++)
				words[k] = random_bits();
			break;
		case 1: /* the same everywhere */
			memset(page, (int)random_bits(), SIZE);
			break;
		case 2: /* a word here and there of a good one, but for where
			 * a segment says what the time is */
			memcpy(page, &good, SIZE);
			for (int k = 0; k < 9; k++)
				words[random_bits() % 8] = random_bits();
			break;
		case 3:
			memcpy(page, &good, SIZE);
			break;
		}
		nanosleep(&ms, NULL);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, &readings);
	printf("%lu readings of a page that was scribbled over\n",
		(unsigned long)(uintptr_t)readings);
	check((uintptr_t)readings > 100, "readings hang");
}

/* Errors that are said, and options that are refused. */
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

	BAD(o.size--);
	BAD(o.flags = 4);
	BAD(o.interval_ms = 9);
	BAD(o.interval_ms = 10001);
	BAD(o.drift_ppm = -1);
	BAD(o.drift_ppm = 1001);
	BAD(o.drift_ppm = 0.0 / 0.0);
	BAD(o.page = page);
	BAD(o.page_size = SIZE);
	BAD((o.page = page, o.page_size = SIZE - 1));
	BAD((o.page = (char *)page + 8, o.page_size = SIZE));
	check(tscal_clock_init(&clk, 99, NULL, NULL) == -EINVAL, "clock 99");
	check(tscal_now(&clk) == INT64_MIN, "clock 99 has a time");
	check(tscal_clock_init(NULL, CLOCK_MONOTONIC, NULL, NULL) == -EINVAL,
		"no clock");
	check(tscal_clock_init_sized(&clk, sizeof(clk) - 64, CLOCK_MONOTONIC,
		      NULL, NULL, 0) == -EINVAL,
		"a clock of another version");
}

int main(void)
{
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;

	page = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(page != MAP_FAILED, "%s", strerror(errno));
	bad_options();
	opts.page = page;
	opts.page_size = SIZE;
	/* So that its segments are valid while this lasts. */
	opts.interval_ms = 10000;
	if (tscal_clock_init(&owner, CLOCK_MONOTONIC, &opts, NULL) !=
		TSCAL_CLOCK_ON_TSC)
		skip("%s", tscal_clock_why(&owner));
	memcpy(&good, page, SIZE);
	check(!tscal_clock_attach(&reader, page, SIZE), "a good page");
	check(tscal_clock_update(&reader) == -EPERM, "not its own");
	check(tscal_clock_thread_start(&reader, NULL) == -EPERM, "a thread");
	check(tscal_clock_mock(&reader, 0) == -EPERM, "mocked");
	bad_pages();
	other_namespace();
	scribbled();
	return 0;
}
