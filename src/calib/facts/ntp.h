/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#ifndef TSCAL_NTP_H
#define TSCAL_NTP_H

#include "plat/plat.h"

/* Whether a program keeps the kernel's clock, by NTP or PTP. */
bool ntp_keeps(const struct plat_timex *t);

/* NULL if the kernel's clock, as NTP adjusts it, gives true seconds; else the
 * reason why not. */
const char *ntp_unfit(const struct plat_timex *t);

/* Whether a clock that NTP keeps has another tick than usual. */
bool ntp_tick_changed(const struct plat_timex *t);

/* By how many ppm the kernel's clock runs faster, by tick and frequency. */
double ntp_fast_ppm(const struct plat_timex *t);

/* Whether NTP still corrects an offset of the clock, for which its frequency
 * may stand off the true one. */
bool ntp_corrects_offset(const struct plat_timex *t);

/* Whether the kernel's clock is synchronised, with a frequency at the kernel's
 * limit: 1 if NTP makes the clock faster, -1 if slower, 0 if not at the limit.
 */
int ntp_at_limit(const struct plat_timex *t);

#endif /* TSCAL_NTP_H */
