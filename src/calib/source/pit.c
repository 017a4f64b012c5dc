/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Channel 2 of the 8254 PIT: a twelfth of the PC's 14.31818 MHz.  Neither the
 * 8254's datasheet nor ACPI gives a tolerance. */
#include "calib/source/source.h"

static void read(const struct source_view *v, struct estimate *est)
{
	counter_read(v, est, PLAT_COUNTER_PIT, TSCAL_ROOT_PIT);
}

const struct source source_pit = {
	.id = TSCAL_SOURCE_PIT,
	.name = "pit",
	.kind = TSCAL_KIND_MEASURED,
	.counter = PLAT_COUNTER_BIT(PLAT_COUNTER_PIT),
	.probe = "ports",
	.needs = "I/O ports 0x42, 0x43 and 0x61 (CAP_SYS_RAWIO); --probe "
		 "ports, and "
		 "--pit where another timer can be read",
	.would = "would measure if no other timer can be read, or with "
		 "--pit",
	.read = read,
};
