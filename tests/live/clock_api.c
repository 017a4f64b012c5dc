/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What else a clock does: mocked, left, read in a signal handler, as a
 * converter, before it is set up, several in one process. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include <time.h>

#include <tscal/tscal.h>

#include "live.h"

#define S INT64_C(1000000000)

static struct tscal_clock clk, other;

static int64_t system_ns(int id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * S + ts.tv_nsec;
}

/* Between two readings of the system's, with as much to either side. */
static void near(
	const struct tscal_clock *c, int id, int64_t slack, const char *when)
{
	int64_t before = system_ns(id), ns = tscal_now_ordered(c);

	check(ns >= before - slack && ns <= system_ns(id) + slack,
		"%s: %ld ns off", when, ns - before);
}

static void before_it_is_set_up(void)
{
	struct tscal_conv_meta meta;
	int64_t ns;

	near(&clk, CLOCK_MONOTONIC, 0, "all zero");
	check(tscal_clock_update(&clk) == -ENODATA, "updated");
	check(tscal_clock_stamp(&clk, 5, &ns, NULL) == -ENODATA, "stamped");
	check(tscal_clock_conv(&clk, &meta) == -ENODATA, "converted");
	check(tscal_clock_thread_stop(&clk) == -ESRCH, "stopped");
	check(*tscal_clock_why(&clk), "no reason");
	check(tscal_clock_generation(&clk) == 0, "a generation");
	tscal_clock_fini(&clk);
	near(&clk, CLOCK_MONOTONIC, 0, "given up");
}

static void several(void)
{
	static const int ids[] = {CLOCK_REALTIME, CLOCK_MONOTONIC_RAW,
		CLOCK_BOOTTIME, CLOCK_MONOTONIC};
	static struct tscal_clock c[4];

	for (int i = 0; i < 4; i++)
		check(!tscal_clock_init(&c[i], ids[i], NULL, NULL), "%s",
			tscal_clock_why(&c[i]));
	for (int i = 0; i < 4; i++)
		near(&c[i], ids[i], 10000, "one of several");
	for (int i = 0; i < 4; i++)
		tscal_clock_fini(&c[i]);
}

static void mocked(void)
{
	struct timespec ts;
	struct tscal_interval iv;
	uint32_t generation = tscal_clock_generation(&clk);
	int64_t ns, err;

	check(!tscal_clock_mock(&clk, 5 * S + 7), "not mocked");
	for (int i = 0; i < 3; i++)
		check(tscal_now(&clk) == 5 * S + 7, "%ld", tscal_now(&clk));
	check(tscal_clock_generation(&clk) > generation, "the same generation");
	check(!tscal_clock_mock(&clk, -1), "not mocked");
	check(!tscal_clock_gettime(&clk, &ts), "no time");
	check(ts.tv_sec == -1 && ts.tv_nsec == 999999999, "%ld.%09ld",
		(long)ts.tv_sec, ts.tv_nsec);
	check(!tscal_clock_stamp(&clk, 12345, &ns, &err) && ns == -1, "%ld",
		ns);
	check(!tscal_clock_interval(&clk, &iv), "no interval");
	check(iv.earliest_ns <= -1 && iv.latest_ns >= -1, "%ld", iv.latest_ns);
	check(!tscal_clock_update(&clk), "not updated");
	check(!tscal_clock_thread_start(&clk, NULL), "not started");
	check(!tscal_clock_thread_stop(&clk), "not stopped");
	/* At the ends of what an integer holds. */
	check(!tscal_clock_mock(&clk, INT64_MAX), "not mocked");
	check(!tscal_clock_interval(&clk, &iv), "no interval");
	check(iv.latest_ns == INT64_MAX && iv.earliest_ns < INT64_MAX,
		"%ld %ld", iv.earliest_ns, iv.latest_ns);
	check(!tscal_clock_mock(&clk, INT64_MIN + 5), "not mocked");
	check(!tscal_clock_interval(&clk, &iv), "no interval");
	check(iv.earliest_ns <= INT64_MIN + 5 && iv.latest_ns < 0, "%ld %ld",
		iv.earliest_ns, iv.latest_ns);
	check(!tscal_clock_gettime(&clk, &ts), "no time");
	check(ts.tv_sec == -9223372037 && ts.tv_nsec == 145224197, "%ld.%09ld",
		(long)ts.tv_sec, ts.tv_nsec);
	/* Also a clock that was never set up. */
	check(!tscal_clock_mock(&other, 1000), "not mocked");
	check(tscal_now(&other) == 1000, "%ld", tscal_now(&other));
	/* Its earlier reading belongs to another generation. */
	generation = tscal_clock_generation(&other);
	check(tscal_clock_init(&other, 77, NULL, NULL) == -EINVAL, "set up");
	check(tscal_clock_generation(&other) > generation, "the same");
	generation = tscal_clock_generation(&other);
	check(!tscal_clock_init(&other, CLOCK_MONOTONIC, NULL, NULL), "stuck");
	check(tscal_clock_generation(&other) > generation, "the same");
	near(&other, CLOCK_MONOTONIC, 10000, "after a mock");
	tscal_clock_fini(&other);
}

