/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#ifndef TSCAL_NTP_H
#define TSCAL_NTP_H

#include "plat/plat.h"

/* Whether the kernel's clock, as NTP leaves it, may serve as a second; NULL, or
 * why not. */
const char *ntp_unfit(const struct plat_timex *t);

#endif /* TSCAL_NTP_H */
