/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* DPDK calibrates inside rte_eal_init(), so the time is that of all of it. */
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_log.h>

#include "calibrate.h"

int main(void)
{
	static char *argv[] = {"calibrate_dpdk", "--no-huge", "-m", "64",
		"--no-pci", "-l", "0", "--no-telemetry", "--no-shconf", NULL};
	FILE *nowhere = fopen("/dev/null", "w");
	double start, hz;

	/* Its log would be in the line that is printed. */
	if (!nowhere || rte_openlog_stream(nowhere))
		return 1;
	start = now_ms();
	if (rte_eal_init(sizeof(argv) / sizeof(argv[0]) - 1, argv) < 0)
		return 1;
	hz = (double)rte_get_tsc_hz();
	return print_calibration("dpdk", hz, now_ms() - start);
}
