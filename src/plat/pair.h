/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * How far the TSCs of two CPUs are apart: what a platform measures of a pair of
 * CPUs, and what follows from it.
 *
 * Each CPU writes its TSC to memory, again and again, and now and then reads
 * what the other wrote, and its own TSC after that.  If a reads s_b, and then
 * its own t_a, b's TSC less a's is at least s_b - t_a, whatever the message
 * took; if b reads s_a, and then t_b, it is at most t_b - s_a.  The interval is
 * what all readings allow; its width is the fastest way there and back.
 */
#ifndef TSCAL_PAIR_H
#define TSCAL_PAIR_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "plat/tsc_hz.h"

/* When a pair is done: at the first of these. */
struct plat_pair_until {
	uint64_t ns;
	uint32_t rounds;
};

struct plat_pair {
	uint32_t rounds; /* messages that were read soon after they were sent */
	/* TSC of b less TSC of a, in ticks.  Where it changed between two
	 * stretches of readings: from the least to the largest.  Where it
	 * changed within one, it was at or beyond both. */
	int64_t lo, hi;
	/* Least distance from 0 that is proven, at any time. */
	uint64_t apart;
	uint32_t moved; /* times that it changed */
	/* The most that a stamp was below one that the other CPU had published
	 * before, in ticks. */
	uint64_t warp;
	/* What it took by a's TSC and by CLOCK_MONOTONIC_RAW: the rate for the
	 * conversion of the ticks above. */
	uint64_t ticks, ns;
	/* TSC_AUX held the number of the CPU on both: 1, 0; -1: no RDTSCP. */
	int8_t aux;
	/* -ENXIO: the CPU that a thread could not be kept on. */
	uint32_t lost;
};

/* What a stretch of readings shows: lo by a's, hi by b's. */
struct pair_bounds {
	int64_t lo, hi;
};

/*
 * A pair that is measured, a stretch after the other; zero before the first.
 * A reading may be below its true value by up to one step of the TSC, so that
 * each bound is off by that much.
 */
struct pair_sum {
	struct pair_bounds now; /* since it changed last */
	bool any, closed;
	int64_t step; /* ticks */
};

/* Bounds further from 0 than this are taken as this: sums and differences of
 * them do not overflow. */
#define PAIR_FAR (INT64_MAX / 4)

static inline int64_t pair_near(int64_t ticks)
{
	return ticks > PAIR_FAR	   ? PAIR_FAR
	       : ticks < -PAIR_FAR ? -PAIR_FAR
				   : ticks;
}

/* What the stretches so far show remains; what follows is taken by itself. */
static inline void pair_close(struct pair_sum *sum, struct plat_pair *p)
{
	int64_t lo = sum->now.lo, hi = sum->now.hi;
	int64_t apart = lo > -hi ? lo : -hi;

	if (!sum->any)
		return;
	/* They exclude each other: it changed within the stretch. */
	if (lo > hi) {
		lo = sum->now.hi;
		hi = sum->now.lo;
		p->moved++;
	}
	if (!sum->closed || lo < p->lo)
		p->lo = lo;
	if (!sum->closed || hi > p->hi)
		p->hi = hi;
	if (apart > 0 && (uint64_t)apart > p->apart)
		p->apart = (uint64_t)apart;
	sum->closed = true;
	sum->any = false;
}

/* rounds: readings in it that found what the other had written meanwhile. */
static inline void pair_add(struct pair_sum *sum, struct plat_pair *p,
	const struct pair_bounds *found, uint32_t rounds)
{
	struct pair_bounds b = {pair_near(found->lo) - pair_near(sum->step),
		pair_near(found->hi) + pair_near(sum->step)};
	struct pair_bounds both = {b.lo > sum->now.lo ? b.lo : sum->now.lo,
		b.hi < sum->now.hi ? b.hi : sum->now.hi};

	p->rounds += rounds;
	if (sum->any && both.lo > both.hi) {
		pair_close(sum, p);
		p->moved++;
	}
	sum->now = sum->any ? both : b;
	sum->any = true;
}

