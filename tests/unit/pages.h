/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A KVM guest whose pages behind the vDSO hold mult and shift, or a pvclock
 * record. */
#ifndef TSCAL_TESTS_PAGES_H
#define TSCAL_TESTS_PAGES_H

#include <math.h>

#include "unit/asking.h"

/* As read on a KVM guest: 2445422 kHz. */
#define MULT 6860663
#define SHIFT 24
#define RAW_HZ (1e9 * (1 << SHIFT) / MULT)
#define PV_MUL 3512659406u
#define PV_SHIFT (-1)

static inline uint8_t *page(enum plat_page which, unsigned index)
{
	struct sim_page *p = &sim.pages[sim.n_pages++];

	cr_assert(le(sz, sim.n_pages, SIM_PAGES_MAX));
	memset(p, 0, sizeof(*p));
	p->which = which;
	p->index = index;
	return p->bytes;
}

static inline void put(uint8_t *bytes, size_t at, uint32_t mult, uint32_t shift)
{
	memcpy(bytes + at, &mult, 4);
	memcpy(bytes + at + 4, &shift, 4);
}

struct record {
	uint32_t version, pad;
	uint64_t tsc, system;
	uint32_t mul;
	int8_t shift;
	uint8_t flags, rest[2];
};

static const struct record good = {
	6, 0, 123456789, 987654321, PV_MUL, PV_SHIFT, 1, {0}};

static inline int pvclock_at(double hz)
{
	clock_pages_pvclock(&sim.plat, hz, &run.pvclock);
	return (int)run.pvclock.out.status;
}

static inline int pvclock(const struct record *r)
{
	sim.n_pages = 0;
	memcpy(page(PLAT_PAGE_VVAR_VCLOCK, 0), r, sizeof(*r));
	return pvclock_at(RAW_HZ);
}

static inline void init_pages(void)
{
	sim_init(&sim);
	memset(&run, 0, sizeof(run));
	run.plat = &sim.plat;
	run.facts.clocksource_visible = true;
	strcpy(run.facts.clocksource, "tsc");
	run.kernel = (struct kernel_rate){.roots = TSCAL_ROOT_HV,
		.khz_roots = TSCAL_ROOT_HV,
		.tsc = true,
		.guest = true,
		.origin = KERNEL_HYPERVISOR};
	run.measured.counters.raw = (struct measured){.settled = true,
		.ms = 10,
		.out = {TSCAL_STATUS_READY, RAW_HZ * (1 + 0.02e-6),
			RAW_HZ * (1 - 13e-6), RAW_HZ * (1 + 13e-6), ""}};
}

#endif /* TSCAL_TESTS_PAGES_H */
