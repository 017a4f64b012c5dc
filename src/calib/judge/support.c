/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Which number has the most support, by: roots that confirm it, roots that
 * confirm it closely, a measurement, the number of sources, the order in the
 * table of sources.  Numbers with close values share their support.  The width
 * of a number's own interval adds none.
 */
#include <string.h>

#include "calib/judge/relation.h"
#include "calib/judge/judge.h"

/* A number with bounds wider than COMPARE_AGREE_PPM comes after one that is
 * tighter by this factor and lies in its interval. */
#define MUCH_TIGHTER 10.0

static bool is_candidate(const struct estimate *e)
{
	return est_credible(e) && e->line.status != TSCAL_STATUS_STALE;
}

/*
 * The estimates by the number of their roots, fewest first.  Counted in this
 * order, independent numbers are found before one that may derive from either
 * of them: the kernel's first guess may derive from any timer, and does not
 * make two timers dependent.
 */
static bool fewer_roots(uint32_t a, uint32_t b)
{
	int of_a = __builtin_popcount(a), of_b = __builtin_popcount(b);

	/* Equal numbers of roots: any order that is not that of the sources. */
	return of_a < of_b || (of_a == of_b && a < b);
}

static void sort_by_roots(const struct estimate *est, size_t n, size_t *sorted)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = i;

		for (; at > 0 && fewer_roots(est[i].line.roots,
					 est[sorted[at - 1]].line.roots);
			at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = i;
	}
}

struct support {
	bool unassumed;	   /* based on no assumption */
	bool preferred;	   /* see is_preferred() */
	unsigned roots;	   /* independent numbers that confirm it */
	unsigned close;	   /* of those, numbers that do so closely */
	bool unrefuted;	   /* see is_refuted() */
	unsigned strength; /* 2: counted against hardware, 1: by the kernel */
	unsigned sources;  /* estimates that confirm it */
	bool weak_kernel;  /* see is_weak_kernel() */
};

/* The possible error of e: its bounds, and for the kernel's rate the error of
 * its calibration. */
static double doubt_ppm(const struct estimate *e, const struct kernel_rate *k)
{
	return bounds_ppm(e) + (e->by_kernel ? k->slack_ppm : 0);
}

/*
 * False if est[i] is superseded, or wide while there is a better one.  The
 * other is better unless its value is outside of est[i]'s interval.  Its
 * interval does not matter, or a wider one could replace this number.
 */
static bool is_preferred(const struct estimate *est, size_t n, size_t i,
	const struct kernel_rate *kernel)
{
	double bounds = bounds_ppm(&est[i]);

	if (est[i].superseded)
		return false;
	if (bounds <= COMPARE_AGREE_PPM)
		return true;
	for (size_t k = 0; k < n; k++) {
		const struct estimate *by = &est[k];
		bool better;

		if (!is_candidate(by))
			continue;
		better = doubt_ppm(by, kernel) * MUCH_TIGHTER <= bounds ||
			 (coarse(&est[i]) && !coarse(by));
		if (!by->assumed && better &&
			value_within(
				by, &est[i], allowed_ppm(by, &est[i], kernel)))
			return false;
	}
	return true;
}

/* Whether est[i] is not measured, or measured with the kernel's rate, and a
 * measurement without the kernel's rate excludes its value. */
static bool is_refuted(const struct estimate *est, size_t n, size_t i,
	const struct kernel_rate *kernel)
{
	if (est[i].line.kind == TSCAL_KIND_MEASURED && !est[i].by_kernel)
		return false;
	for (size_t k = 0; k < n; k++)
		if (is_candidate(&est[k]) && !est[k].by_kernel &&
			est[k].line.kind == TSCAL_KIND_MEASURED &&
			!value_within(&est[i], &est[k],
				allowed_ppm(&est[i], &est[k], kernel)))
			return true;
	return false;
}

/* Whether `by` confirms e, and how closely. */
static bool confirms(const struct estimate *by, const struct estimate *e,
	const struct kernel_rate *kernel, bool *closely)
{
	*closely = !coarse(by) && value_within(e, by, close_ppm(by, e, kernel));
	/* A crystal was assumed because it fits within 1 %: only close
	 * agreement is not chance. */
	if (coarse(by) || by->assumed)
		return *closely;
	return value_within(e, by, allowed_ppm(by, e, kernel));
}

/* All estimates, and their order by the number of roots. */
struct all {
	const struct estimate *est;
	size_t n;
	const struct kernel_rate *kernel;
	size_t by_roots[TSCAL_SOURCE_COUNT];
};

/* A kernel's rate that is a guess or not in use.  A measurement with a guess is
 * one too, if independent numbers show a better one. */
