/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The length of the window that a counter needs.  Pure. */
#include "calib/measure/reads.h"

bool measure_wraps_in(const struct measure_space *sp, double window_ns)
{
	return window_ns > measure_wrap_ns(&sp->m->counter) / 2;
}

/* The largest distance of the true rate from the point. */
static double off_ppm(const struct measured *m)
{
	double above = m->out.hi - m->out.hz, below = m->out.hz - m->out.lo;

	return (above > below ? above : below) / m->out.hz * 1e6;
}

/* Whether the target asks for narrower bounds of this counter. */
static bool misses_target(
	const struct measure_plan *plan, const struct measured *m)
{
	return m->out.status == TSCAL_STATUS_READY && plan->target_ppm > 0 &&
	       (!plan->target_of || plan->target_of == m) &&
	       off_ppm(m) > plan->target_ppm;
}

double measure_wanted_ns(const struct measure_plan *plan,
	const struct measure_space *sp, double gone)
{
	const struct measured *m = sp->m;
	bool ready = m->out.status == TSCAL_STATUS_READY;
	double now = ready ? m->ms * 1e6 : (double)plan->first_ns;
	double want = 0, need;

	if (!ready && !sp->too_short)
		return 0;
	if ((double)plan->window_ns > now * MEASURE_WORTH_WHILE)
		want = (double)plan->window_ns;
	if (sp->too_short)
		/* As long as the budget allows. */
		want = 1e18;
	if ((double)m->least_ns > now && (double)m->least_ns > want)
		want = (double)m->least_ns;
	if (misses_target(plan, m)) {
		/* Bounds narrow as the window grows; 10 % more because reads
		 * vary. */
		need = now * 1.1 * off_ppm(m) / plan->target_ppm;
		if (need < gone * MEASURE_WORTH_WHILE)
			need = gone * MEASURE_WORTH_WHILE;
		if (need > want)
			want = need;
	}
	if (!measure_wraps_in(sp, want))
		return want;
	want = measure_wrap_ns(&sp->m->counter) / 2;
	return want > gone * MEASURE_WORTH_WHILE ? want : 0;
}
