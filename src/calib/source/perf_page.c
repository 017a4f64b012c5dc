/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The perf event page (linux/perf_event.h, struct perf_event_mmap_page):
 * ns = ticks * time_mult >> time_shift. */
#include <math.h>

#include "calib/source/source.h"

static void read(const struct source_view *v, struct estimate *est)
{
	struct plat_perf_page page;
	int rc = v->plat->ops->perf_page(v->plat, &page);
	double scale;

	est->by_kernel = true;
	if (rc) {
		est_errno(est, rc, "perf_event_open(2)");
		return;
	}
	if (!page.cap_user_time || !page.time_mult || page.time_shift > 63) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"the page gives no time: sched_clock is not the TSC");
		return;
	}
	scale = ldexp(1e9, page.time_shift);
	/* time_mult is rounded to an integer, and may then have been halved
	 * (Linux, set_cyc2ns_scale()). */
	est_number(est, scale / page.time_mult, scale / (page.time_mult + 1.0),
		scale / (page.time_mult - 0.5), v->kernel->khz_roots,
		"mult %u, shift %u", page.time_mult, page.time_shift);
}

const struct source source_perf_page = {
	.id = TSCAL_SOURCE_PERF_PAGE,
	.name = "perf-page",
	.kind = TSCAL_KIND_KERNEL,
	.probe = "devices",
	.needs = "perf_event_open(2), --probe devices",
	.would = "would open a perf event and read its time_mult",
	.read = read,
};
