/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Seeded machines with random sources, for properties of the comparison. */
#ifndef TSCAL_TESTS_RANDOM_MACHINE_H
#define TSCAL_TESTS_RANDOM_MACHINE_H

#include <math.h>
#include <string.h>

#include "calib/source/source.h"
#include "calib/judge/judge.h"

#define HZ 2.5e9

static uint64_t state;

/* xorshift64*, below n. */
static inline unsigned below(unsigned n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (unsigned)((state * 0x2545f4914f6cdd1d) >> 33) % n;
}

static inline double between(double lo, double hi)
{
	return lo + (hi - lo) * below(1 << 30) / (1 << 30);
}

struct machine {
	size_t n;
	struct estimate est[TSCAL_SOURCE_COUNT];
	struct kernel_rate kernel;
	struct tscal_info info;
};

static const uint32_t roots[] = {TSCAL_ROOT_HV, TSCAL_ROOT_CPU, TSCAL_ROOT_FW,
	TSCAL_ROOT_HPET, TSCAL_ROOT_PM, TSCAL_ROOT_PIT, TSCAL_ROOT_NTP,
	TSCAL_ROOT_PHC(0), TSCAL_ROOT_UNKNOWN};
#define N_ROOTS (sizeof(roots) / sizeof(*roots))

static inline void random_estimate(struct estimate *e, enum tscal_source id)
{
	/* How far wrong values are off: near the thresholds, and far. */
	static const double spread_ppm[] = {
		0, 0.5, 2, 60, 110, 300, 505, 900, 5e3, 2e4, 4e5};
	double spread = spread_ppm[below(11)] * 1e-6;
	double width = pow(10, between(-9, -4.3));

	memset(e, 0, sizeof(*e));
	while (e->rank < n_sources && sources[e->rank]->id != id)
		e->rank++;
	e->line.id = id;
	e->line.kind = 1 + below(5);
	e->line.hz = HZ * (1 + between(-spread, spread));
	e->line.hz_lo = e->line.hz * (1 - width * below(3));
	e->line.hz_hi = e->line.hz * (1 + width * below(3));
	e->line.roots = roots[below(N_ROOTS)];
	if (!below(4))
		e->line.roots |= roots[below(N_ROOTS)];
	e->line.status = TSCAL_STATUS_READY;
	if (e->line.kind == TSCAL_KIND_NOMINAL || !below(6))
		e->line.status = TSCAL_STATUS_HINT;
	else if (!below(8))
		e->line.status = TSCAL_STATUS_ABSENT + below(7);
	e->by_kernel = !below(3);
	e->assumed = e->line.kind == TSCAL_KIND_ENUMERATED && !e->by_kernel &&
		     id == TSCAL_SOURCE_CPUID_15;
}

static inline void random_machine(struct machine *m, uint64_t seed)
{
	static const double slack_ppm[] = {0, 0, 50, 500, 1e4};

	state = seed * 0x9e3779b97f4a7c15 + 1;
	memset(m, 0, sizeof(*m));
	m->kernel.slack_ppm = slack_ppm[below(5)];
	m->kernel.guess = !below(4);
	m->kernel.may_be_guess = m->kernel.guess || !below(4);
	for (enum tscal_source id = 1; id < TSCAL_SOURCE_COUNT; id++)
		if (below(2))
			random_estimate(&m->est[m->n++], id);
}

static inline void judge(struct machine *m)
{
	compare(m->est, m->n, &m->kernel, &m->info);
}

static inline bool is_ready(const struct estimate *e)
{
	return e->line.status == TSCAL_STATUS_READY;
}

#endif /* TSCAL_TESTS_RANDOM_MACHINE_H */
