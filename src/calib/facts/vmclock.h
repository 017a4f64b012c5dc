/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What a VMClock device reports (Linux, include/uapi/linux/vmclock-abi.h). */
#ifndef TSCAL_VMCLOCK_H
#define TSCAL_VMCLOCK_H

#include "plat/outcome.h"

struct vmclock {
	int rc; /* 0: it was read; else -errno */
	/* Changes when the guest's clocks were disrupted, for example by a
	 * migration: a stored rate has to be read again. */
	uint64_t disruption_marker;
	struct outcome out; /* READY if it gives a rate of the TSC */
};

/* rc is -EBUSY if it was being written at every read, -EBADMSG if there is no
 * such page, or only a part of one. */
void vmclock_read(struct tscal_platform *plat, struct vmclock *v);

#endif /* TSCAL_VMCLOCK_H */
