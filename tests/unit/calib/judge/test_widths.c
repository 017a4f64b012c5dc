/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the widths of intervals may do to a verdict, and what they may not, over
 * machines with random sources. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "unit/random_machine.h"

/* Of each of two kinds. */
#ifdef TSCAL_TEST_FEWER
#define MACHINES (2 * 20000)
#else
#define MACHINES (2 * 100000)
#endif

/* A machine some of whose intervals are as wide as slow timers make them. */
static void machine_of_any_width(struct machine *m, uint64_t seed)
{
	random_machine(m, seed);
	for (size_t i = 0; i < m->n; i++) {
		struct tscal_line *l = &m->est[i].line;
		double width = pow(10, between(-5, -1));

		m->est[i].by_host_clock = !below(4);
		if (!below(3)) {
			l->hz_lo = l->hz * (1 - width);
			l->hz_hi = l->hz * (1 + width);
		}
	}
}

/* Few sources of few roots, at distances and with bounds about the limits that
 * the comparison has. */
static void machine_near_limits(struct machine *m, uint64_t seed)
{
	static const double ppm[] = {0.5, 3.5, 20, 90, 99.5, 110, 250, 480, 499,
		501, 520, 600, 4000};
	size_t n;

	random_machine(m, seed);
	n = 2 + below(4);
	m->n = m->n < n ? m->n : n;
	m->kernel.tsc = below(2);
	for (size_t i = 0; i < m->n; i++) {
		struct estimate *e = &m->est[i];
		double off = ppm[below(13)] * (below(2) ? 1 : -1);
		double bounds = ppm[below(13)];

		e->line.kind = 1 + below(5);
		e->line.status = e->line.kind == TSCAL_KIND_NOMINAL
					 ? TSCAL_STATUS_HINT
					 : TSCAL_STATUS_READY;
		e->line.roots = roots[below(3)];
		e->by_host_clock = !below(3);
		e->assumed = false;
		e->line.hz = HZ * (1 + off * 1e-6);
		e->line.hz_lo = e->line.hz * (1 - bounds * 1e-6);
		e->line.hz_hi = e->line.hz * (1 + bounds * 1e-6);
	}
}

static void any_machine(struct machine *m, uint64_t seed)
{
	if (seed % 2)
		machine_near_limits(m, seed);
	else
		machine_of_any_width(m, seed);
}

static enum tscal_status status(const struct machine *m, size_t i)
{
	return m->est[i].line.status;
}

/* A wider interval claims less: it can turn a conflict into none and not the
 * reverse, and a source that was not used is not used because its interval is
 * wider. */
Test(widths, a_wider_interval_makes_no_conflict_and_is_not_chosen_for_it)
{
	unsigned conflicts_ended = 0, became_coarse = 0;

	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine m, wider;
		struct tscal_line *l;
		size_t i;

		any_machine(&m, seed);
		if (!m.n)
			continue;
		wider = m;
		i = below((unsigned)m.n);
		l = &wider.est[i].line;
		l->hz_lo -= l->hz * pow(10, between(-7, seed % 2 ? -2.5 : -1));
		l->hz_hi += l->hz * pow(10, between(-7, seed % 2 ? -2.5 : -1));
		judge(&m);
		judge(&wider);
		if (m.info.rate != TSCAL_RATE_CONFLICT)
			cr_expect(ne(int, (int)wider.info.rate,
					  TSCAL_RATE_CONFLICT),
				"%lu: widening %zu made a conflict", seed, i);
		else
			conflicts_ended += wider.info.rate !=
					   TSCAL_RATE_CONFLICT;
		if (status(&m, i) != TSCAL_STATUS_USED)
			cr_expect(ne(int, (int)status(&wider, i),
					  TSCAL_STATUS_USED),
				"%lu: widening %zu had it chosen", seed, i);
		became_coarse += status(&m, i) != TSCAL_STATUS_COARSE &&
				 status(&wider, i) == TSCAL_STATUS_COARSE;
	}
	/* Else nothing was tried. */
	cr_assert(lt(uint, 500, conflicts_ended));
	cr_assert(lt(uint, 500, became_coarse));
}

