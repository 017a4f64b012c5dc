/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Which number has the most support: roots that confirm it, then roots that do
 * so closely, then a measurement, then sources; among equals the one that comes
 * first in the table of sources.  Numbers whose values are close to one another
 * share their support.  No part of that grows with the width of a number's own
 * interval.
 */
#include <string.h>

#include "calib/judge/relation.h"
#include "calib/judge/judge.h"

/* A number with bounds wider than COMPARE_AGREE_PPM is not used instead of one
 * so much tighter that it does not exclude. */
#define MUCH_TIGHTER 10.0

static bool votes(const struct estimate *e)
{
	return est_credible(e) && e->line.status != TSCAL_STATUS_STALE;
}

/*
 * Connected roots count once, however many sources repeat them: label each
 * estimate with its roots and all that they are connected to.
 */
static void find_groups(const struct estimate *est, size_t n, uint32_t *group)
{
	for (size_t i = 0; i < n; i++)
		group[i] = votes(&est[i]) ? est[i].line.roots : 0;
	for (bool grew = true; grew;) {
		grew = false;
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < n; k++)
				if (group[i] & group[k] &&
					group[i] != (group[i] | group[k])) {
					group[i] |= group[k];
					grew = true;
				}
	}
}

struct support {
	bool named;	   /* it rests on no assumption */
	bool fine;	   /* see is_fine() */
	unsigned groups;   /* of roots that confirm it */
	unsigned close;	   /* of those, groups that do so closely */
	bool unrefuted;	   /* see is_refuted() */
	unsigned strength; /* 2: counted against hardware, 1: by the kernel */
	unsigned sources;  /* estimates that confirm it */
	bool late; /* a first guess of the kernel's, or what it does not use */
};

/* How far the rate that e stands for may be off: the kernel's, beside its
 * bounds, by as much as its calibration was. */
static double doubt_ppm(const struct estimate *e, const struct kernel_rate *k)
{
	return bounds_ppm(e) + (e->by_kernel ? k->slack_ppm : 0);
}

/*
 * Whether est[i] is neither superseded nor wide while there is a better one.
 * The value of the other has to be outside of its interval to be excluded: if
 * that were its interval, it could take this one's place by a wider one.
 */
static bool is_fine(const struct estimate *est, size_t n, size_t i,
	const struct kernel_rate *kernel)
{
	double bounds = bounds_ppm(&est[i]);

	if (est[i].superseded)
		return false;
	if (bounds <= COMPARE_AGREE_PPM)
		return true;
	for (size_t k = 0; k < n; k++) {
		const struct estimate *by = &est[k];
		bool better = doubt_ppm(by, kernel) * MUCH_TIGHTER <= bounds ||
			      (coarse(&est[i]) && !coarse(by));

		if (votes(by) && !by->assumed && better &&
			covered(by, &est[i], allowed_ppm(by, &est[i], kernel)))
			return false;
	}
	return true;
}

/* Whether the value of a claim, or of what the kernel made of one, lies outside
 * of a measurement that was made without the kernel. */
static bool is_refuted(const struct estimate *est, size_t n, size_t i,
	const struct kernel_rate *kernel)
{
	if (est[i].line.kind == TSCAL_KIND_MEASURED && !est[i].by_kernel)
		return false;
	for (size_t k = 0; k < n; k++)
		if (votes(&est[k]) && !est[k].by_kernel &&
			est[k].line.kind == TSCAL_KIND_MEASURED &&
			!covered(&est[i], &est[k],
				allowed_ppm(&est[i], &est[k], kernel)))
			return true;
	return false;
}

/* Whether `by` confirms e, and how closely. */
static bool confirms(const struct estimate *by, const struct estimate *e,
	const struct kernel_rate *kernel, bool *closely)
{
	*closely = !coarse(by) && covered(e, by, near_ppm(by, e, kernel));
	/* A crystal was assumed because it fits within 1 %: only a close fit is
	 * more than chance. */
	if (coarse(by) || by->assumed)
		return *closely;
	return covered(e, by, allowed_ppm(by, e, kernel));
}

/* All estimates, and what is known of them together. */
struct all {
	const struct estimate *est;
	size_t n;
	const struct kernel_rate *kernel;
	uint32_t group[TSCAL_SOURCE_COUNT];
};

