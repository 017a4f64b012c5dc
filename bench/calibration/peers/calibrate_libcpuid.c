/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* libcpuid: 100 ms, one measurement, whole MHz. */
#include <libcpuid.h>

#include "calibrate.h"

int main(void)
{
	double start = now_ms();
	double hz = cpu_clock_measure(100, 0) * 1e6;

	return print_calibration("libcpuid", hz, now_ms() - start);
}
