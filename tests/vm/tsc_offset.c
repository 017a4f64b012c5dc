/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * How far the TSCs of CPUs 0 and 1 are apart, without tscal: CPU 0 sends a
 * request at t1, CPU 1 answers with its TSC t2, and CPU 0 has the answer at t3.
 * CPU 1's TSC less CPU 0's is then in [t2 - t3, t2 - t1].  Ends after 100 ms,
 * also where the two hardly ever run at the same time.
 *
 * Prints {"lo", "hi", "apart", "rounds", "step"}: lo and hi in ticks, from the
 * least to the largest where the offset changed meanwhile; apart: the least
 * distance from 0 that is proven.
 */
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define ROUNDS 20000
#define LIMIT_NS 100000000
#define READS 1000

static _Alignas(128) atomic_uint request;
static _Alignas(128) atomic_uint answer;
static uint64_t answered; /* the TSC, published by answer */
static atomic_bool stop;
static int64_t begun_ns;

static uint64_t stamp(void)
{
	uint64_t t;

	_mm_lfence();
	t = __rdtsc();
	_mm_lfence();
	return t;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static bool keep_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

/* Until it is n.  False: the time is over. */
static bool wait_for(atomic_uint *word, unsigned n)
{
	for (unsigned spins = 1;; spins++) {
		if (atomic_load_explicit(word, memory_order_acquire) == n)
			return true;
		if (spins % 1024)
			continue;
		if (atomic_load(&stop) || now_ns() - begun_ns > LIMIT_NS)
			return false;
	}
}

static void *reply(void *arg)
{
	if (!keep_on(1))
		return arg;
	for (unsigned n = 1; n <= ROUNDS && wait_for(&request, n); n++) {
		answered = stamp();
		atomic_store_explicit(&answer, n, memory_order_release);
	}
	return NULL;
}

/* The largest number that divides all differences of readings: a TSC may
 * advance in steps, and a reading is late by up to one. */
static int64_t step_here(void)
{
	uint64_t step = 0, last = stamp();

	for (int i = 0; i < READS; i++) {
		uint64_t now = stamp(), a = now - last, rest;

		for (; a; a = rest) {
			rest = step % a;
			step = a;
		}
		last = now;
	}
	return (int64_t)step;
}

int main(void)
{
	int64_t lo = 0, hi = 0, least = INT64_MAX, most = INT64_MIN;
	int64_t apart = 0, step;
	unsigned rounds = 0;
	bool any = false;
	pthread_t thread;

	if (!keep_on(0)) {
		perror("CPU 0");
		return 1;
	}
	step = step_here();
	begun_ns = now_ns();
	if (pthread_create(&thread, NULL, reply, NULL))
		return 1;
	for (unsigned n = 1; n <= ROUNDS; n++, rounds++) {
		uint64_t t1 = stamp(), t2, t3;
		int64_t a, b;

		atomic_store_explicit(&request, n, memory_order_release);
		if (!wait_for(&answer, n))
			break;
		t3 = stamp();
		t2 = answered;
		a = (int64_t)(t2 - t3) - step;
		b = (int64_t)(t2 - t1) + step;
		apart = a > apart ? a : -b > apart ? -b : apart;
		/* It changed: what is allowed until here remains. */
		if (any && (a > hi || b < lo)) {
			least = lo < least ? lo : least;
			most = hi > most ? hi : most;
			any = false;
		}
		lo = any && lo > a ? lo : a;
		hi = any && hi < b ? hi : b;
		any = true;
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	least = lo < least ? lo : least;
	most = hi > most ? hi : most;
	printf("{\"lo\": %" PRId64 ", \"hi\": %" PRId64 ", \"apart\": %" PRId64
	       ", \"rounds\": %u, \"step\": %" PRId64 "}\n",
		least, most, apart, rounds, step);
	return 0;
}
