/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* How far CLOCK_REALTIME and CLOCK_TAI are from UTC and TAI. */
#ifndef TSCAL_UTC_H
#define TSCAL_UTC_H

#include <tscal/clock_page.h>

#include "plat/plat.h"

/* How far the clock is from UTC into its page, by adjtimex(2); -EAGAIN for
 * CLOCK_TAI if its offset is not known. */
int clock_look_at_utc(struct tscal_platform *plat, int clock_id, uint64_t tsc,
	struct tscal_clock_page *page);

#endif /* TSCAL_UTC_H */
