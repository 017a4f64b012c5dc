/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The rate from the bursts of one counter, or what is wrong with them. */
#include "calib/measure/reads.h"

#include <errno.h>

#include "calib/measure/estimator.h"
#include "calib/measure/unwrap.h"

/* A wider interval is no measurement; crystals differ by 4 %. */
#define WIDEST 0.01

static uint64_t mask_of(const struct plat_counter *c)
{
	return c->width < 64 ? (UINT64_C(1) << c->width) - 1 : UINT64_MAX;
}

double measure_wrap_ns(const struct plat_counter *c)
{
	return (double)mask_of(c) * 1e9 * (double)c->den / (double)c->num;
}

/* Whether reads fail; sets the outcome. */
static bool failed(struct measured *m, const struct measure_space *sp)
{
	int rc = 0;

	if (sp->first->n > 0 && sp->n_middle >= 0 && sp->last->n > 0)
		return false;
	if (sp->first->n < 0)
		rc = sp->first->n;
	else if (sp->n_middle < 0)
		rc = sp->n_middle;
	else if (sp->last->n < 0)
		rc = sp->last->n;
	if (rc)
		outcome_counter_errno(&m->out, rc, m->what);
	else
		outcome_set(&m->out, TSCAL_STATUS_UNSTABLE,
			"no read within the window");
	return true;
}

/* Whether the reads never change; sets the outcome. */
static bool is_constant(struct measured *m, const struct measure_space *sp)
{
	uint64_t mask = mask_of(&sp->m->counter);
	uint64_t ref = sp->first->s[0].ref & mask;

	for (int i = 0; i < sp->first->n; i++)
		if ((sp->first->s[i].ref & mask) != ref)
			return false;
	for (int i = 0; i < sp->last->n; i++)
		if ((sp->last->s[i].ref & mask) != ref)
			return false;
	if (ref == mask)
		outcome_set(&m->out, TSCAL_STATUS_STUCK,
			"reads all ones: nothing answers there");
	else if (!ref)
		outcome_set(&m->out, TSCAL_STATUS_STUCK,
			"reads zero all the time: nothing counts there");
	else
		outcome_set(&m->out, TSCAL_STATUS_STUCK,
			"its counter does not count");
	return true;
}

/* Whether the counter advances with the kernel's tick and the window was too
 * short for several ticks; sets the outcome. */
static bool follows_tick(struct measured *m, struct measure_space *sp)
{
	const struct plat_counter *c = &sp->m->counter;
	uint64_t seen = sp->last->s[sp->last->n - 1].ref - sp->first->s[0].ref;
	double ms = (double)m->step_counts * 1e3 * (double)c->den /
		    (double)c->num;

	if (ms < 1 || (seen & mask_of(c)) > 2 * m->step_counts)
		return false;
	sp->too_short = true;
	outcome_set(&m->out, TSCAL_STATUS_UNSTABLE,
		"advances by up to %g ms at a time: the window is too short "
		"for it",
		ms);
	return true;
}

/* Whether the TSC of one burst never decreases, starting from *at. */
static bool tsc_goes_on(const struct plat_sample *s, int n, uint64_t *at)
{
	for (int i = 0; i < n; i++) {
		if (s[i].tsc_before < *at || s[i].tsc_after < s[i].tsc_before)
			return false;
		*at = s[i].tsc_after;
	}
	return true;
}

/* Whether the TSC advanced over the burst, but the counter did not. */
static bool stopped(const struct measure_burst *b, double ticks_per_step)
{
	const struct plat_sample *end = &b->s[b->n - 1];
	double ticks = (double)(int64_t)(end->tsc_before - b->s[0].tsc_after);

	return end->ref == b->s[0].ref && ticks > 2 * ticks_per_step;
}

/* The least change between two successive reads, at most `least`. */
static uint64_t least_change(const struct plat_sample *s, int n, uint64_t least)
{
	for (int i = 1; i < n; i++) {
		uint64_t change = s[i].ref - s[i - 1].ref;

		if (change && change < least)
			least = change;
	}
	return least;
}

/*
 * The step of a counter that may advance by several counts at a time.  One that
 * advances by g at a time (not an integer, each count truncated to one) changes
 * by more than g - 1 whenever it changes: so g is below the least change that
 * was seen plus 1, and truncation adds one count.
 */
