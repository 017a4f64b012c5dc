/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Rates in the pages behind the vDSO.  Their layout is no ABI and differs
 * between kernels, so nothing is read at a fixed offset: a page is searched for
 * what looks right, and what is found counts only if a measurement confirms it.
 */
#ifndef TSCAL_CLOCK_PAGES_H
#define TSCAL_CLOCK_PAGES_H

#include "plat/plat.h"

/* The hypervisor's record (Linux, Documentation/virt/kvm/x86/msr.rst). */
struct pvclock {
	uint32_t mul;
	int8_t shift;
	bool stable; /* one record serves all CPUs */
	double hz, lo, hi;
};

/*
 * The mult/shift pair of the kernel's clocksource whose rate lies in [lo, hi]
 * and nearest to hz.  unique: refuse when different pairs lie in the range.
 * Returns 0, -ENOENT (none), -ENOTUNIQ, or -errno of reading.
 */
int clock_pages_mult(struct tscal_platform *plat, double hz, double lo,
	double hi, bool unique, uint32_t *mult, uint32_t *shift);

/*
 * The pvclock record, if its rate is within 1 % of hz, or within 30 % and the
 * record has the exact form that hypervisors write.  Returns 0, -ENOENT (no
 * page, or another thing in it), -EDOM (a record, of a rate further off),
 * -EFAULT (the kernel keeps a place for it, but has not let the vDSO use it),
 * -EBUSY (it changes with every look), or -errno of reading.
 */
int clock_pages_pvclock(
	struct tscal_platform *plat, double hz, struct pvclock *out);

#endif /* TSCAL_CLOCK_PAGES_H */
