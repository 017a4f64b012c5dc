/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The HPET's main counter (IA-PC HPET specification 1.0a). */
#include "calib/source/source.h"

/* 2.4.1: 0.05 % over any time of 1 ms and more. */
#define TOLERANCE_PPM 500

static void read(const struct source_view *v, struct estimate *est)
{
	if (counter_read(v, est, PLAT_COUNTER_HPET, TSCAL_ROOT_HPET))
		est->line.tolerance_ppm = TOLERANCE_PPM;
}

const struct source source_hpet = {
	.id = TSCAL_SOURCE_HPET,
	.name = "hpet",
	.kind = TSCAL_KIND_MEASURED,
	.counter = PLAT_COUNTER_BIT(PLAT_COUNTER_HPET),
	.probe = "devices",
	.needs = "read permission for /dev/hpet, an HPET that the kernel has "
		 "not switched "
		 "off; --probe devices",
	.read = read,
};
