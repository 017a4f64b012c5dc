/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal_calibrate() promises to allocate nothing.  These stand in for libc's
 * functions in the whole process, libtscal.so included. */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <tscal/tscal.h>

#include "live.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

static atomic_int calls;

/* Seen by the library too. */
#pragma GCC visibility push(default)

void *malloc(size_t size)
{
	calls++;
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	calls++;
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	calls++;
	return __libc_realloc(p, size);
}

void *memalign(size_t align, size_t size)
{
	calls++;
	return __libc_memalign(align, size);
}

void *aligned_alloc(size_t align, size_t size)
{
	return memalign(align, size);
}

int posix_memalign(void **p, size_t align, size_t size)
{
	*p = memalign(align, size);
	return *p ? 0 : ENOMEM;
}

#pragma GCC visibility pop

/* All but its thread, for which libc allocates. */
static void use_clock(void)
{
	static struct tscal_clock clk;
	struct tscal_conv_meta meta;
	struct tscal_interval iv;
	char line[TSCAL_CONV_LINE];
	int64_t ns;
	int rc = tscal_clock_init(&clk, CLOCK_REALTIME, NULL, NULL);

	check(rc >= 0, "%d", rc);
	tscal_clock_update(&clk);
	tscal_clock_check(&clk);
	tscal_now(&clk);
	tscal_clock_slow(&clk, 0);
	tscal_clock_interval(&clk, &iv);
	tscal_clock_stamp(&clk, tscal_rdtsc(), &ns, NULL);
	if (!tscal_clock_conv(&clk, &meta))
		tscal_conv_format(&meta, line, sizeof(line));
	tscal_clock_fini(&clk);
}

int main(void)
{
	struct tscal_info info;
	struct tscal_report *report;
	int before, during, rc;

	/* The counting works, also inside the library. */
	before = calls;
	check(!tscal_report_new(NULL, &report), "no report");
	check(calls > before, "an allocation went unseen");
	tscal_report_free(report);

	before = calls;
	rc = tscal_calibrate(NULL, &info);
	during = calls - before;
	check(!rc, "%s", strerror(-rc));
	check(!during, "%d allocations", during);

	before = calls;
	use_clock();
	during = calls - before;
	check(!during, "%d allocations for a clock", during);
	return 0;
}