static void left(void)
{
	check(!tscal_clock_disable(&clk, "a test\n wants it"), "not left");
	check(!strcmp(tscal_clock_why(&clk), "a test\n wants it"), "%s",
		tscal_clock_why(&clk));
	near(&clk, CLOCK_MONOTONIC, 0, "left");
	check(!tscal_clock_update(&clk), "not updated");
	check(!tscal_clock_disable(&clk, NULL), "not left");
	check(*tscal_clock_why(&clk), "no reason");
}

/* A converter's result is the clock's reading, within both bounds. */
static void converted(void)
{
	struct tscal_conv_meta meta, back;
	char line[TSCAL_CONV_LINE];
	uint64_t tsc = 0;
	int64_t ns, err, off;
	int rc = -ENODATA;

	/* Beside other work a lease may have run out. */
	for (int i = 0; i < 100 && rc; i++) {
		tscal_clock_update(&clk);
		usleep(1000);
		rc = tscal_clock_conv(&clk, &meta);
		tsc = tscal_rdtsc();
		if (!rc)
			rc = tscal_clock_stamp(&clk, tsc, &ns, &err);
	}
	check(!rc, "no converter, or no stamp: %d", rc);
	check(meta.clock_id == CLOCK_MONOTONIC, "%d", meta.clock_id);
	check(meta.generation == tscal_clock_generation(&clk), "%u",
		meta.generation);
	check(tscal_conv_format(&meta, line, sizeof(line)) > 0, "no line");
	check(!tscal_conv_parse(line, &back, NULL, 0), "%s", line);
	off = tscal_tsc_to_ns(&back.conv, tsc) - ns;
	check(llabs(off) <= meta.err_ns + err + 1000, "%ld ns", off);
}

static volatile sig_atomic_t signals;
static int64_t in_handler = INT64_MIN;
static uint32_t in_generation;
static const char *wrong;
static volatile sig_atomic_t interrupted;

static void handle(int sig)
{
	struct tscal_interval iv;
	uint32_t generation = tscal_clock_generation(&clk);
	int64_t ns = tscal_now(&clk), stamp;

	(void)sig;
	if (generation == tscal_clock_generation(&clk)) {
		if (ns < in_handler && generation == in_generation)
			wrong = "a reading in a handler stepped back";
		in_handler = ns;
		in_generation = generation;
	}
	/* It is not for handlers, and does no harm. */
	if (signals % 8 == 0) {
		int rc = tscal_clock_update(&clk);

		if (rc == -EBUSY)
			interrupted++;
		else if (rc < 0)
			wrong = "an update in a handler failed";
	}
	if (tscal_clock_interval(&clk, &iv))
		wrong = "no interval in a handler";
	tscal_clock_stamp(&clk, tscal_rdtsc(), &stamp, NULL);
	signals++;
}

/* Every 50 us, in the middle of whatever an update does. */
static void in_signal_handlers(void)
{
	struct sigaction sa = {.sa_handler = handle, .sa_flags = SA_RESTART};
	struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
	int64_t end = system_ns(CLOCK_MONOTONIC) + S / 2;

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	/* Until both have happened; longer beside other work. */
	while (system_ns(CLOCK_MONOTONIC) < end || !interrupted)
		tscal_clock_update(&clk);
	setitimer(ITIMER_REAL, &never, NULL);
	check(!wrong, "%s", wrong);
	check(signals, "no signal");
}

