/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What a VMClock device says (Linux, include/uapi/linux/vmclock-abi.h). */
#ifndef TSCAL_VMCLOCK_H
#define TSCAL_VMCLOCK_H

#include "plat/plat.h"

struct vmclock {
	/* Changes when the guest's clocks were disrupted, by a migration for
	 * one: whoever kept a rate has to ask for it anew. */
	uint64_t disruption_marker;
	double hz, lo, hi; /* 0: it gives no rate of the TSC */
	char why_not[96];  /* then */
};

/*
 * Read it.  Returns 0, -EBUSY (it is being written whenever it is looked at),
 * -EBADMSG (no such page, or cut off before the marker), or -errno of reading.
 */
int vmclock_read(struct tscal_platform *plat, struct vmclock *out);

#endif /* TSCAL_VMCLOCK_H */
