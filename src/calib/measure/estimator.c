/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/measure/estimator.h"

#include <math.h>

/* The two points of a sample: the line passes below the upper one and above the
 * lower one. */
enum side { UPPER, LOWER };

struct point {
	double x, y; /* counts, ticks */
};

/*
 * All arithmetic is on differences from the first sample: ticks of one window
 * stay below 2^40, so a double holds them to 2^-12 of a tick.
 */
static struct point point(const struct plat_sample *origin,
	const struct plat_sample *s, enum side side, double step)
{
	uint64_t tsc = side == UPPER ? s->tsc_after : s->tsc_before;

	return (struct point){
		.x = (double)(int64_t)(s->ref - origin->ref) +
		     (side == LOWER ? step : 0),
		.y = (double)(int64_t)(tsc - origin->tsc_before),
	};
}

/* The point of a burst that limits a line of this slope the most. */
static struct point tightest(const struct plat_sample *origin, struct burst b,
	enum side side, double step, double slope)
{
	struct point best = point(origin, &b.s[0], side, step);

	for (size_t i = 1; i < b.n; i++) {
		struct point p = point(origin, &b.s[i], side, step);
		double above = p.y - best.y - slope * (p.x - best.x);

		if (side == UPPER ? above < 0 : above > 0)
			best = p;
	}
	return best;
}

/*
 * Over all pairs i of the first and j of the last burst: lo = max (a_j - b_i) /
 * (c_j + g - c_i) from upper to lower points hi = min (b_j - a_i) / (c_j - c_i
 * - g) from lower to upper points Dinkelbach's iteration for such ratios: with
 * the best slope so far, the pair that violates it most is found for i and for
 * j alone, in O(n); its slope is the next one.  It changes in one direction
 * only, over finitely many pairs, and converges faster than linearly: three or
 * four rounds in practice.
 */
static double bound(const struct plat_sample *origin, struct burst first,
	struct burst last, enum side from, double step)
{
	enum side to = from == UPPER ? LOWER : UPPER;
	struct point p = point(origin, &first.s[0], from, step);
	struct point q = point(origin, &last.s[last.n - 1], to, step);
	double slope = (q.y - p.y) / (q.x - p.x);

	for (int round = 0; round < 64; round++) {
		double next;

		p = tightest(origin, first, from, step, slope);
		q = tightest(origin, last, to, step, slope);
		next = (q.y - p.y) / (q.x - p.x);
		if (from == UPPER ? next <= slope : next >= slope)
			break;
		slope = next;
	}
	return slope;
}

enum rate_status rate_bounds(
	struct burst first, struct burst last, uint64_t step, struct rate *out)
{
	int64_t gap;

	if (!first.n || !last.n)
		return RATE_TOO_FEW;
	/* The bounds need c_j - c_i - g > 0 for every pair. */
	gap = (int64_t)(last.s[0].ref - first.s[first.n - 1].ref);
	if (gap <= (int64_t)step)
		return RATE_TOO_FEW;
	out->lo = bound(first.s, first, last, UPPER, (double)step);
	out->hi = bound(first.s, first, last, LOWER, (double)step);
	return out->lo <= out->hi ? RATE_OK : RATE_UNEVEN;
}

/* Shell's sort with Ciura's gaps: no allocation, no recursion. */
void rate_sort(double *v, size_t n)
{
	static const size_t gaps[] = {701, 301, 132, 57, 23, 10, 4, 1};

	for (size_t g = 0; g < sizeof(gaps) / sizeof(*gaps); g++)
		for (size_t i = gaps[g]; i < n; i++) {
			double x = v[i];
			size_t j = i;

			for (; j >= gaps[g] && v[j - gaps[g]] > x; j -= gaps[g])
				v[j] = v[j - gaps[g]];
			v[j] = x;
		}
}

/* The heights of a burst's points above a line of this slope, sorted. */
static size_t heights(const struct plat_sample *origin, struct burst b,
	enum side side, double step, double slope, double *v)
{
	size_t n = b.n < RATE_BURST_MAX ? b.n : RATE_BURST_MAX;

	for (size_t i = 0; i < n; i++) {
		struct point p = point(origin, &b.s[i], side, step);

		v[i] = p.y - slope * p.x;
	}
	rate_sort(v, n);
	return n;
}

/* How far the k-th lowest point of each burst has shifted, in ticks, against
 * a line of this slope; returns how many ranks there are. */
static size_t shifts(const struct plat_sample *origin, struct burst first,
	struct burst last, enum side side, double step, double slope, double *v)
{
	double w[RATE_BURST_MAX];
	size_t nv = heights(origin, first, side, step, slope, v);
	size_t nw = heights(origin, last, side, step, slope, w);
	size_t n = nv < nw ? nv : nw;

	/* Of a longer burst, evenly spaced ranks; never below k. */
	for (size_t k = 0; k < n; k++)
		v[k] = w[(2 * k + 1) * nw / (2 * n)] -
		       v[(2 * k + 1) * nv / (2 * n)];
	return n;
}

