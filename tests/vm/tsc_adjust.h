/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* TSC_ADJUST of a CPU (Intel SDM volume 3, "Time-Stamp Counter Adjustment"),
 * by the nodes of msr.ko, which must permit writes. */
#ifndef TSCAL_TESTS_VM_TSC_ADJUST_H
#define TSCAL_TESTS_VM_TSC_ADJUST_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#define TSC_ADJUST 0x3b

static inline int open_msr(int cpu)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/cpu/%d/msr", cpu);
	return open(path, O_RDWR);
}

/* Move the CPU's TSC by so many ticks.  NULL, or what failed. */
static inline const char *adjust_tsc(int msr, int64_t ticks)
{
	int64_t want, after;

	if (pread(msr, &want, 8, TSC_ADJUST) != 8)
		return "cannot read TSC_ADJUST";
	want += ticks;
	if (pwrite(msr, &want, 8, TSC_ADJUST) != 8)
		return "cannot write TSC_ADJUST";
	if (pread(msr, &after, 8, TSC_ADJUST) != 8 || after != want)
		return "TSC_ADJUST is not what was written";
	return NULL;
}

#endif
