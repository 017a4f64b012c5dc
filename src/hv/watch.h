/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* How a program learns that its virtual machine has moved. */
#ifndef TSCAL_HV_WATCH_H
#define TSCAL_HV_WATCH_H

#include <tscal/hv.h>

#include "plat/plat.h"

/* TSCAL_WATCH_*: what reports a move here; 0: nothing.  pvclock: its record
 * was read, so KVM's feature leaf need not be read for it. */
uint32_t hv_watch(
	struct tscal_platform *plat, const struct tscal_hv *hv, bool pvclock);

#endif /* TSCAL_HV_WATCH_H */
