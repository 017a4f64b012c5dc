/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/estimator.h"

#include <math.h>
#include <string.h>

/*
 * All arithmetic is on differences from the first sample: ticks of one window
 * stay below 2^40, so a double holds them to 2^-12 of a tick.
 */
struct origin {
	uint64_t tsc, ref;
};

static double ticks(const struct origin *o, uint64_t tsc)
{
	return (double)(int64_t)(tsc - o->tsc);
}

static double counts(const struct origin *o, uint64_t ref)
{
	return (double)(int64_t)(ref - o->ref);
}

/*
 * Over all pairs i of the first and j of the last burst:
 *	lo = max (a_j - b_i) / (c_j + 1 - c_i)
 *	hi = min (b_j - a_i) / (c_j - (c_i + 1))
 * A ratio of two sums over i and j separately is optimised exactly by
 * Dinkelbach's iteration: with the best slope so far, the pair that violates it
 * most is found for i and for j alone, in O(n); its slope is the next one.  It
 * rises (falls) strictly, over finitely many pairs, in practice three rounds.
 */
static double bound(const struct origin *o, struct burst first,
	struct burst last, double slope, bool upper)
{
	for (int round = 0; round < 64; round++) {
		double bi = 0, bj = 0, num, den, next;
		size_t ki = 0, kj = 0;

		for (size_t i = 0; i < first.n; i++) {
			const struct plat_sample *s = &first.s[i];
			double v = upper ? ticks(o, s->tsc_before) -
						   slope * (counts(o, s->ref) +
								   1)
					 : slope * counts(o, s->ref) -
						   ticks(o, s->tsc_after);

			if (!i || v > bi)
				bi = v, ki = i;
		}
		for (size_t j = 0; j < last.n; j++) {
			const struct plat_sample *s = &last.s[j];
			double v = upper ? slope * counts(o, s->ref) -
						   ticks(o, s->tsc_after)
					 : ticks(o, s->tsc_before) -
						   slope * (counts(o, s->ref) +
								   1);

			if (!j || v > bj)
				bj = v, kj = j;
		}
		if (upper) {
			num = ticks(o, last.s[kj].tsc_after) -
			      ticks(o, first.s[ki].tsc_before);
			den = counts(o, last.s[kj].ref) -
			      counts(o, first.s[ki].ref) - 1;
		} else {
			num = ticks(o, last.s[kj].tsc_before) -
			      ticks(o, first.s[ki].tsc_after);
			den = counts(o, last.s[kj].ref) + 1 -
			      counts(o, first.s[ki].ref);
		}
		if (den <= 0)
			return slope;
		next = num / den;
		if (upper ? next >= slope : next <= slope)
			return slope;
		slope = next;
	}
	return slope;
}

/* The k-th smallest of v, which is reordered (Hoare's selection). */
static double select_kth(double *v, size_t n, size_t k)
{
	size_t lo = 0, hi = n - 1;

	while (lo < hi) {
		double pivot = v[lo + (hi - lo) / 2];
		size_t i = lo, j = hi;

		do {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i <= j) {
				double t = v[i];

				v[i++] = v[j];
				v[j] = t;
				if (!j)
					break;
				j--;
			}
		} while (i <= j);
		if (k <= j)
			hi = j;
		else if (k >= i)
			lo = i;
		else
			break;
	}
	return v[k];
}

#define MEDIAN_MAX 1536

/* Twice the offset of the line of this slope, by the medians of its bounds. */
static double median_offset(
	const struct origin *o, struct burst b, double slope)
{
	double v[MEDIAN_MAX];
	size_t n = b.n < MEDIAN_MAX ? b.n : MEDIAN_MAX;
	double lower;

	for (size_t i = 0; i < n; i++)
		v[i] = ticks(o, b.s[i].tsc_before) -
		       slope * (counts(o, b.s[i].ref) + 1);
	lower = select_kth(v, n, n / 2);
	for (size_t i = 0; i < n; i++)
		v[i] = ticks(o, b.s[i].tsc_after) -
		       slope * counts(o, b.s[i].ref);
	return lower + select_kth(v, n, n / 2);
}

static double median_slope(const struct origin *o, struct burst first,
	struct burst last, double slope)
{
	double dc = counts(o, last.s[last.n / 2].ref) -
		    counts(o, first.s[first.n / 2].ref);

	for (int round = 0; round < 3; round++)
		slope += (median_offset(o, last, slope) -
				 median_offset(o, first, slope)) /
			 2 / dc;
	return slope;
}

enum rate_status rate_estimate(
	struct burst first, struct burst last, struct rate *out)
{
	const struct plat_sample *i, *j;
	struct origin o;
	double start;

	if (!first.n || !last.n)
		return RATE_TOO_FEW;
	i = &first.s[0];
	j = &last.s[last.n - 1];
	o = (struct origin){i->tsc_before, i->ref};
	/* The bounds need c_j - c_i - 1 > 0 for every pair. */
	if (last.s[0].ref - first.s[first.n - 1].ref < 2 ||
		(int64_t)(last.s[0].ref - first.s[first.n - 1].ref) < 0)
		return RATE_TOO_FEW;

	start = (ticks(&o, j->tsc_before) - ticks(&o, i->tsc_after)) /
		(counts(&o, j->ref) + 1 - counts(&o, i->ref));
	out->lo = bound(&o, first, last, start, false);
	start = (ticks(&o, j->tsc_after) - ticks(&o, i->tsc_before)) /
		(counts(&o, j->ref) - counts(&o, i->ref) - 1);
	out->hi = bound(&o, first, last, start, true);
	if (!(out->lo <= out->hi))
		return RATE_UNEVEN;
	out->middle = out->lo + (out->hi - out->lo) / 2;
	out->median = median_slope(&o, first, last, out->middle);
	return RATE_OK;
}
