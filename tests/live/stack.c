/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* How much stack a calibration takes: what calibrate.h promises, since it may
 * be called from a thread whose stack size the caller chose. */
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include <tscal/tscal.h>

#include "live.h"

#define STACK (1024 * 1024)
/* calibrate.h states about 100 KB; a debug build takes some more. */
#define PROMISED (120 * 1024)
#define PAINT 0xa5

static void *calibrate(void *arg)
{
	*(int *)arg = tscal_calibrate(NULL, &(struct tscal_info){0});
	return NULL;
}

static void *idle(void *arg)
{
	*(int *)arg = 0;
	return NULL;
}

/* The bytes of its stack that a thread has written to. */
static size_t stack_used(void *(*run)(void *))
{
	unsigned char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pthread_attr_t attr;
	pthread_t thread;
	size_t untouched = 0;
	int rc = 1;

	check(stack != MAP_FAILED, "no memory");
	memset(stack, PAINT, STACK);
	check(!pthread_attr_init(&attr) &&
			!pthread_attr_setstack(&attr, stack, STACK) &&
			!pthread_create(&thread, &attr, run, &rc) &&
			!pthread_join(thread, NULL),
		"no thread");
	check(!rc, "%s", strerror(-rc));
	while (untouched < STACK && stack[untouched] == PAINT)
		untouched++;
	pthread_attr_destroy(&attr);
	munmap(stack, STACK);
	return STACK - untouched;
}

int main(void)
{
	size_t used = stack_used(calibrate) - stack_used(idle);

	printf("%zu bytes of stack\n", used);
	check(used > 10000, "the measurement sees nothing");
	check(used <= PROMISED, "more than %d", PROMISED);
	return 0;
}
