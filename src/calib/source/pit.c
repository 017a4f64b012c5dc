/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Channel 2 of the 8254 PIT: a twelfth of the PC's 14.31818 MHz.  Neither the
 * 8254's datasheet nor ACPI gives that a tolerance. */
#include "calib/measure/counters.h"
#include "calib/source/source.h"

static void survey(struct run *run, struct estimate *est)
{
	counters_survey(run, est, PLAT_COUNTER_PIT);
}

static void ask(struct run *run, struct estimate *est)
{
	counters_ask(run, est, PLAT_COUNTER_PIT);
}

const struct source source_pit = {
	.id = TSCAL_SOURCE_PIT,
	.name = "pit",
	.kind = TSCAL_KIND_MEASURED,
	.probe = "ports",
	.needs = "I/O ports 0x42, 0x43 and 0x61 (root); --probe ports, and "
		 "--pit where another timer can be read",
	.survey = survey,
	.ask = ask,
};
