/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What a program does that takes its time from the TSC: as C. */
#define _POSIX_C_SOURCE 200809L /* CLOCK_MONOTONIC, in strict C11 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <tscal/tscal.h>

static struct tscal_clock clk;

int main(void)
{
	struct tscal_info info;
	struct tscal_conv_meta meta;
	char line[TSCAL_CONV_LINE];
	struct timespec ts;
	int64_t before, now, ns;
	uint64_t tsc;
	int on = tscal_clock_init(&clk, CLOCK_MONOTONIC, NULL, &info);

	if (on < 0 || tscal_clock_gettime(&clk, &ts))
		return 1;
	if (on == TSCAL_CLOCK_ON_SYSTEM) {
		printf("on clock_gettime(): %s\n", tscal_clock_why(&clk));
		return 0;
	}
	if (tscal_clock_thread_start(&clk, NULL))
		return 2;
	before = ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
	tsc = tscal_rdtsc();
	now = tscal_now(&clk);
	if (now < before || tscal_clock_stamp(&clk, tsc, &ns, NULL))
		return 3;
	if (ns < before || ns > now || tscal_clock_conv(&clk, &meta))
		return 4;
	if (tscal_conv_format(&meta, line, sizeof(line)) < 0)
		return 5;
	tscal_clock_fini(&clk);
	printf("%" PRId64 " ns, %s\n", now, line);
	return 0;
}
