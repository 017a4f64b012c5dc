/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* How a source is asked, by its row. */
#include "calib/source/source.h"

bool source_in_guest(const struct source_view *v, struct estimate *est)
{
	if (!v->kernel->guest)
		est_say(est, TSCAL_STATUS_ABSENT, "no hypervisor here");
	return v->kernel->guest;
}

static bool check(
	const struct source *s, const struct source_view *v, struct estimate *e)
{
	if (s->check)
		return s->check(v, e);
	return !s->counter ||
	       counter_check(
		       v, e, (enum plat_counter_id)__builtin_ctz(s->counter));
}

bool source_ask(const struct source *s, size_t rank,
	const struct source_view *v, struct estimate *e)
{
	bool measures = s->kind == TSCAL_KIND_MEASURED;
	bool survey = v->opts->flags & TSCAL_OPT_SURVEY;
	/* What the PIT's row states holds unless it is asked for. */
	bool pit = v->opts->flags & TSCAL_OPT_PIT &&
		   s->counter == PLAT_COUNTER_BIT(PLAT_COUNTER_PIT);

	*e = (struct estimate){
		.rank = rank,
		.probe = s->probe,
		.line = {.name = s->name,
			.id = s->id,
			.kind = s->kind,
			.tolerance_ppm = -1,
			.ms = -1},
	};
	if (!(v->wanted >> s->id & 1)) {
		est_say(e, TSCAL_STATUS_SKIPPED,
			v->opts->only ? "not asked for"
				      : "used only when --only names it");
		return false;
	}
	if (check(s, v, e)) {
		if (survey && s->would && !pit)
			est_say(e, TSCAL_STATUS_READY, "%s", s->would);
		else if (survey && measures)
			est_say(e, TSCAL_STATUS_READY,
				"would measure for %u ms", v->opts->window_ms);
		else
			s->read(v, e);
	}
	e->by_host_clock |= e->by_kernel && v->kernel->khz_by_host_clock;
	return !survey || !(s->would || measures);
}