/*
 * The shift that most points of both sides have in common: the mean of those
 * within a step of the middle of the shortest range that holds MOST of them.
 * More than half: all points of one side alone are not enough.
 */
#define MOST(n) ((n) / 2 + (n) / 16)

static double common_shift(const struct plat_sample *origin, struct burst first,
	struct burst last, double step, double slope, double *range)
{
	double v[2 * RATE_BURST_MAX], sum = 0, centre;
	size_t n = shifts(origin, first, last, LOWER, step, slope, v);
	size_t best = 0, used = 0, most;

	n += shifts(origin, first, last, UPPER, step, slope, v + n);
	rate_sort(v, n);
	most = MOST(n);
	for (size_t k = 0; k + most < n; k++)
		if (v[k + most] - v[k] < v[best + most] - v[best])
			best = k;
	*range = v[best + most] - v[best];
	centre = v[best] + *range / 2;
	for (size_t k = 0; k < n; k++)
		if (fabs(v[k] - centre) <= step * slope) {
			sum += v[k];
			used++;
		}
	return used ? sum / (double)used : centre;
}

/* The times of the reads of a burst, in ticks. */
struct bracket {
	double least, median;
	double spread; /* the range of the middle half */
};

static struct bracket bracket(struct burst b)
{
	double v[RATE_BURST_MAX];
	size_t n = b.n < RATE_BURST_MAX ? b.n : RATE_BURST_MAX;

	for (size_t i = 0; i < n; i++)
		v[i] = (double)(b.s[i].tsc_after - b.s[i].tsc_before);
	rate_sort(v, n);
	return (struct bracket){
		.least = v[0],
		.median = v[n / 2],
		.spread = v[n - 1 - n / 4] - v[n / 4],
	};
}

/* A read must last this many steps before ranks are more exact than bounds:
 * otherwise they show how the loop is in step with the counter. */
#define RANKS_MIN_STEPS 16
/* Fewer reads than this do not show the typical cost of a read. */
#define RANKS_MIN_READS 32
/* Random differences may be this many times their usual size. */
#define NOISE 4
/* Where the point is the middle of the interval, the fastest reads of both ends
 * decide about it.  Those of one end may take this many times as long. */
#define SLOWER 1.5
/* With fewer reads than this, these are at few phases of a count.  A burst may
 * end after 32 of them, and those caught while the counter changed are left
 * out. */
#define FEW_READS 24

/* Whether the reads of one end were too few or too slow to show how narrow the
 * bounds can be; sets which end. */
static bool poor_end(struct burst first, struct bracket t_first,
	struct burst last, struct bracket t_last, struct rate *out)
{
	if (first.n < FEW_READS || last.n < FEW_READS) {
		out->first_worse = first.n < last.n;
		return true;
	}
	out->first_worse = t_first.least > t_last.least;
	return t_first.least > SLOWER * t_last.least ||
	       t_last.least > SLOWER * t_first.least;
}

enum rate_status rate_estimate(
	struct burst first, struct burst last, uint64_t step, struct rate *out)
{
	enum rate_status rc = rate_bounds(first, last, step, out);
	double middle, counts, shift, range, spread, ticks_per_step;
	struct bracket t_first, t_last;

	if (rc != RATE_OK)
		return rc;
	middle = out->lo + (out->hi - out->lo) / 2;
	out->point = middle;
	ticks_per_step = (double)step * middle;
	out->by_ranks = false;
	t_first = bracket(first);
	t_last = bracket(last);
	spread = t_last.spread < t_first.spread ? t_last.spread
						: t_first.spread;
	out->settled = t_first.median < RANKS_MIN_STEPS * ticks_per_step;
	if (out->settled) {
		out->again = poor_end(first, t_first, last, t_last, out);
		return RATE_OK;
	}
	out->again = true;
	out->first_worse = t_first.median > t_last.median &&
			   last.n >= RANKS_MIN_READS;
	if (first.n < RANKS_MIN_READS || last.n < RANKS_MIN_READS)
		return RATE_OK;
	shift = common_shift(
		first.s, first, last, (double)step, middle, &range);
	counts = (double)(last.s[last.n / 2].ref - first.s[first.n / 2].ref);
	shift = middle + shift / counts;
	/* Slower reads move the upper points up and the lower ones down: one
	 * count of the reference bounds the error. */
	out->settled = range < ticks_per_step && shift >= out->lo &&
		       shift <= out->hi;
	out->by_ranks = out->settled;
	if (out->settled)
		out->point = shift;
	/* Random differences move ranks by the spread divided by the root of
	 * the number of reads.  Reads that vary as much at both ends would do
	 * the same when sampled again. */
	else if (range * range * (double)first.n <
		 NOISE * NOISE * spread * spread)
		out->settled = true;
	out->again = !out->settled;
	return RATE_OK;
}
