/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the sources that measure against a counter have in common. */
#include <errno.h>

#include "plat/text.h"
#include "calib/source/source.h"

bool source_may_measure(const struct source_view *v, struct estimate *est)
{
	const struct facts *f = v->facts;

	if (f->tsc_access == PLAT_TSC_SIGSEGV)
		est_say(est, TSCAL_STATUS_SKIPPED,
			"RDTSC is disabled for this process");
	else if (f->has_tsc == 0)
		est_say(est, TSCAL_STATUS_ABSENT, "CPUID reports no TSC");
	else if (v->opts->flags & TSCAL_OPT_NO_MEASURE)
		est_say(est, TSCAL_STATUS_SKIPPED,
			"measuring is switched off (--no-measure)");
	else
		return true;
	return false;
}

/* An error about the device or port that the counter is read from. */
static void say_errno(const struct source_view *v, struct estimate *est, int rc,
	enum plat_counter_id id)
{
	char device[32] = "";

	if (id == PLAT_COUNTER_PHC && v->facts->ptp >= 0)
		text_printf(
			device, sizeof(device), "/dev/ptp%d", v->facts->ptp);
	est_errno(est, rc, device[0] ? device : plat_counter_via(id));
}

/* In a survey: whether it could be opened. */
static bool could_open(const struct source_view *v, struct estimate *est,
	enum plat_counter_id id)
{
	struct counters_wanted w = {
		.plat = v->plat,
		.opts = v->opts,
		.facts = v->facts,
	};
	struct plat_where where;
	struct outcome out;

	if (!(v->plat->ops->counters & PLAT_COUNTER_BIT(id)))
		say_errno(v, est, -EOPNOTSUPP, id);
	else if (!counters_find(&w, id, &out, &where))
		est_outcome(est, &out, 0);
	else
		return true;
	return false;
}

bool counter_check(const struct source_view *v, struct estimate *est,
	enum plat_counter_id id)
{
	const struct measured *m = &v->measured->counters.timer[id];

	if (!source_may_measure(v, est))
		return false;
	if (v->opts->flags & TSCAL_OPT_SURVEY)
		return could_open(v, est, id);
	/* The permission concerns the device or port it is read from. */
	if (m->rc == -EACCES || m->rc == -EPERM || m->rc == -EOPNOTSUPP)
		say_errno(v, est, m->rc, id);
	else if (m->out.status != TSCAL_STATUS_READY)
		est_outcome(est, &m->out, 0);
	else
		return true;
	return false;
}

bool counter_read(const struct source_view *v, struct estimate *est,
	enum plat_counter_id id, uint32_t root)
{
	const struct measured *m = &v->measured->counters.timer[id];
	bool guest = v->kernel->guest;

	est->by_host_clock = guest;
	est_number(est, m->out.hz, m->out.lo, m->out.hi,
		guest ? TSCAL_ROOT_HV : root, "%s%s", m->out.sentence,
		v->kernel->guest_perhaps
			? "; perhaps emulated by a host, relative to its clock"
		: guest ? "; emulated by the host, relative to its clock"
			: "");
	est->line.ms = m->ms;
	return est->line.status == TSCAL_STATUS_READY;
}