/* What supports est[centre], and with it est[i], whose value is close to it. */
static struct support support_through(
	const struct all *all, size_t centre, size_t i)
{
	const struct estimate *e = &all->est[i], *c = &all->est[centre];
	struct support s = {
		.named = !e->assumed,
		.fine = is_fine(all->est, all->n, i, all->kernel),
		.unrefuted = !is_refuted(all->est, all->n, centre, all->kernel),
		.late = (all->kernel->guess || !all->kernel->tsc) &&
			e->line.kind == TSCAL_KIND_KERNEL,
	};
	uint32_t seen = 0, seen_close = 0;

	for (size_t k = 0; k < all->n; k++) {
		const struct estimate *by = &all->est[k];
		unsigned strength = 0;
		bool closely = true;

		/* That e confirms c is taken for granted: the width of its own
		 * interval decides nothing. */
		if (!votes(by) ||
			(k != i && !confirms(by, c, all->kernel, &closely)))
			continue;
		s.groups += !(all->group[k] & seen);
		seen |= all->group[k];
		if (closely) {
			s.close += !(all->group[k] & seen_close);
			seen_close |= all->group[k];
		}
		if (by->line.kind == TSCAL_KIND_MEASURED)
			strength = by->by_kernel ? 1 : 2;
		if (strength > s.strength)
			s.strength = strength;
		s.sources++;
	}
	return s;
}

/* Whether a comes before b whatever their places in the table. */
static bool stronger(const struct support *a, const struct support *b)
{
	/* An assumption may confirm what others say, never replace it. */
	if (a->named != b->named)
		return a->named;
	if (a->fine != b->fine)
		return a->fine;
	/* A majority of roots outranks one; a measurement outranks a claim,
	 * that it supports or that it refutes. */
	if (a->groups != b->groups)
		return a->groups > b->groups;
	if (a->close != b->close)
		return a->close > b->close;
	if (a->unrefuted != b->unrefuted)
		return a->unrefuted;
	if (a->strength != b->strength)
		return a->strength > b->strength;
	if (a->sources != b->sources)
		return a->sources > b->sources;
	return !a->late && b->late;
}

/* Whether the two values are close to one another. */
static bool near(const struct all *all, size_t i, size_t k)
{
	const struct estimate *a = &all->est[i], *b = &all->est[k];

	return distance_ppm(a, b) <= near_ppm(a, b, all->kernel);
}

static size_t neighbours(const struct all *all, size_t i)
{
	size_t n = 0;

	for (size_t k = 0; k < all->n; k++)
		n += votes(&all->est[k]) && near(all, i, k);
	return n;
}

/* Whether another value close to est[centre] contradicts est[i], and has more
 * neighbours: a timer with an allowance of 100 ppm is close to both. */
static bool outvoted(const struct all *all, size_t centre, size_t i)
{
	for (size_t k = 0; k < all->n; k++)
		if (votes(&all->est[k]) && near(all, k, centre) &&
			distance_ppm(&all->est[i], &all->est[k]) >
				allowed_ppm(&all->est[i], &all->est[k],
					all->kernel) &&
			neighbours(all, k) > neighbours(all, i))
			return true;
	return false;
}

/* The support of est[i], or of one that is close to it: which of the two is
 * used is then for the table of sources to say. */
static struct support support_for(const struct all *all, size_t i)
{
	struct support best = support_through(all, i, i);

	for (size_t c = 0; c < all->n; c++) {
		struct support s;

		if (c == i || !votes(&all->est[c]) || coarse(&all->est[c]) ||
			!near(all, i, c) || outvoted(all, c, i))
			continue;
		s = support_through(all, c, i);
		if (stronger(&s, &best))
			best = s;
	}
	return best;
}

/* By support; between equals the table of sources decides. */
static bool precedes(const struct estimate *est, const struct support *support,
	size_t i, size_t k)
{
	if (stronger(&support[i], &support[k]) ||
		stronger(&support[k], &support[i]))
		return stronger(&support[i], &support[k]);
	return est[i].rank < est[k].rank;
}

/* Those who have a vote, the strongest first; returns how many. */
size_t support_rank(const struct estimate *est, size_t n,
	const struct kernel_rate *kernel, size_t *order)
{
	struct all all = {.est = est, .n = n, .kernel = kernel};
	struct support support[TSCAL_SOURCE_COUNT];
	size_t ranked = 0;

	find_groups(est, n, all.group);
	for (size_t i = 0; i < n; i++) {
		size_t at = ranked;

		if (!votes(&est[i]))
			continue;
		support[i] = support_for(&all, i);
		while (at > 0 && precedes(est, support, i, order[at - 1]))
			at--;
		memmove(&order[at + 1], &order[at],
			(ranked - at) * sizeof(*order));
		order[at] = i;
		ranked++;
	}
	return ranked;
}
