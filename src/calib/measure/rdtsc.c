/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The cost of a read of the TSC. */
#include "calib/measure/estimator.h"
#include "calib/measure/window.h"

/* Reads of a group, if there are enough for MIN_GROUPS. */
#define GROUP 8
#define MIN_GROUPS 4
#define READS 64
#define MAX_NS 200000
/* With fewer reads another process had the CPU, or each read is a trap: then
 * the next burst has as few. */
#define TRIES 3

double measure_rdtsc_ticks(
	struct tscal_platform *plat, struct measure_space *space)
{
	const struct plat_until until = {.reads = READS, .ns = MAX_NS};
	struct plat_sample *s = space->burst[0].s;
	struct plat_counter c;
	double v[READS];
	int n = 0, size, groups;

	if (plat->ops->counter_open(plat, PLAT_COUNTER_RDTSC, NULL, &c))
		return -1;
	for (int i = 0; i < TRIES && n >= 0 && n < GROUP * MIN_GROUPS; i++)
		n = plat->ops->burst(plat, PLAT_COUNTER_RDTSC, s, &until);
	plat->ops->counter_close(plat, PLAT_COUNTER_RDTSC);
	if (n <= 0)
		return -1;
	/* Three reads a sample.  A TSC that advances by 25 ticks at a time
	 * shows the cost of one read only over a group of them. */
	size = n < GROUP * MIN_GROUPS ? 1 : GROUP;
	groups = n / size;
	for (int i = 0; i < groups; i++)
		v[i] = (double)(s[i * size + size - 1].tsc_after -
				s[i * size].tsc_before) /
		       (3 * size - 1);
	rate_sort(v, (size_t)groups);
	/* Interrupts only add to the time of a group. */
	return v[groups / 4];
}
