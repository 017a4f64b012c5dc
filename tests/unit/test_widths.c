/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the widths of intervals may do to a verdict, and what they may not, over
 * machines whose sources say anything. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "random_machine.h"

#define MACHINES 100000

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

static enum tscal_status status(const struct machine *m, size_t i)
{
	return m->est[i].line.status;
}

/* Widening what somebody says takes something away from it: it can turn a
 * conflict into none and not the reverse, and what was not used is not used for
 * its doubts. */
Test(widths, a_wider_interval_makes_no_conflict_and_is_not_chosen_for_it)
{
	unsigned conflicts_ended = 0, became_coarse = 0;

	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine m, wider;
		struct tscal_line *l;
		size_t i;

		machine_of_any_width(&m, seed);
		if (!m.n)
			continue;
		wider = m;
		i = below((unsigned)m.n);
		l = &wider.est[i].line;
		l->hz_lo -= l->hz * pow(10, between(-8, -1));
		l->hz_hi += l->hz * pow(10, between(-8, -1));
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

/* Sources have an order of preference; the order in which they were asked
 * decides nothing. */
Test(widths, the_order_of_sources_decides_nothing)
{
	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine m, shuffled;

		machine_of_any_width(&m, seed);
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
 * Measurements tell the truth within their bounds, some claims do not.  Then
 * the truth is in the chosen interval, but for what the best measurement cannot
 * tell; else there is a conflict.
 */
Test(widths, what_was_measured_bounds_the_error_or_there_is_a_conflict)
{
	unsigned held = 0, conflicts = 0;

	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine m;
		double can_tell_ppm = INFINITY;

		machine_of_any_width(&m, seed);
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

/* All tell the truth within their bounds, however wide these are. */
Test(widths, honest_machines_are_right_and_never_in_conflict)
{
	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine m;

		machine_of_any_width(&m, seed);
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
			cr_expect(le(dbl, m.info.agreement_ppm, 501), "%lu",
				seed);
	}
}
