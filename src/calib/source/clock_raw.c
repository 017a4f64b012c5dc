/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The TSC counted against CLOCK_MONOTONIC_RAW. */
#include "calib/source/source.h"

static void read(const struct source_view *v, struct estimate *est)
{
	const struct measured *m = &v->measured->counters.raw;

	/* On another clocksource RAW does not depend on tsc_khz. */
	est->by_host_clock = v->kernel->raw_by_host_clock;
	est->by_kernel = v->kernel->tsc || !v->facts->clocksource_visible;
	if (m->out.status != TSCAL_STATUS_READY)
		est_outcome(est, &m->out, 0);
	else {
		est_number(est, m->out.hz, m->out.lo, m->out.hi,
			v->kernel->roots, "%s; the kernel %s", m->out.sentence,
			kernel_origin_phrase(v->kernel->origin));
		est->line.ms = m->ms;
	}
}

const struct source source_clock_raw = {
	.id = TSCAL_SOURCE_CLOCK_RAW,
	.name = "clock-raw",
	.kind = TSCAL_KIND_MEASURED,
	.needs = "nothing",
	.check = source_may_measure,
	.read = read,
};
