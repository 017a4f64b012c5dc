/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What a peer's program prints: the line that "calibration --one" prints. */
#ifndef TSCAL_BENCH_PEERS_CALIBRATE_H
#define TSCAL_BENCH_PEERS_CALIBRATE_H

#include <stdio.h>
#include <time.h>

static inline double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* Without bounds: no peer gives any.  The exit status. */
static inline int print_calibration(const char *name, double hz, double call_ms)
{
	printf("%s %.17g 0 0 %.17g\n", name, hz, call_ms);
	return !(hz > 0) || fflush(stdout);
}

#endif /* TSCAL_BENCH_PEERS_CALIBRATE_H */
