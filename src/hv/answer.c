/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "hv/answer.h"

static void ready(struct outcome *o, double hz, double slack)
{
	o->hz = hz;
	o->lo = hz - slack;
	o->hi = hz + slack;
}

void hv_answer_khz(
	struct outcome *o, uint32_t khz, uint32_t leaf, double slack_ppm)
{
	double hz = khz * 1e3;

	if (!khz) {
		outcome_set(o, TSCAL_STATUS_ABSENT,
			"leaf 0x%x is there, but its kHz is zero", leaf);
	} else if (hz < TSC_HZ_MIN || hz > TSC_HZ_MAX) {
		outcome_set(o, TSCAL_STATUS_IMPLAUSIBLE,
			"leaf 0x%x gives %u kHz, which no TSC ticks at", leaf,
			khz);
	} else {
		ready(o, hz, 1e3 + hz * slack_ppm * 1e-6);
		outcome_set(o, TSCAL_STATUS_READY, "%u kHz in leaf 0x%x", khz,
			leaf);
	}
}

void hv_answer_hz(struct outcome *o, uint64_t hz, const char *where)
{
	if (!hz) {
		outcome_set(o, TSCAL_STATUS_ABSENT,
			"%s is there, but its Hz is zero", where);
		return;
	}
	ready(o, (double)hz, hz % 1000 ? 1 : 1e3);
	outcome_set(o, TSCAL_STATUS_READY, "%llu Hz by %s",
		(unsigned long long)hz, where);
}