static uint64_t step_of(
	const struct measured *m, const struct measure_space *sp)
{
	uint64_t step = m->step_counts ? m->step_counts : 1, seen = UINT64_MAX;

	seen = least_change(sp->first->s, sp->first->n, seen);
	seen = least_change(sp->middle, sp->n_middle, seen);
	seen = least_change(sp->last->s, sp->last->n, seen);
	return step > 2 && seen < step - 2 ? seen + 2 : step;
}

/* Whether the counter stood still while the TSC advanced by two steps. */
static bool stood_still(
	const struct plat_sample *s, int n, double ticks_per_step)
{
	int since = 0;

	for (int i = 1; i < n; i++) {
		if (s[i].ref != s[since].ref)
			since = i;
		else if ((double)(int64_t)(s[i].tsc_before -
					   s[since].tsc_after) >
			 2 * ticks_per_step)
			return true;
	}
	return false;
}

/* Unwrap the references of all bursts; false: sets the outcome. */
static bool unwrap_all(struct tscal_platform *plat, struct measured *m,
	struct measure_space *sp)
{
	const struct plat_counter *c = &m->counter;
	struct unwrap u = {
		.mask = mask_of(c),
		.ref = sp->first->s[0].ref,
		.tsc = sp->first->s[0].tsc_before,
		.rate = sp->hint_hz > 0
				? (double)c->num / (double)c->den / sp->hint_hz
				: 0,
	};
	uint64_t away = plat->ops->now_ns(plat) - sp->first->begun_ns;
	enum unwrapped how = UNWRAP_OK;

	/* No other counter shows how often it wrapped. */
	if (u.rate == 0 && (double)away > measure_wrap_ns(c) * 7 / 8)
		how = UNWRAP_LOST;
	if (how == UNWRAP_OK)
		how = unwrap(&u, sp->first->s, sp->first->n);
	if (how == UNWRAP_OK)
		how = unwrap(&u, sp->middle, sp->n_middle);
	if (how == UNWRAP_OK)
		how = unwrap(&u, sp->last->s, sp->last->n);
	if (how == UNWRAP_BACK)
		outcome_set(&m->out, TSCAL_STATUS_UNSTABLE,
			"its counter went backwards");
	/* Reads that came too late contradict no earlier result. */
	else if (how == UNWRAP_LOST && m->out.status != TSCAL_STATUS_READY)
		outcome_set(&m->out, TSCAL_STATUS_UNSTABLE,
			"its reads were interrupted for so long that its "
			"counter wrapped");
	return how == UNWRAP_OK;
}

/* Whether the samples can be on one line; else sets the outcome. */
static bool usable(struct tscal_platform *plat, struct measured *m,
	struct measure_space *sp)
{
	struct measure_burst *first = sp->first, *last = sp->last;
	uint64_t ref0 = first->s[0].ref, tsc = 0;
	double slope;

	if (failed(m, sp) || follows_tick(m, sp) || is_constant(m, sp) ||
		!unwrap_all(plat, m, sp))
		return false;
	if (!tsc_goes_on(first->s, first->n, &tsc) ||
		!tsc_goes_on(sp->middle, sp->n_middle, &tsc) ||
		!tsc_goes_on(last->s, last->n, &tsc)) {
		m->tsc_failed = true;
		outcome_set(&m->out, TSCAL_STATUS_UNSTABLE,
			"the TSC went backwards");
		return false;
	}
	if (tsc == first->s[0].tsc_before) {
		m->tsc_failed = true;
		outcome_set(&m->out, TSCAL_STATUS_UNSTABLE,
			"the TSC does not count");
		return false;
	}
	slope = (double)(tsc - first->s[0].tsc_before) /
		(double)(last->s[last->n - 1].ref - ref0);
	sp->step = step_of(m, sp);
	if (stopped(last, slope * (double)sp->step)) {
		outcome_set(&m->out, TSCAL_STATUS_STUCK, "its counter stopped");
		return false;
	}
	return true;
}

/*
 * Two bursts cannot distinguish a jump between them from another rate; with the
 * burst in the middle, one line has to pass through all three.
 */
static enum rate_status estimate(struct measure_space *sp, struct rate *r)
{
	struct burst first = {sp->first->s, (size_t)sp->first->n};
	struct burst middle = {sp->middle, (size_t)sp->n_middle};
	struct burst last = {sp->last->s, (size_t)sp->last->n};
	enum rate_status rc = rate_estimate(first, last, sp->step, r);
	struct rate half[2];
	double lo = r->lo, hi = r->hi, still;

