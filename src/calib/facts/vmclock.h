/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What a VMClock device says (Linux, include/uapi/linux/vmclock-abi.h). */
#ifndef TSCAL_VMCLOCK_H
#define TSCAL_VMCLOCK_H

#include "plat/outcome.h"

struct vmclock {
	int rc; /* 0: it was read; else -errno */
	/* Changes when the guest's clocks were disrupted, by a migration for
	 * one: who kept a rate has to ask for it anew. */
	uint64_t disruption_marker;
	struct outcome out; /* READY if it gives a rate of the TSC */
};

/* Read it; rc is -EBUSY where it is being written at every look, -EBADMSG where
 * there is no such page, or a part of one. */
void vmclock_read(struct tscal_platform *plat, struct vmclock *v);

#endif /* TSCAL_VMCLOCK_H */
