/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * clock_faults: each fault, one after the other.
 * clock_faults SECONDS [SEED]: faults at random.  Prints a line of JSON a
 * minute, and at the end.
 */
#include "faults.h"

#include <errno.h>
#include <string.h>

#define SIZE sizeof(struct tscal_clock_page)

static unsigned faults;
static int64_t start_ns;

static void print(const char *run)
{
	watch_print(run, (double)(system_ns() - start_ns) / (double)S, faults);
}

static void each(void)
{
	fault_stop(1 * S);
	fault_stop(10 * S);
	print("stopped for 1 s and 10 s");
	for (int i = 0; i < 200; i++)
		fault_kill();
	print("killed 200 times in an update");
	for (int i = 0; i < 5; i++)
		fault_exit();
	print("exited 5 times");
	for (int i = 0; i < 100; i++)
		fault_fork();
	fault_fork_wait();
	print("forked 100 times");
	for (int i = 0; i < 5; i++)
		fault_new_page();
	print("another page 5 times");
	fault_one_cpu(2 * S);
	print("on one CPU");
	fault_busy(2 * S);
	print("nice 19 beside 8 busy processes");
	print(fault_time_namespace() ? "in another time namespace"
				     : "another time namespace: not permitted");
	check(fault_end(), "not on the TSC");
	print("at the end");
}

static void one_at_random(void)
{
	switch (random_below(12)) {
	case 0:
		fault_stop(random_below(2000) * MS);
		break;
	case 1:
		fault_exit();
		break;
	case 2:
		fault_new_page();
		break;
	case 3:
		fault_one_cpu(random_below(500) * MS);
		break;
	case 4:
		fault_busy(random_below(500) * MS);
		break;
	case 5:
		fault_time_namespace();
		break;
	case 6:
	case 7:
		for (uint32_t n = random_below(20); n; n--)
			fault_fork();
		fault_fork_wait();
		break;
	default:
		for (uint32_t n = random_below(10); n; n--)
			fault_kill();
		break;
	}
	faults++;
}

static void at_random(double seconds)
{
	int64_t end = start_ns + (int64_t)(seconds * (double)S);
	int64_t next = start_ns + 60 * S;

	while (system_ns() < end) {
		one_at_random();
		if (system_ns() >= next) {
			print("so far");
			next += 60 * S;
		}
	}
	check(fault_end(), "not on the TSC");
	print("at random");
}

int main(int argc, char **argv)
{
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	void *shared;
	int rc;

	check(tscal_clock_page_new("tscal-faults", &shared) >= 0, "no page");
	if (tscal_clock_init(&clocks[PRIVATE], CLOCK_MONOTONIC, NULL, NULL) !=
		TSCAL_CLOCK_ON_TSC)
		fail_or_skip("%s", tscal_clock_why(&clocks[PRIVATE]));
	opts.page = shared;
	opts.page_size = SIZE;
	rc = tscal_clock_init(&clocks[SHARED], CLOCK_MONOTONIC, &opts, NULL);
	check(rc == TSCAL_CLOCK_ON_TSC, "%d", rc);
	for (int c = PRIVATE; c < CLOCKS; c++)
		check(!tscal_clock_thread_start(&clocks[c], NULL), "no thread");
	start_ns = system_ns();
	random_seed(seed);
	printf("seed %lu\n", seed);
	watch_start();
	fault_new_page();
	if (argc > 1)
		at_random(strtod(argv[1], NULL));
	else
		each();
	watch_stop();
	watch_expect_tsc();
	return 0;
}