/* Numbers of enum tscal_sync_verdict. */
enum pair_verdict { PAIR_UNKNOWN, PAIR_SYNCHRONISED, PAIR_SKEWED };

/* Fewer rounds were on two CPUs that hardly ever ran at the same time, and
 * bounds wider than this are of no use to anyone who orders events. */
#define PAIR_ROUNDS 16
#define PAIR_USEFUL_NS 10000.0

/* The rate of a's TSC; 0: not known.  One that no TSC has was not measured: a's
 * was written meanwhile, or a line of a recording was.  Ticks that are divided
 * by it would look like any number of ns. */
static inline double pair_hz(const struct plat_pair *p)
{
	double hz = p->ns ? (double)p->ticks / (double)p->ns * 1e9 : 0;

	return hz >= TSC_HZ_MIN && hz <= TSC_HZ_MAX ? hz : 0;
}

/* 0 where there is no rate. */
static inline double pair_ns(double ticks, double hz)
{
	return hz > 0 ? ticks / hz * 1e9 : 0;
}

/* The largest offset that is possible. */
static inline double pair_worst_ns(const struct plat_pair *p, double hz)
{
	double lo = pair_ns((double)p->lo, hz), hi = pair_ns((double)p->hi, hz);

	double worst = hi > -lo ? hi : -lo, warp = pair_ns((double)p->warp, hz);

	/* What a stamp was off by is an offset, too. */
	return worst > warp ? worst : warp;
}

static inline enum pair_verdict pair_verdict(
	const struct plat_pair *p, double hz)
{
	/* Without a round there are no bounds, but a stamp that was below an
	 * earlier one is proof by itself: a TSC that stands still sends no new
	 * messages. */
	if ((p->rounds && p->apart) || p->warp)
		return PAIR_SKEWED;
	if (p->rounds < PAIR_ROUNDS || !(hz > 0) ||
		pair_ns((double)p->hi - (double)p->lo, hz) > PAIR_USEFUL_NS)
		return PAIR_UNKNOWN;
	return PAIR_SYNCHRONISED;
}

/* "CPU 1 is ahead of CPU 0 by 408.9 to 409.1 us", of a pair that is skewed. */
static inline void pair_phrase(char *out, size_t size,
	const struct plat_pair *p, unsigned a, unsigned b, double hz)
{
	double lo = pair_ns((double)p->lo, hz), hi = pair_ns((double)p->hi, hz);
	double worst = hi > -lo ? hi : -lo;
	double unit = worst < 1e4 ? 1 : worst < 1e7 ? 1e3 : 1e6;
	const char *name = worst < 1e4 ? "ns" : worst < 1e7 ? "us" : "ms";
	int digits = worst < 1e4 ? 0 : 1;
	bool ahead = hi > 0;

	if (!(hz > 0))
		snprintf(out, size,
			"the TSCs of CPUs %u and %u differ by %" PRIu64
			" ticks or more",
			a, b, p->apart > p->warp ? p->apart : p->warp);
	else if (!p->apart || !p->rounds)
		snprintf(out, size,
			"a stamp of CPU %u or %u was %.0f ns below an earlier "
			"one of the other",
			a, b, pair_ns((double)p->warp, hz));
	else if (lo < 0 && hi > 0)
		snprintf(out, size,
			"the offset of CPU %u from CPU %u changed between "
			"%.*f and %.*f %s",
			b, a, digits, lo / unit, digits, hi / unit, name);
	else if ((hi - lo) / unit < (digits ? 0.05 : 0.5))
		snprintf(out, size, "CPU %u is ahead of CPU %u by %.*f %s",
			ahead ? b : a, ahead ? a : b, digits, worst / unit,
			name);
	else
		snprintf(out, size,
			"CPU %u is ahead of CPU %u by %.*f to %.*f %s",
			ahead ? b : a, ahead ? a : b, digits,
			(ahead ? lo : -hi) / unit, digits,
			(ahead ? hi : -lo) / unit, name);
}

#endif /* TSCAL_PAIR_H */
