/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The sources: one file each in this folder, one row each in calib/sources.c.
 */
#ifndef TSCAL_SOURCE_H
#define TSCAL_SOURCE_H

#include "calib/estimate.h"
#include "calib/facts/clock_pages.h"
#include "calib/facts/kernel_rate.h"
#include "calib/facts/vmclock.h"
#include "calib/measure/measurements.h"
#include "calib/source/raw_rate.h"

/* What a source may look at. */
struct source_view {
	struct tscal_platform *plat;
	const struct tscal_opts *opts;
	struct facts *facts;
	const struct hypervisor *hv;
	const struct kernel_rate *kernel;
	const struct measurements *measured;
	const struct pvclock *pvclock;
	const struct vmclock *vmclock;
	const struct raw_rate *raw_rate;
	uint64_t wanted; /* the sources that are asked, a bit for each */
};

struct source {
	enum tscal_source id;
	const char *name; /* stable: CLI, JSON, docs */
	enum tscal_kind kind;
	bool only_named;   /* asked only when named by --only */
	const char *probe; /* the --probe that it takes; NULL: passive does */
	const char *needs; /* what it takes, for people */
	/* False when it cannot give a number here, without having tried: est
	 * is the reason.  NULL: it always may. */
	bool (*check)(const struct source_view *v, struct estimate *est);
	/* Instead of reading, in a survey: est says what it would do.  NULL:
	 * reading has no side effects, and a survey reads. */
	void (*would)(const struct source_view *v, struct estimate *est);
	/* Give the number, after the window has been measured. */
	void (*read)(const struct source_view *v, struct estimate *est);
};

/* All sources in order of preference; where several agree, the first is used.
 */
extern const struct source *const sources[];
extern const size_t n_sources;

/* Its place in that order, from 0 on. */
size_t source_rank(enum tscal_source id);

/* The sources that a run with this --only asks, a bit for each. */
uint64_t sources_wanted(uint64_t only);

/* False where RDTSC cannot be executed, or not be measured: est says so. */
bool source_may_measure(const struct source_view *v, struct estimate *est);
/* "would measure for 10 ms". */
void source_would_measure(const struct source_view *v, struct estimate *est);

/* A source that is a hardware counter of its own.  Its number has the roots of
 * that counter; a guest's are the host's. */
bool counter_check(const struct source_view *v, struct estimate *est,
	enum plat_counter_id id);
/* False when there is no number. */
bool counter_read(const struct source_view *v, struct estimate *est,
	enum plat_counter_id id);

/* Whether the kernel's clock is one that NTP keeps; else est says why not. */
bool ntp_check(const struct source_view *v, struct estimate *est);
/* The frequency that NTP has set, as it was before the window; false where it
 * was changed since, and est says so. */
bool ntp_frequency(
	const struct source_view *v, struct estimate *est, double *ratio);
/* Whose seconds NTP's are here: the network's, or it is not known. */
uint32_t ntp_roots(const struct source_view *v);

/* A leaf of CPUID, within the basic maximum; else est says why not. */
bool cpuid_leaf_read(const struct source_view *v, struct estimate *est,
	uint32_t leaf, struct plat_cpuid *out);

/* Rows. */
extern const struct source source_hv_leaf, source_kvmclock, source_cpuid_15,
	source_cpuid_16, source_brand, source_vdso, source_perf_page,
	source_kvm_ioctl, source_tsc_freq_khz, source_bogomips,
	source_clock_raw, source_adjtimex, source_hpet, source_acpi_pm,
	source_pit, source_ntp, source_phc, source_msr_platform, source_hv_msr,
	source_hv_backdoor, source_vmclock, source_hyperv_page;

#endif /* TSCAL_SOURCE_H */