static void refused(void)
{
	static struct tscal_clock c;
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;
	struct tscal_interval iv;
	struct tscal_conv_meta meta;
	struct tscal_stats stats;
	struct timespec ts;
	int64_t ns;

	check(tscal_clock_init(NULL, CLOCK_MONOTONIC, NULL, NULL) == -EINVAL,
		"NULL");
	check(tscal_clock_init(&c, 77, NULL, NULL) == -EINVAL, "no such clock");
	/* No such clock exists, and the error states it. */
	check(tscal_now(&c) == INT64_MIN, "%ld", tscal_now(&c));
	check(tscal_clock_gettime(&c, &ts) == -EINVAL, "the time of no clock");
	check(tscal_clock_interval(&c, &iv) == -EINVAL, "an interval of none");
	/* These advance by the kernel's ticks, or only while a process runs. */
	for (int id = 0; id < 12; id++)
		if (!tscal_clock_id_str(id))
			check(tscal_clock_init(&c, id, NULL, NULL) == -EINVAL,
				"clock %d", id);
	opts.flags = 1u << 31;
	check(tscal_clock_init(&c, CLOCK_MONOTONIC, &opts, NULL) == -EINVAL,
		"an unknown flag");
	near(&c, CLOCK_MONOTONIC, 0, "refused");
	opts.flags = 0;
	opts.interval_ms = 9;
	check(tscal_clock_init(&c, CLOCK_MONOTONIC, &opts, NULL) == -EINVAL,
		"9 ms");
	opts.interval_ms = 0;
	opts.drift_ppm = -1;
	check(tscal_clock_init(&c, CLOCK_MONOTONIC, &opts, NULL) == -EINVAL,
		"-1 ppm");
	opts.drift_ppm = 0;
	opts.size--;
	check(tscal_clock_init(&c, CLOCK_MONOTONIC, &opts, NULL) == -EINVAL,
		"another size");
	check(tscal_clock_update(NULL) == -EINVAL, "NULL");
	check(tscal_clock_check(NULL) == -EINVAL, "NULL");
	check(tscal_clock_thread_start(NULL, NULL) == -EINVAL, "NULL");
	check(tscal_clock_thread_stop(NULL) == -EINVAL, "NULL");
	check(tscal_clock_stamp(NULL, 0, &ns, NULL) == -EINVAL, "NULL");
	check(tscal_clock_stamp(&clk, 0, NULL, NULL) == -EINVAL, "NULL");
	check(tscal_clock_interval(&clk, NULL) == -EINVAL, "NULL");
	check(tscal_clock_interval(NULL, &iv) == -EINVAL, "NULL");
	check(tscal_clock_conv(NULL, &meta) == -EINVAL, "NULL");
	check(tscal_clock_gettime(&clk, NULL) == -EINVAL, "NULL");
	check(tscal_clock_disable(NULL, "") == -EINVAL, "NULL");
	check(tscal_clock_mock(NULL, 0) == -EINVAL, "NULL");
	check(tscal_clock_stats(NULL, &stats) == -EINVAL, "NULL");
	check(!tscal_clock_generation(NULL), "NULL");
	check(*tscal_clock_why(NULL), "NULL");
	check(!tscal_event_next(NULL), "NULL");
	check(!strcmp(tscal_clock_on_str(TSCAL_CLOCK_ON_SYSTEM), "system"),
		"a name");
	check(!strcmp(tscal_reading_str(TSCAL_READING_DOUBTED), "doubted"),
		"a name");
	check(!strcmp(tscal_reading_str((enum tscal_reading)9), "?"), "none");
	tscal_clock_fini(NULL);
	check(tscal_clock_disable(&other, NULL) == -ENODATA, "never set up");
}

static void *update_often(void *arg)
{
	for (int i = 0; i < 20000; i++) {
		int rc = tscal_clock_update(&clk);

		check(rc >= 0 || rc == -EBUSY, "%d", rc);
	}
	return arg;
}

/* One of two updaters is refused while the other updates; the clock goes on. */
static void updated_by_two(void)
{
	pthread_t t[2];

	for (int i = 0; i < 2; i++)
		check(!pthread_create(&t[i], NULL, update_often, NULL),
			"no thread");
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	near(&clk, CLOCK_MONOTONIC, 10000, "updated by two");
}

static void threads(void)
{
	pthread_attr_t attr;

	/* Nothing could wait for its end. */
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	check(tscal_clock_thread_start(&clk, &attr) == -EINVAL, "detached");
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_JOINABLE);
	check(!tscal_clock_thread_start(&clk, &attr), "not started");
	check(!tscal_clock_thread_stop(&clk), "not stopped");
	pthread_attr_destroy(&attr);
	check(!tscal_clock_thread_start(&clk, NULL), "not started");
	check(tscal_clock_thread_start(&clk, NULL) == -EALREADY, "twice");
	check(tscal_clock_init(&clk, CLOCK_MONOTONIC, NULL, NULL) == -EBUSY,
		"set up anew beside its thread");
	check(!tscal_clock_thread_stop(&clk), "not stopped");
	check(tscal_clock_thread_stop(&clk) == -ESRCH, "stopped twice");
	check(!tscal_clock_thread_start(&clk, NULL), "not started again");
	check(!tscal_clock_thread_stop(&clk), "not stopped again");
}

int main(void)
{
	struct tscal_info info;
	int rc;

	before_it_is_set_up();
	rc = tscal_clock_init(&clk, CLOCK_MONOTONIC, NULL, &info);
	if (rc != TSCAL_CLOCK_ON_TSC)
		fail_or_skip("%s", tscal_clock_why(&clk));
	check(!*tscal_clock_why(&clk), "%s", tscal_clock_why(&clk));
	check(info.hz > 0, "no rate");
	near(&clk, CLOCK_MONOTONIC, 10000, "on the TSC");
	refused();
	threads();
	updated_by_two();
	converted();
	in_signal_handlers();
	several();
	mocked();
	left();
	return 0;
}
