/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The TSC counted against CLOCK_MONOTONIC_RAW. */
#include "calib/source/source.h"

static void ask(struct run *run, struct estimate *est)
{
	const struct measured *m = &run->raw;

	/* On another clocksource RAW owes nothing to tsc_khz. */
	est->by_host_clock = run->kernel.raw_by_host_clock;
	est->by_kernel = run->kernel.tsc || !run->facts.clocksource_visible;
	if (run->raw_glance || run->no_window)
		est_would_measure(run, est);
	else if (m->status != TSCAL_STATUS_READY)
		est_say(est, m->status, "%s", m->sentence);
	else {
		est_number(est, m->hz, m->lo, m->hi, run->kernel.roots,
			"%s; the kernel %s", m->sentence, run->kernel.how);
		est->line.ms = m->ms;
	}
}

const struct source source_clock_raw = {
	.id = TSCAL_SOURCE_CLOCK_RAW,
	.name = "clock-raw",
	.kind = TSCAL_KIND_MEASURED,
	.needs = "nothing",
	.survey = est_would_measure,
	.ask = ask,
};
