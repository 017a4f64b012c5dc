/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A number as the vendor gives it, and how far its rounding leaves it open. */
#include <stdio.h>

#include "hv/vendor.h"

void hv_answer_khz(
	struct hv_answer *a, uint32_t khz, uint32_t leaf, double slack_ppm)
{
	double hz = khz * 1e3;
	double slack = 1e3 + hz * slack_ppm * 1e-6;

	if (!khz) {
		a->status = TSCAL_STATUS_ABSENT;
		snprintf(a->sentence, sizeof(a->sentence),
			"leaf 0x%x is there, but its kHz is zero", leaf);
		return;
	}
	if (hz < TSC_HZ_MIN || hz > TSC_HZ_MAX) {
		a->status = TSCAL_STATUS_IMPLAUSIBLE;
		snprintf(a->sentence, sizeof(a->sentence),
			"leaf 0x%x says %u kHz, which no TSC ticks at", leaf,
			khz);
		return;
	}
	a->status = TSCAL_STATUS_READY;
	a->hz = hz;
	a->lo = hz - slack;
	a->hi = hz + slack;
	snprintf(a->sentence, sizeof(a->sentence), "%u kHz in leaf 0x%x", khz,
		leaf);
}

void hv_answer_hz(struct hv_answer *a, uint64_t hz, const char *where)
{
	double slack = hz % 1000 ? 1 : 1e3;

	if (!hz) {
		a->status = TSCAL_STATUS_ABSENT;
		snprintf(a->sentence, sizeof(a->sentence),
			"%s is there, but its Hz is zero", where);
		return;
	}
	a->status = TSCAL_STATUS_READY;
	a->hz = (double)hz;
	a->lo = a->hz - slack;
	a->hi = a->hz + slack;
	snprintf(a->sentence, sizeof(a->sentence), "%llu Hz by %s",
		(unsigned long long)hz, where);
}
