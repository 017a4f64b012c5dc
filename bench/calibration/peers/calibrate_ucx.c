/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* UCX: libucs exports these, in no header that is installed. */
#include "calibrate.h"

void ucs_x86_init_tsc_freq(void);
double ucs_arch_get_clocks_per_sec(void);

int main(void)
{
	double start = now_ms(), hz;

	ucs_x86_init_tsc_freq();
	hz = ucs_arch_get_clocks_per_sec();
	return print_calibration("ucx", hz, now_ms() - start);
}
