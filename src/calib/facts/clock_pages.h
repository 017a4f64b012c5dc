/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Rates in the vDSO's data pages.  Their layout is not an ABI and differs
 * between kernels, so nothing is read at a fixed offset: a page is searched for
 * values of the right form, which are used only if a measurement confirms them.
 */
#ifndef TSCAL_CLOCK_PAGES_H
#define TSCAL_CLOCK_PAGES_H

#include "plat/outcome.h"

/* The hypervisor's record (Linux, Documentation/virt/kvm/x86/msr.rst). */
struct pvclock {
	uint32_t mul;
	int8_t shift;
	bool stable; /* one record serves all CPUs */
	/* The kernel has a place for it, but does not map it for the vDSO. */
	bool not_mapped;
	struct outcome out;
};

/* Hyper-V's reference TSC page (Hypervisor TLFS, Reference TSC Page). */
struct hyperv_page {
	uint64_t scale;
	struct outcome out;
};

/* The clock's own pair and the one that NTP steers; 6.18 may have more, for
 * auxiliary clocks. */
#define CLOCK_PAIRS_MAX 4

struct clock_pair {
	double hz; /* 10^9 * 2^shift / mult */
	uint32_t mult, shift;
};

struct clock_pairs {
	size_t n; /* may exceed CLOCK_PAIRS_MAX */
	struct clock_pair pair[CLOCK_PAIRS_MAX];
};

/*
 * The mult/shift pairs of the kernel's clocksource whose rates differ and lie
 * in [lo, hi].  Returns 0, -ENOENT (none), or -errno of reading.
 */
int clock_pages_pairs(struct tscal_platform *plat, double lo, double hi,
	struct clock_pairs *out);

/*
 * The pvclock record, if its rate is within 1 % of hz, or within 30 % and the
 * record has the exact form that hypervisors write: READY, or the reason why
 * not.
 */
void clock_pages_pvclock(
	struct tscal_platform *plat, double hz, struct pvclock *pv);

/* Hyper-V's reference TSC page, if its rate is within 1 % of hz: READY, or the
 * reason why not. */
void clock_pages_hyperv(
	struct tscal_platform *plat, double hz, struct hyperv_page *page);

#endif /* TSCAL_CLOCK_PAGES_H */
