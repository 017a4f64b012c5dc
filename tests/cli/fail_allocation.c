/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Preloaded: the allocation with the number TSCAL_FAIL_ALLOCATION, counted from
 * 1, fails.  At exit the file TSCAL_COUNT_FILE is made where that number was
 * not reached. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static long fail_at;
static atomic_long count;

static int fails(void)
{
	if (!fail_at || ++count != fail_at)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("TSCAL_FAIL_ALLOCATION");

	fail_at = at ? atol(at) : 0;
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("TSCAL_COUNT_FILE");

	if (path && count < fail_at)
		close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}
