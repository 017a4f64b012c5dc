/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* How far CLOCK_REALTIME and CLOCK_TAI are from UTC and TAI. */

#include <errno.h>
#include <sys/timex.h>
#include <time.h>

#include "clock/state.h"

/* If a filter refuses adjtimex(2): TAI is ahead by whole seconds, or the
 * kernel does not know by how many. */
static bool same_as_utc(struct tscal_platform *plat)
{
	int64_t real, tai;

	return plat->ops->clock_ns(plat, CLOCK_REALTIME, false, &real) ||
	       plat->ops->clock_ns(plat, CLOCK_TAI, false, &tai) ||
	       tai - real < 500000000;
}

int clock_look_at_utc(struct tscal_platform *plat, int clock_id, uint64_t tsc,
	struct tscal_clock_page *page)
{
	struct plat_timex tx;
	int64_t err = -1;
	bool no_tai;
	int rc;

	if (clock_id != CLOCK_REALTIME && clock_id != CLOCK_TAI)
		return 0;
	rc = plat->ops->adjtimex(plat, &tx);
	no_tai = clock_id == CLOCK_TAI &&
		 (rc ? same_as_utc(plat) : tx.tai == 0);
	if (!rc && !no_tai && !(tx.status & STA_UNSYNC))
		err = tx.maxerror_us * 1000;
	if (page) {
		__atomic_store_n(&page->utc_tsc, tsc, __ATOMIC_RELEASE);
		__atomic_store_n(&page->utc_err_ns, err, __ATOMIC_RELEASE);
	}
	return no_tai ? -EAGAIN : 0;
}
