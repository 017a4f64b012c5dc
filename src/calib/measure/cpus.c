/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/measure/cpus.h"

#include <errno.h>

/* A pair takes 0.6 to 1 ms where both CPUs are free.  Where they are not, it
 * may take its part of the budget, but no more than this. */
#define PAIR_USUAL_NS UINT64_C(1500000)
#define PAIR_MOST_NS UINT64_C(25000000)
/* tscal_sync() takes four times as many, for bounds that are 10 ns closer. */
#define ROUNDS 1024

void cpus_skip(struct cpus *c, int rc)
{
	*c = (struct cpus){.rc = rc, .worst_ns = -1, .aux = -1};
}

static void take(struct cpus *c, const struct plat_pair *p, uint32_t b)
{
	/* The rate only states ticks in ns. */
	double hz = pair_hz(p);
	double ns = p->rounds && hz > 0 ? pair_worst_ns(p, hz) : -1;
	enum pair_verdict verdict = pair_verdict(p, hz);
	bool first = c->n_visited == 2;

	c->n_skewed += verdict == PAIR_SKEWED;
	if (first || p->aux < c->aux)
		c->aux = p->aux;
	if (verdict != PAIR_UNKNOWN &&
		(ns > c->worst_ns || (verdict == PAIR_SKEWED &&
					     c->verdict != PAIR_SKEWED)) &&
		!(verdict != PAIR_SKEWED && c->verdict == PAIR_SKEWED)) {
		c->worst = *p;
		c->worst_hz = hz;
		c->worst_ns = ns;
		c->a = c->cpu[0];
		c->b = b;
	}
	if (first || verdict == PAIR_SKEWED ||
		(verdict == PAIR_UNKNOWN && c->verdict != PAIR_SKEWED))
		c->verdict = verdict;
}

/* The next one with the first; false ends the comparison. */
static bool compare_one(struct tscal_platform *plat, struct cpus *c, size_t i,
	const struct plat_pair_until *until)
{
	struct plat_pair pair;
	int rc = plat->ops->pair(plat, c->cpu[0], c->cpu[i], until, &pair);

	/* It was taken away meanwhile. */
	if (rc == -ENXIO && pair.lost != c->cpu[0])
		return true;
	if (rc) {
		c->rc = rc;
		return false;
	}
	c->n_visited += c->visited[0] ? 1 : 2;
	c->visited[0] = c->visited[i] = true;
	take(c, &pair, c->cpu[i]);
	return true;
}

/* Time for one of the pairs that are left; 0: there is none. */
static uint64_t time_for(
	struct tscal_platform *plat, uint64_t deadline_ns, size_t left)
{
	uint64_t now_ns = plat->ops->now_ns(plat), ns;

	/* A replay has no clock. */
	if (!now_ns)
		return PAIR_MOST_NS;
	if (now_ns >= deadline_ns)
		return 0;
	ns = (deadline_ns - now_ns) / left;
	if (ns < PAIR_USUAL_NS)
		return 0;
	return ns < PAIR_MOST_NS ? ns : PAIR_MOST_NS;
}

void cpus_compare(
	struct tscal_platform *plat, uint64_t deadline_ns, struct cpus *c)
{
	struct plat_pair_until until = {.rounds = ROUNDS};
	int n;

	cpus_skip(c, 0);
	n = plat->ops->cpus(plat, c->cpu, CPUS_MAX);
	if (n < 0 || n > CPUS_MAX) {
		c->rc = n < 0 ? n : -E2BIG;
		return;
	}
	c->n = (size_t)n;
	for (size_t i = 1; i < c->n; i++) {
		until.ns = time_for(plat, deadline_ns, c->n - i);
		if (!until.ns)
			c->rc = -ETIME;
		if (!until.ns || !compare_one(plat, c, i, &until))
			return;
	}
}
