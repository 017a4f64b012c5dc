/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The TSC counted against CLOCK_MONOTONIC_RAW. */
#include "calib/source.h"

/* Whether RDTSC must not be executed. */
static bool no_rdtsc(const struct run *run)
{
	return run->facts.tsc_access == PLAT_TSC_SIGSEGV ||
	       (run->facts.cpuid_readable && !run->facts.has_tsc);
}

static void survey(const struct run *run, struct estimate *est)
{
	if (run->facts.tsc_access == PLAT_TSC_SIGSEGV)
		est_say(est, TSCAL_STATUS_SKIPPED,
			"RDTSC is disabled for this process");
	else if (no_rdtsc(run))
		est_say(est, TSCAL_STATUS_ABSENT, "CPUID says there is no TSC");
	else if (run->opts.flags & TSCAL_OPT_NO_MEASURE)
		est_say(est, TSCAL_STATUS_SKIPPED, "told not to measure");
	else
		est_say(est, TSCAL_STATUS_READY, "would measure for %u ms",
			run->opts.window_ms);
}

static void ask(struct run *run, struct estimate *est)
{
	const struct measured *m = &run->raw;

	/* On another clocksource RAW owes nothing to tsc_khz. */
	est->by_kernel = run->kernel.tsc || !run->facts.clocksource_visible;
	if (run->raw_glance || no_rdtsc(run))
		survey(run, est);
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
	.survey = survey,
	.ask = ask,
};
