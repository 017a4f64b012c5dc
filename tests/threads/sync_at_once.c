/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Comparing the CPUs from several threads at once: a plain program, because
 * ThreadSan and Criterion do not go together. */
#include <pthread.h>

#include <tscal/sync.h>

#include "../live/live.h"

#define THREADS 3
#define ROUNDS 5

static void *compare(void *arg)
{
	int *rc = arg;

	for (int i = 0; i < ROUNDS && !*rc; i++) {
		struct tscal_sync_result *r;

		*rc = tscal_sync(NULL, &r);
		if (!*rc)
			tscal_sync_free(r);
	}
	return NULL;
}

int main(void)
{
	pthread_t thread[THREADS];
	int rc[THREADS] = {0};

	for (int i = 0; i < THREADS; i++)
		check(!pthread_create(&thread[i], NULL, compare, &rc[i]),
			"no thread");
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		check(!rc[i], "thread %d: %d", i, rc[i]);
	}
	return 0;
}
