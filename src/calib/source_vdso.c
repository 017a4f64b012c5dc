/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The kernel's own mult/shift behind clock_gettime: exactly the rate that
 * CLOCK_MONOTONIC_RAW runs at. */
#include <errno.h>
#include <math.h>

#include "calib/clock_pages.h"
#include "calib/source.h"

/* With another clocksource a stale pair stays behind in the page. */
static bool shown(const struct run *run, struct estimate *est)
{
	if (!run->facts.clocksource_visible)
		est_say(est, TSCAL_STATUS_ABSENT,
			"the clocksource is not visible, so nothing says that "
			"the page is about the TSC");
	else if (!run->kernel.tsc)
		est_say(est, TSCAL_STATUS_ABSENT,
			"the kernel's clocksource is %s, not the TSC",
			run->facts.clocksource);
	return run->kernel.tsc;
}

static void survey(const struct run *run, struct estimate *est)
{
	if (shown(run, est))
		est_say(est, TSCAL_STATUS_READY,
			"would search the vDSO's pages for the mult/shift that "
			"a measurement confirms");
}

static void ask(struct run *run, struct estimate *est)
{
	const struct measured *raw = &run->raw;
	uint32_t mult, shift;
	double scale;
	int rc;

	est->by_kernel = true;
	if (!shown(run, est))
		return;
	if (raw->status != TSCAL_STATUS_READY) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"nothing measured to confirm the page by");
		return;
	}
	/* Of the two pairs one follows NTP.  The point of a full window tells
	 * them apart; a glance or unlike ends cannot. */
	rc = clock_pages_mult(run->plat, raw->hz, raw->lo, raw->hi,
		run->raw_glance || !raw->settled, &mult, &shift);
	if (rc == -ENOTUNIQ) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"two rates in the page, and this measurement cannot "
			"tell which one follows NTP");
		return;
	}
	if (rc == -ENOENT || rc == -EFAULT) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"no mult/shift in the vDSO pages that fits the "
			"measurement");
		return;
	}
	if (rc) {
		est_errno(est, rc, "the vDSO data page");
		return;
	}
	scale = ldexp(1e9, (int)shift);
	run->raw_exact_hz = scale / mult;
	est_number(est, scale / mult, scale / (mult + 0.5),
		scale / (mult - 0.5), run->kernel.roots,
		"mult %u, shift %u; the kernel %s", mult, shift,
		run->kernel.how);
}

const struct source source_vdso = {
	.id = TSCAL_SOURCE_VDSO,
	.name = "vdso",
	.kind = TSCAL_KIND_KERNEL,
	.needs = "the vDSO data pages, clocksource tsc",
	.survey = survey,
	.ask = ask,
};
