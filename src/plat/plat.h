/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The seams: all that tscal ever asks of a machine.
 *
 * Two kinds.  Look-ups ask once for a register or a file.  Measurements take
 * bursts of samples; a whole burst is one call, so that no indirect call of
 *ours stands between the two TSC reads of a sample.
 *
 * Every call returns 0 (or what it says) or -errno, and these have one meaning
 * everywhere:
 *	-ENOENT		this machine has no such thing
 *	-EACCES, -EPERM	it has, or may have, but we lack the permission
 *	-EOPNOTSUPP	this platform does not do that (passive: "not asked to")
 *	-ENODATA	not in the recording, which does not mean zero
 */
#ifndef TSCAL_PLAT_H
#define TSCAL_PLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tscal/calibrate.h>

struct plat_cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* The part of struct timex that tscal reads. */
struct plat_timex {
	int32_t state;	   /* return value: TIME_OK ... TIME_ERROR */
	int32_t status;	   /* STA_* */
	int64_t freq;	   /* ppm * 2^16 */
	int64_t offset_ns; /* what is still to be slewed */
	int64_t tick;	   /* us per tick, nominally 10000 */
	int64_t maxerror_us;
	int32_t tai;
};

/* The pages that carry the kernel's and the hypervisor's clock data. */
enum plat_page {
	PLAT_PAGE_VVAR,	       /* [vvar] */
	PLAT_PAGE_VVAR_VCLOCK, /* [vvar_vclock] */
};
#define PLAT_PAGE_SIZE 4096

struct plat_perf_page {
	bool cap_user_time;
	uint16_t time_shift;
	uint32_t time_mult;
};

/* Whether RDTSC works for this process: prctl(PR_GET_TSC). */
enum plat_tsc_access {
	PLAT_TSC_ENABLED,
	PLAT_TSC_SIGSEGV, /* RDTSC, and the vDSO clocks with it, would fault */
};

/* Counters that can be sampled beside the TSC. */
enum plat_counter_id {
	PLAT_COUNTER_RDTSC,	/* the TSC itself: what a read costs */
	PLAT_COUNTER_CLOCK_RAW, /* CLOCK_MONOTONIC_RAW, ns */
	PLAT_COUNTER_COUNT
};

struct plat_counter {
	uint64_t num, den; /* frequency in Hz, exactly num / den */
	unsigned width;	   /* bits */
	bool spin;	   /* it may stop while the CPU sleeps: never sleep */
};

/*
 * The reference read ref at some moment between the two TSC reads.  ref counts
 * up and wraps at 2^width: a platform turns a counter that counts down (the
 * PIT) round.  Its true value then was in [ref, ref + 1) counts.
 */
struct plat_sample {
	uint64_t tsc_before, ref, tsc_after;
};

struct plat_ops {
	size_t size;	  /* sizeof(struct plat_ops): the libraries match */
	const char *name; /* "passive", "probe", "record", "replay", "sim" */

	/* Look-ups. */
	int (*cpuid)(struct tscal_platform *, uint32_t leaf, uint32_t subleaf,
		struct plat_cpuid *out);
	int (*rdmsr)(struct tscal_platform *, unsigned cpu, uint32_t msr,
		uint64_t *value);
	/* The bytes of a file, at most size; returns how many. */
	int (*read_file)(struct tscal_platform *, const char *path, void *buf,
		size_t size);
	int (*adjtimex)(struct tscal_platform *, struct plat_timex *out);
	/* Page index of a region into buf; -EFAULT when it cannot be read,
	 * -ENOENT when the region is absent or has no such page. */
	int (*page)(struct tscal_platform *, enum plat_page which,
		unsigned index, void *buf);
	int (*perf_page)(struct tscal_platform *, struct plat_perf_page *out);
	int (*kvm_tsc_khz)(struct tscal_platform *, uint32_t *khz);
	int (*tsc_access)(struct tscal_platform *, enum plat_tsc_access *out);

	/* Measurements. */
	int (*counter_open)(struct tscal_platform *, enum plat_counter_id id,
		struct plat_counter *out);
	/* Up to max samples, stopping early once max_ns have gone by; returns
	 * how many were taken. */
	int (*burst)(struct tscal_platform *, enum plat_counter_id id,
		struct plat_sample *buf, size_t max, uint64_t max_ns);
	void (*counter_close)(struct tscal_platform *, enum plat_counter_id id);
	/* Let ns go by, asleep or spinning. */
	void (*wait)(struct tscal_platform *, uint64_t ns, bool spin);
	/* For budgets only: a clock in ns that never goes back. */
	uint64_t (*now_ns)(struct tscal_platform *);
	/* Keep the thread on one CPU, and let it go again.  NULL: cannot. */
	int (*pin)(struct tscal_platform *);
	void (*unpin)(struct tscal_platform *);

	/* Returns 0, or -errno when something was lost. */
	int (*free)(struct tscal_platform *);
};

/* Implementations embed this as their first member. */
struct tscal_platform {
	const struct plat_ops *ops;
};

/* The name of a counter in recordings: "rdtsc", "clock-raw"; NULL if none. */
const char *plat_counter_name(enum plat_counter_id id);

#endif /* TSCAL_PLAT_H */
