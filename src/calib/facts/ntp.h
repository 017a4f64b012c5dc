/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#ifndef TSCAL_NTP_H
#define TSCAL_NTP_H

#include "plat/plat.h"

/* NULL if the kernel's clock, as NTP adjusts it, gives true seconds; else the
 * reason why not. */
const char *ntp_unfit(const struct plat_timex *t);

#endif /* TSCAL_NTP_H */