/* Sources have an order of preference; the order of asking decides nothing. */
Test(widths, the_order_of_sources_decides_nothing)
{
	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine m, shuffled;

		any_machine(&m, seed);
		shuffled = m;
		for (size_t i = shuffled.n; i > 1; i--) {
			size_t k = below((unsigned)i);
			struct estimate e = shuffled.est[k];

			shuffled.est[k] = shuffled.est[i - 1];
			shuffled.est[i - 1] = e;
		}
		judge(&m);
		judge(&shuffled);
		cr_expect(zero(int, memcmp(&m.info, &shuffled.info,
					    sizeof(m.info))),
			"%lu", seed);
		for (size_t i = 0; i < m.n; i++)
			for (size_t k = 0; k < m.n; k++)
				if (m.est[i].line.id == shuffled.est[k].line.id)
					cr_expect(eq(int, (int)status(&m, i),
							  (int)status(&shuffled,
								  k)),
						"%lu", seed);
	}
}

static bool holds(const struct tscal_line *l, double hz)
{
	return l->hz_lo <= hz && hz <= l->hz_hi;
}

/* How far a rate is from an interval, in ppm. */
static double outside_ppm(const struct tscal_info *info, double hz)
{
	double outside = info->hz_lo - hz;

	if (hz - info->hz_hi > outside)
		outside = hz - info->hz_hi;
	return outside > 0 ? outside / HZ * 1e6 : 0;
}

/*
 * The bounds of measurements hold the truth, those of some claims do not.  Then
 * the truth is in the chosen interval, but for what the best measurement leaves
 * open; else there is a conflict.
 */
Test(widths, what_was_measured_bounds_the_error_or_there_is_a_conflict)
{
	unsigned held = 0, conflicts = 0;

	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine m;
		double can_tell_ppm = INFINITY;

		any_machine(&m, seed);
		for (size_t i = 0; i < m.n; i++) {
			struct tscal_line *l = &m.est[i].line;

			if (l->kind != TSCAL_KIND_MEASURED && !below(12))
				continue;
			if (l->status == TSCAL_STATUS_IMPLAUSIBLE)
				l->status = TSCAL_STATUS_ABSENT;
			if (!holds(l, HZ)) {
				double shift = HZ - l->hz;

				l->hz_lo += shift;
				l->hz_hi += shift;
				l->hz = between(l->hz_lo, l->hz_hi);
			}
			if (l->status == TSCAL_STATUS_READY &&
				l->kind == TSCAL_KIND_MEASURED)
				can_tell_ppm = fmin(can_tell_ppm,
					(l->hz_hi - l->hz_lo) / l->hz * 1e6);
		}
		judge(&m);
		if (can_tell_ppm == INFINITY)
			continue;
		conflicts += m.info.rate == TSCAL_RATE_CONFLICT;
		if (m.info.rate == TSCAL_RATE_CONFLICT)
			continue;
		/* Disjoint roots, or a kernel's slack over its root. */
		cr_expect(le(dbl, outside_ppm(&m.info, HZ),
				  can_tell_ppm * 1.1 +
					  fmax(500, m.kernel.slack_ppm + 103) *
						  1.1),
			"%lu: %s", seed, tscal_rate_str(m.info.rate));
		held++;
	}
	cr_assert(lt(uint, 1000, held));
	cr_assert(lt(uint, 1000, conflicts));
}

/* All bounds hold the truth, however wide they are. */
Test(widths, honest_machines_are_right_and_never_in_conflict)
{
	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine m;

		any_machine(&m, seed);
		for (size_t i = 0; i < m.n; i++) {
			struct tscal_line *l = &m.est[i].line;
			double width = pow(10, between(-9, -1));

			l->hz_lo = HZ * (1 - width);
			l->hz_hi = HZ * (1 + width / 10);
			l->hz = between(l->hz_lo, l->hz_hi);
			if (l->status == TSCAL_STATUS_IMPLAUSIBLE)
				l->status = TSCAL_STATUS_READY;
		}
		judge(&m);
		cr_expect(ne(int, (int)m.info.rate, TSCAL_RATE_CONFLICT), "%lu",
			seed);
		if (m.info.rate != TSCAL_RATE_NONE)
			cr_expect(zero(dbl, outside_ppm(&m.info, HZ)), "%lu",
				seed);
		if (m.info.rate == TSCAL_RATE_VERIFIED)
			cr_expect(le(dbl, m.info.agreement_ppm, 500), "%lu",
				seed);
	}
}
