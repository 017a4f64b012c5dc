/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A converter of a clock: tscal_conv_anchor(). */
#include <errno.h>
#include <stddef.h>

#include <tscal/conv.h>

#include "clock/anchor.h"
#include "clock/boot.h"
#include "clock/state.h"

int tscal_conv_anchor(struct tscal_conv_meta *meta, int clock_id, double hz)
{
	struct tscal_platform *plat = tscal_platform_passive();
	struct tscal_conv_meta m = {.clock_id = clock_id, .rate_err_ppb = -1};
	struct anchor a;
	int64_t ns;
	int rc = tscal_conv_init(&m.conv, hz, 0, 0);

	if (rc)
		return rc;
	if (clock_tsc_disabled(plat))
		return -EPERM;
	rc = anchor_take(plat, clock_id, ANCHOR_READS, 1e9 / hz, &a);
	if (rc)
		return rc;
	/* The middle, and half of what is not known: both rounded up. */
	ns = a.ns + (int64_t)((a.lo + a.hi) / 2);
	m.anchor_err_ns = (int64_t)anchor_half(&a) + 2;
	tscal_conv_init(&m.conv, hz, a.tsc, ns);
	boot_id_read(plat, m.boot_id);
	*meta = m;
	return 0;
}
