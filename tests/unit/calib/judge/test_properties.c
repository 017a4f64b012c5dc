/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What must hold of the comparison on every machine. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "unit/random_machine.h"

#define MACHINES 20000

/* An impossible count contradicts, although it is not used. */
static bool matters(const struct estimate *e)
{
	return is_ready(e) ||
	       (e->line.kind == TSCAL_KIND_MEASURED &&
		       e->line.status == TSCAL_STATUS_IMPLAUSIBLE);
}

/* Independent of the code under test. */
static bool disjoint(uint32_t a, uint32_t b)
{
	return !(a & b) && !((a | b) & TSCAL_ROOT_UNKNOWN);
}

static size_t count(const struct machine *m, enum tscal_status status)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += m->est[i].line.status == status;
	return n;
}

static void check_rate(const struct machine *m, uint64_t seed)
{
	const struct estimate *used = compare_used(m->est, m->n);

	cr_expect(eq(sz, count(m, TSCAL_STATUS_USED),
			  m->info.rate != TSCAL_RATE_NONE),
		"%lu", seed);
	if (!used)
		return;
	cr_expect(
		eq(int, (int)used->line.id, (int)m->info.source), "%lu", seed);
	cr_expect(ieee_ulp_eq(dbl, used->line.hz, m->info.hz, 0), "%lu", seed);
	cr_expect(le(dbl, m->info.hz_lo, m->info.hz), "%lu", seed);
	cr_expect(le(dbl, m->info.hz, m->info.hz_hi), "%lu", seed);
	cr_expect(eq(u32, used->line.roots, m->info.roots), "%lu", seed);
}

static void check_verified(const struct machine *m, uint64_t seed)
{
	const struct estimate *used = compare_used(m->est, m->n);
	double nearest = -1, pair = -1;

	for (size_t i = 0; used && i < m->n; i++) {
		const struct tscal_line *l = &m->est[i].line;
		double off = fabs(ppm(l->hz, used->line.hz));

		if (l->status != TSCAL_STATUS_AGREES ||
			!disjoint(l->roots, used->line.roots))
			continue;
		cr_expect(lt(dbl, off, 501), "%lu", seed);
		if (nearest < 0 || off < nearest)
			nearest = off;
	}
	/* Or two that agree are independent of each other. */
	for (size_t i = 0; used && nearest < 0 && i < m->n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct tscal_line *a = &m->est[i].line;
			const struct tscal_line *b = &m->est[k].line;
			double off = fmax(fabs(ppm(a->hz, used->line.hz)),
				fabs(ppm(b->hz, used->line.hz)));

			if (a->status == TSCAL_STATUS_AGREES &&
				b->status == TSCAL_STATUS_AGREES &&
				disjoint(a->roots, b->roots) && off < 501 &&
				(pair < 0 || off < pair))
				pair = off;
		}
	if (m->info.rate == TSCAL_RATE_VERIFIED)
		cr_expect(le(dbl, 0, fmax(nearest, pair)), "%lu: by no source",
			seed);
	/* It covers both intervals, so no less than the points. */
	cr_expect(le(dbl, nearest - 1e-6, m->info.agreement_ppm), "%lu", seed);
	if (pair < 0)
		cr_expect(eq(int, nearest >= 0, m->info.agreement_ppm >= 0),
			"%lu", seed);
	else if (m->info.agreement_ppm >= 0)
		cr_expect(le(dbl, pair - 1e-6, m->info.agreement_ppm), "%lu",
			seed);
}

static void check_verdict(const struct machine *m, uint64_t seed)
{
	size_t against = count(m, TSCAL_STATUS_DISAGREES) +
			 count(m, TSCAL_STATUS_STALE);

	for (size_t i = 0; m->info.rate && i < m->n; i++)
		against += matters(&m->est[i]) &&
			   m->est[i].line.status == TSCAL_STATUS_IMPLAUSIBLE;
	cr_expect(eq(int, m->info.rate == TSCAL_RATE_CONFLICT, against > 0),
		"%lu", seed);
	if (m->info.rate == TSCAL_RATE_SINGLE && !m->kernel.may_be_guess)
		cr_expect(zero(sz, count(m, TSCAL_STATUS_AGREES)), "%lu", seed);
	if (m->info.rate == TSCAL_RATE_CONSISTENT)
		cr_expect(not(zero(sz, count(m, TSCAL_STATUS_AGREES))), "%lu",
			seed);
	/* Every source with a rate has been judged. */
	cr_expect(zero(sz, count(m, TSCAL_STATUS_READY)), "%lu", seed);
}

Test(properties, of_every_verdict)
{
	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine m, before;

		random_machine(&m, seed);
		before = m;
		judge(&m);
		check_rate(&m, seed);
		check_verified(&m, seed);
		check_verdict(&m, seed);
		/* A source without a rate is left as it was. */
		for (size_t i = 0; i < m.n; i++)
			if (!is_ready(&before.est[i]))
				cr_expect(
					eq(int, (int)m.est[i].line.status,
						(int)before.est[i].line.status),
					"%lu", seed);
	}
}

