/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The HPET's main counter (IA-PC HPET specification 1.0a). */
#include "calib/measure/counters.h"
#include "calib/source/source.h"

/* 2.4.1: 0.05 % over any time of 1 ms and more. */
#define TOLERANCE_PPM 500

static void survey(struct run *run, struct estimate *est)
{
	counters_survey(run, est, PLAT_COUNTER_HPET);
}

static void ask(struct run *run, struct estimate *est)
{
	if (counters_ask(run, est, PLAT_COUNTER_HPET))
		est->line.tolerance_ppm = TOLERANCE_PPM;
}

const struct source source_hpet = {
	.id = TSCAL_SOURCE_HPET,
	.name = "hpet",
	.kind = TSCAL_KIND_MEASURED,
	.probe = "devices",
	.needs = "/dev/hpet (root), an HPET that the kernel has not switched "
		 "off; --probe devices",
	.survey = survey,
	.ask = ask,
};
