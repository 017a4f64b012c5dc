/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The sources: one row each in sources.c, one file each in src/calib. */
#ifndef TSCAL_SOURCE_H
#define TSCAL_SOURCE_H

#include "calib/run.h"

struct source {
	enum tscal_source id;
	const char *name; /* stable: CLI, JSON, docs */
	enum tscal_kind kind;
	bool only_named;   /* asked only when named by --only */
	const char *probe; /* the --probe that it takes; NULL: passive does */
	const char *needs; /* what it takes, for people */
	/* Whether it could speak, without side effects: status READY or the
	 * reason.  NULL: ask() itself has none. */
	void (*survey)(struct run *run, struct estimate *est);
	/* Give the number, after the window has been measured. */
	void (*ask)(struct run *run, struct estimate *est);
};

/* All sources in order of preference; where several agree, the first is used.
 */
extern const struct source *const sources[];
extern const size_t n_sources;

/* Its place in that order, from 0 on. */
size_t source_rank(enum tscal_source id);

/* Whether this run asks the source. */
bool source_wanted(const struct run *run, enum tscal_source id);

/* Outcome of an estimate: status and sentence, without a number. */
__attribute__((format(printf, 3, 4))) void est_say(
	struct estimate *est, enum tscal_status status, const char *fmt, ...);

/* A number with its bounds and roots; status READY, or HINT if it is nominal.
 * A value no TSC has (outside 10 MHz..20 GHz) becomes IMPLAUSIBLE. */
__attribute__((format(printf, 6, 7))) void est_number(struct estimate *est,
	double hz, double lo, double hi, uint32_t roots, const char *fmt, ...);

/* The outcome that a look-up's -errno means; what: "/dev/kvm".  -EOPNOTSUPP:
 * "not asked to use" it. */
void est_errno(struct estimate *est, int rc, const char *what);
/* What a hypervisor answered. */
void est_answer(struct estimate *est, const struct outcome *outcome);

/* READY, it would measure; or why nothing is measured here. */
void est_would_measure(struct run *run, struct estimate *est);

/* Whether the kernel's clock, as NTP leaves it, may serve as a second; NULL, or
 * why not. */
const char *ntp_unfit(const struct plat_timex *t);
/* The same of this run; est says why not. */
bool ntp_fit(const struct run *run, struct estimate *est);
/* Whose seconds NTP's are here: the network's, or nobody knows. */
uint32_t ntp_roots(const struct run *run);

/* A leaf of CPUID, within the basic maximum; else est says why not. */
bool est_cpuid(const struct run *run, struct estimate *est, uint32_t leaf,
	struct plat_cpuid *out);

/* Whether est holds a number that may support or contradict. */
bool est_credible(const struct estimate *est);

/* (a - b) / b in ppm. */
double ppm(double a, double b);

/* fmin() and fmax() live in libm, which libtscal does without. */
static inline double smaller(double a, double b)
{
	return a < b ? a : b;
}

static inline double larger(double a, double b)
{
	return a > b ? a : b;
}

/* Rows. */
extern const struct source source_hv_leaf, source_kvmclock, source_cpuid_15,
	source_cpuid_16, source_brand, source_vdso, source_perf_page,
	source_kvm_ioctl, source_tsc_freq_khz, source_bogomips,
	source_clock_raw, source_adjtimex, source_hpet, source_acpi_pm,
	source_pit, source_ntp, source_phc, source_msr_platform, source_hv_msr,
	source_hv_backdoor, source_vmclock, source_hyperv_page;

#endif /* TSCAL_SOURCE_H */
