/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* sync_runs N: compare the CPUs N times, and print how often there was which
 * verdict, every sentence of "skewed", and the widths and times. */
#include <stdio.h>
#include <stdlib.h>

#include <tscal/sync.h>

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 0;
	unsigned count[3] = {0};
	double least_ns = 1e18, most_ms = 0, ms = 0;

	for (int i = 0; i < n; i++) {
		struct tscal_sync_result *r;
		const struct tscal_sync_info *info;
		const struct tscal_sync_pair *p;

		if (tscal_sync(NULL, &r))
			return 1;
		info = tscal_sync_result_info(r);
		p = tscal_sync_result_pair(r, 0);
		count[info->verdict]++;
		if (info->verdict == TSCAL_SYNC_SKEWED)
			fprintf(stderr, "%s\n", info->sentence);
		if (p && p->offset_hi_ns - p->offset_lo_ns < least_ns)
			least_ns = p->offset_hi_ns - p->offset_lo_ns;
		ms += info->ms;
		most_ms = info->ms > most_ms ? info->ms : most_ms;
		tscal_sync_free(r);
	}
	printf("{\"runs\": %d, \"synchronised\": %u, \"skewed\": %u, "
	       "\"unknown\": %u, \"least_width_ns\": %.0f, \"ms\": %.1f, "
	       "\"most_ms\": %.1f}\n",
		n, count[TSCAL_SYNC_SYNCHRONISED], count[TSCAL_SYNC_SKEWED],
		count[TSCAL_SYNC_UNKNOWN], least_ns, ms, most_ms);
	return 0;
}