	if (rc != RATE_OK)
		return rc;
	still = (double)sp->step * hi;
	if (stood_still(first.s, (int)first.n, still) ||
		stood_still(middle.s, (int)middle.n, still) ||
		stood_still(last.s, (int)last.n, still))
		return RATE_UNEVEN;
	for (int i = 0; i < 2; i++) {
		rc = i ? rate_bounds(middle, last, sp->step, &half[i])
		       : rate_bounds(first, middle, sp->step, &half[i]);
		/* Too few counts in half a window do not contradict. */
		if (rc == RATE_TOO_FEW)
			continue;
		if (rc != RATE_OK)
			return rc;
		lo = half[i].lo > lo ? half[i].lo : lo;
		hi = half[i].hi < hi ? half[i].hi : hi;
	}
	/* The bounds of every pair of bursts contain the true rate. */
	sp->lo = r->lo > sp->lo ? r->lo : sp->lo;
	sp->hi = r->hi < sp->hi ? r->hi : sp->hi;
	return lo <= hi && sp->lo <= sp->hi ? RATE_OK : RATE_UNEVEN;
}

/* The ticks of the fastest read. */
static uint64_t fastest(const struct measure_space *sp)
{
	const struct measure_burst *bursts[] = {sp->first, sp->last};
	uint64_t least = UINT64_MAX;

	for (size_t b = 0; b < 2; b++)
		for (int i = 0; i < bursts[b]->n; i++) {
			const struct plat_sample *s = &bursts[b]->s[i];
			uint64_t ticks = s->tsc_after - s->tsc_before;

			least = ticks < least ? ticks : least;
		}
	return least;
}

void measure_conclude(struct tscal_platform *plat, struct measure_space *sp)
{
	const struct plat_counter *c = &sp->m->counter;
	double hz_per_count = (double)c->num / (double)c->den;
	struct measured *m = sp->m;
	struct rate r;

	sp->todo = MEASURE_DONE;
	sp->too_short = false;
	if (!usable(plat, m, sp))
		return;
	switch (estimate(sp, &r)) {
	case RATE_TOO_FEW:
		sp->too_short = true;
		outcome_set(&m->out, TSCAL_STATUS_UNSTABLE,
			"too few counts within the window");
		return;
	case RATE_UNEVEN:
		outcome_set(&m->out, TSCAL_STATUS_UNSTABLE,
			"no steady rate fits its reads: it or the TSC jumped");
		return;
	case RATE_OK:
		break;
	}
	if (!(sp->lo > 0 && sp->hi - sp->lo <= WIDEST * sp->lo)) {
		double part = sp->lo > 0 ? sp->lo : sp->hi;

		sp->too_short = true;
		outcome_set(&m->out, TSCAL_STATUS_UNSTABLE,
			"its reads are slow: the first %d and last %d of "
			"them give bounds %.1f %% wide",
			sp->first->n, sp->last->n,
			part > 0 ? (sp->hi - sp->lo) / part * 100 : 100);
		return;
	}
	/* The bounds are from all bursts, the point from two.  If another burst
	 * excludes it, it is not settled. */
	if (r.by_ranks && !(r.point >= sp->lo && r.point <= sp->hi)) {
		r.settled = r.by_ranks = false;
		r.again = true;
	}
	if (!r.by_ranks)
		r.point = sp->lo + (sp->hi - sp->lo) / 2;
	if (r.again)
		sp->todo = r.first_worse ? MEASURE_WINDOW : MEASURE_LAST;
	m->settled = r.settled;
	m->out.hz = r.point * hz_per_count;
	m->out.lo = sp->lo * hz_per_count;
	m->out.hi = sp->hi * hz_per_count;
	m->ms = (double)(sp->last->s[sp->last->n - 1].tsc_after -
			 sp->first->s[0].tsc_before) /
		m->out.hz * 1e3;
	m->read_ns = (double)fastest(sp) / m->out.hz * 1e9;
	outcome_set(&m->out, TSCAL_STATUS_READY,
		"%d and %d reads over %.1f ms%s", sp->first->n, sp->last->n,
		m->ms, r.settled ? "" : ", its two ends differ");
}