/* Taking away hints, labels and sources without a rate changes nothing: they
 * are never chosen, never confirm, never contradict. */
Test(properties, hints_change_nothing)
{
	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine m, bare;
		size_t k = 0;

		random_machine(&m, seed);
		bare = m;
		bare.n = 0;
		for (size_t i = 0; i < m.n; i++)
			if (matters(&m.est[i]))
				bare.est[bare.n++] = m.est[i];
		judge(&m);
		judge(&bare);
		cr_expect(
			zero(int, memcmp(&m.info, &bare.info, sizeof(m.info))),
			"%lu", seed);
		for (size_t i = 0; i < m.n && k < bare.n; i++) {
			if (m.est[i].line.id != bare.est[k].line.id)
				continue;
			cr_expect(eq(int, (int)m.est[i].line.status,
					  (int)bare.est[k].line.status),
				"%lu", seed);
			k++;
		}
		cr_expect(eq(sz, k, bare.n), "%lu", seed);
	}
}

/* Only the two of them: do they contradict? */
static bool pair_conflicts(const struct machine *m, size_t a, size_t b)
{
	struct machine two = {.n = 2, .kernel = m->kernel};

	two.est[0] = m->est[a];
	two.est[1] = m->est[b];
	judge(&two);
	return two.info.rate == TSCAL_RATE_CONFLICT;
}

/* A conflict comes from a pair that contradicts or from an impossible count; if
 * one of such a pair is used, there is a conflict. */
Test(properties, conflict_comes_from_a_pair_that_contradicts)
{
	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine raw, m;
		bool any = false, against_used = false;

		random_machine(&raw, seed);
		m = raw;
		judge(&m);
		for (size_t a = 0; a < m.n; a++)
			for (size_t b = 0; b < m.n; b++) {
				if (a == b || !is_ready(&raw.est[a]) ||
					!is_ready(&raw.est[b]) ||
					!pair_conflicts(&raw, a, b))
					continue;
				any = true;
				against_used |= m.est[a].line.status ==
						TSCAL_STATUS_USED;
			}
		for (size_t a = 0; a < m.n; a++)
			any |= !is_ready(&raw.est[a]) && matters(&raw.est[a]);
		if (m.info.rate == TSCAL_RATE_CONFLICT)
			cr_expect(any, "%lu", seed);
		else
			cr_expect(not(against_used), "%lu", seed);
	}
}

/* Machines on which each source's bounds hold the truth. */
Test(properties, honest_machines_are_never_in_conflict)
{
	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine m;

		random_machine(&m, seed);
		for (size_t i = 0; i < m.n; i++) {
			struct tscal_line *l = &m.est[i].line;
			double lo = between(0, 40), hi = between(0, 40);

			l->hz_lo = HZ * (1 - lo * 1e-6);
			l->hz_hi = HZ * (1 + hi * 1e-6);
			l->hz = between(l->hz_lo, l->hz_hi);
			/* A true count is no impossible one. */
			if (l->status == TSCAL_STATUS_IMPLAUSIBLE)
				l->status = TSCAL_STATUS_READY;
		}
		judge(&m);
		cr_expect(ne(int, (int)m.info.rate, TSCAL_RATE_CONFLICT), "%lu",
			seed);
	}
}

/* Two falsetickers of five or more independent roots, both further off than any
 * two can agree: the truth is used, and they alone disagree. */
Test(properties, two_falsetickers_are_found_among_many_roots)
{
	for (uint64_t seed = 0; seed < MACHINES; seed++) {
		struct machine m = {0};
		unsigned first, second;
		double wrong_ppm;

		state = seed * 0x9e3779b97f4a7c15 + 1;
		m.n = 5 + below(3);
		first = below((unsigned)m.n);
		second = below((unsigned)m.n);
		wrong_ppm = between(600, 1e5) * (below(2) ? 1 : -1);
		for (size_t i = 0; i < m.n; i++) {
			double off = between(-40, 40);

			random_estimate(&m.est[i], (enum tscal_source)(i + 1));
			if (i == first)
				off = wrong_ppm;
			else if (i == second)
				off = -2 * wrong_ppm;
			m.est[i].line = (struct tscal_line){
				.id = (enum tscal_source)(i + 1),
				.kind = TSCAL_KIND_MEASURED,
				.status = TSCAL_STATUS_READY,
				.roots = roots[i],
				.hz = HZ * (1 + off / 1e6),
				.hz_lo = HZ * (1 + (off - 1) / 1e6),
				.hz_hi = HZ * (1 + (off + 1) / 1e6)};
			m.est[i].assumed = false;
		}
		judge(&m);
		cr_expect(eq(int, (int)m.info.rate, TSCAL_RATE_CONFLICT), "%lu",
			seed);
		for (size_t i = 0; i < m.n; i++)
			cr_expect(eq(int,
					  m.est[i].line.status ==
						  TSCAL_STATUS_DISAGREES,
					  i == first || i == second),
				"%lu", seed);
	}
}
