/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Abseil: what its CycleClock is scaled by.  An internal header, installed. */
#include <absl/base/internal/sysinfo.h>

#include "calibrate.h"

int main()
{
	double start = now_ms();
	double hz = absl::base_internal::NominalCPUFrequency();

	return print_calibration("abseil", hz, now_ms() - start);
}
