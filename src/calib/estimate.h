/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* An estimate: the number of a source, as a line of the report and what judging
 * it needs. */
#ifndef TSCAL_ESTIMATE_H
#define TSCAL_ESTIMATE_H

#include <tscal/calibrate.h>

#include "plat/outcome.h"

struct estimate {
	struct tscal_line line;
	size_t rank;	   /* of its source in the table, from 0 */
	const char *probe; /* the --probe it needs; NULL: none */
	/* Not read because this platform may not: another --probe may. */
	bool other_probe;
	/* Derived from the kernel's tsc_khz: has the same slack, and gets stale
	 * with it. */
	bool by_kernel;
	/* Measured against a timer that the host emulates: relative to the
	 * host's clock, which NTP steers, not to the TSC of the guest. */
	bool by_host_clock;
	/* Its timer is emulated by microcode, from the CPU's crystal. */
	bool of_cpu_crystal;
	/* Based on an assumption (a crystal that CPUID does not name): comes
	 * after all others, and may confirm but not contradict. */
	bool assumed;
	/* A newer report of the hypervisor excludes its value. */
	bool superseded;
	/* Where it DISAGREES: the source that it contradicts. */
	enum tscal_source against;
};

/* Set status and sentence, without a number. */
__attribute__((format(printf, 3, 4))) void est_say(
	struct estimate *est, enum tscal_status status, const char *fmt, ...);

/* A number with its bounds and roots; status READY, or HINT if it is nominal. A
 * value outside 10 MHz..20 GHz becomes IMPLAUSIBLE. */
__attribute__((format(printf, 6, 7))) void est_number(struct estimate *est,
	double hz, double lo, double hi, uint32_t roots, const char *fmt, ...);

/* The status and the sentence for the -errno of a look-up; what: "/dev/kvm". */
void est_errno(struct estimate *est, int rc, const char *what);

/* The result of an attempt: its number, with these roots, or why there is none.
 */
void est_outcome(
	struct estimate *est, const struct outcome *out, uint32_t roots);

/* Whether est holds a number that may support or contradict. */
bool est_credible(const struct estimate *est);

/* (a - b) / b in ppm.  HUGE_VAL where b is 0, no rate: dividing by it would
 * kill a program that traps floating-point exceptions (feenableexcept(3)), and
 * the library raises none. */
double ppm(double a, double b);

/* fmin() and fmax() are in libm, which libtscal does not use. */
static inline double smaller(double a, double b)
{
	return a < b ? a : b;
}

static inline double larger(double a, double b)
{
	return a > b ? a : b;
}

#endif /* TSCAL_ESTIMATE_H */