static bool is_weak_kernel(const struct estimate *e,
	const struct kernel_rate *kernel, unsigned roots)
{
	if (e->line.kind == TSCAL_KIND_KERNEL)
		return kernel->guess || !kernel->tsc;
	return kernel->guess && e->by_kernel && roots > 1;
}

/* The support of est[i] through est[via], whose value is close to it. */
static struct support support_through(
	const struct all *all, size_t via, size_t i)
{
	const struct estimate *e = &all->est[i], *c = &all->est[via];
	struct support s = {
		.unassumed = !e->assumed,
		.preferred = is_preferred(all->est, all->n, i, all->kernel),
		.unrefuted = !is_refuted(all->est, all->n, via, all->kernel),
	};
	uint32_t seen = 0, seen_close = 0;

	for (size_t at = 0; at < all->n; at++) {
		size_t k = all->by_roots[at];
		const struct estimate *by = &all->est[k];
		unsigned strength = 0;
		bool closely = true;

		/* e always confirms c: the width of e's own interval must not
		 * matter. */
		if (!is_candidate(by) ||
			(k != i && !confirms(by, c, all->kernel, &closely)))
			continue;
		if (!(by->line.roots & seen)) {
			s.roots++;
			seen |= by->line.roots;
		}
		if (closely && !(by->line.roots & seen_close)) {
			s.close++;
			seen_close |= by->line.roots;
		}
		if (by->line.kind == TSCAL_KIND_MEASURED)
			strength = by->by_kernel ? 1 : 2;
		if (strength > s.strength)
			s.strength = strength;
		s.sources++;
	}
	s.weak_kernel = is_weak_kernel(e, all->kernel, s.roots);
	return s;
}

/* Whether a comes before b, apart from the table of sources. */
static bool stronger(const struct support *a, const struct support *b)
{
	/* A number with an assumption may confirm others, but not replace them.
	 */
	if (a->unassumed != b->unassumed)
		return a->unassumed;
	if (a->preferred != b->preferred)
		return a->preferred;
	/* More roots outrank fewer; a measurement outranks a claim, whether it
	 * supports or contradicts it. */
	if (a->roots != b->roots)
		return a->roots > b->roots;
	if (a->close != b->close)
		return a->close > b->close;
	if (a->unrefuted != b->unrefuted)
		return a->unrefuted;
	if (a->strength != b->strength)
		return a->strength > b->strength;
	if (a->sources != b->sources)
		return a->sources > b->sources;
	return !a->weak_kernel && b->weak_kernel;
}

/* Whether the two values are close to one another. */
static bool is_close(const struct all *all, size_t i, size_t k)
{
	const struct estimate *a = &all->est[i], *b = &all->est[k];

	return distance_ppm(a, b) <= close_ppm(a, b, all->kernel);
}

static size_t neighbours(const struct all *all, size_t i)
{
	size_t n = 0;

	for (size_t k = 0; k < all->n; k++)
		n += is_candidate(&all->est[k]) && is_close(all, i, k);
	return n;
}

/* Whether another value close to est[via] contradicts est[i] and has more
 * neighbours: a timer with an allowance of 100 ppm is close to both. */
static bool has_larger_rival(const struct all *all, size_t via, size_t i)
{
	for (size_t k = 0; k < all->n; k++)
		if (is_candidate(&all->est[k]) && is_close(all, k, via) &&
			distance_ppm(&all->est[i], &all->est[k]) >
				allowed_ppm(&all->est[i], &all->est[k],
					all->kernel) &&
			neighbours(all, k) > neighbours(all, i))
			return true;
	return false;
}

/* The support of est[i] or, if stronger, through one close to it: then the
 * table of sources decides which of the two is used. */
static struct support support_for(const struct all *all, size_t i)
{
	struct support best = support_through(all, i, i);

	for (size_t c = 0; c < all->n; c++) {
		struct support s;

		if (c == i || !is_candidate(&all->est[c]) ||
			coarse(&all->est[c]) || !is_close(all, i, c) ||
			has_larger_rival(all, c, i))
			continue;
		s = support_through(all, c, i);
		if (stronger(&s, &best))
			best = s;
	}
	return best;
}

/* By support; if equal, by the table of sources. */
static bool precedes(const struct estimate *est, const struct support *support,
	size_t i, size_t k)
{
	if (stronger(&support[i], &support[k]) ||
		stronger(&support[k], &support[i]))
		return stronger(&support[i], &support[k]);
	return est[i].rank < est[k].rank;
}

size_t support_rank(const struct estimate *est, size_t n,
	const struct kernel_rate *kernel, size_t *order)
{
	struct all all = {.est = est, .n = n, .kernel = kernel};
	struct support support[TSCAL_SOURCE_COUNT];
	size_t ranked = 0;

	sort_by_roots(est, n, all.by_roots);
	for (size_t i = 0; i < n; i++) {
		size_t at = ranked;

		if (!is_candidate(&est[i]))
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
