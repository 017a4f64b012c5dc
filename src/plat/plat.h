/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The platform: everything that tscal asks of a machine.  src/plat holds the
 * platforms: passive here, others in recording/ and sim/; src/probe opens
 * devices.
 *
 * Look-ups ask once for a register or a file.  Measurements take bursts of
 * samples; a whole burst is one call, so that no indirect call of ours is
 * between the two TSC reads of a sample.
 *
 * Every call returns 0 (or what its comment states) or -errno.  These have one
 * meaning everywhere:
 *	-ENOENT		this machine has no such thing
 *	-EACCES, -EPERM	it has, or may have, but we lack the permission
 *	-EOPNOTSUPP	this platform does not do that (passive: "not asked to")
 *	-ENODATA	not in the recording, which does not mean zero
 *	-ECANCELED	a filter forbids the process that would read it
 */
#ifndef TSCAL_PLAT_H
#define TSCAL_PLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plat/pair.h"

struct tscal_platform;

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

/* The pages that hold the kernel's and the hypervisor's clock data. */
enum plat_page {
	PLAT_PAGE_VVAR,	       /* [vvar] */
	PLAT_PAGE_VVAR_VCLOCK, /* [vvar_vclock] */
	PLAT_PAGE_VMCLOCK,     /* of /dev/vmclock0; zero beyond its end */
	PLAT_PAGE_COUNT
};
#define PLAT_PAGE_SIZE 4096

struct plat_perf_page {
	bool cap_user_time;
	uint16_t time_shift;
	uint32_t time_mult;
};

/* How VMware's backdoor is called. */
enum plat_backdoor {
	PLAT_BACKDOOR_PORT, /* IN from port 0x5658 */
	PLAT_BACKDOOR_VMCALL,
	PLAT_BACKDOOR_VMMCALL,
	PLAT_BACKDOOR_COUNT
};

/* Whether RDTSC works for this process: prctl(PR_GET_TSC). */
enum plat_tsc_access {
	PLAT_TSC_ENABLED,
	PLAT_TSC_SIGSEGV, /* RDTSC, and the vDSO clocks with it, would fault */
};

/*
 * Counters that can be sampled beside the TSC: PLAT_COUNTER_ id, its name in
 * recordings, and for people what it is and what it is read by (NULL: by no
 * device).
 */
#define PLAT_COUNTERS(X)                                                       \
	/* the TSC itself: what a read costs */                                \
	X(RDTSC, "rdtsc", "the TSC", NULL)                                     \
	X(CLOCK_RAW, "clock-raw", "CLOCK_MONOTONIC_RAW", NULL) /* ns */        \
	X(REALTIME, "realtime", "CLOCK_REALTIME", NULL)	       /* ns */        \
	/* its main counter, the lower 32 bits */                              \
	X(HPET, "hpet", "the HPET", "/dev/hpet")                               \
	X(ACPI_PM, "acpi-pm", "the ACPI PM timer", "I/O ports")                \
	/* channel 2 of the 8254, turned to count up */                        \
	X(PIT, "pit", "the PIT", "I/O ports")                                  \
	X(PHC, "phc", "the PTP clock", "/dev/ptpN") /* ns */

enum plat_counter_id {
#define PLAT_COUNTER_ID(id, name, what, via) PLAT_COUNTER_##id,
	PLAT_COUNTERS(PLAT_COUNTER_ID)
#undef PLAT_COUNTER_ID
		PLAT_COUNTER_COUNT
};
#define PLAT_COUNTER_BIT(id) (1u << (id))

struct plat_counter {
	uint64_t num, den; /* frequency in Hz, exactly num / den */
	unsigned width;	   /* bits */
	bool spin;	   /* it may stop while the CPU sleeps: never sleep */
	/* A read may be caught while it changes: it counts only where it lies
	 * between its neighbours. */
	bool verify;
};

/* Where a counter is, for those that have no fixed place. */
struct plat_where {
	unsigned number; /* ACPI_PM: its I/O port; PHC: N of /dev/ptpN */
	unsigned width;	 /* ACPI_PM: bits */
	bool verify;	 /* ACPI_PM: verify of its plat_counter */
};

/* When a burst ends: at the first of these. */
struct plat_until {
	size_t reads;
	uint64_t ns;
	/* The tightest bracket has occurred that often: further reads add
	 * nothing.  0: no limit. */
	unsigned repeats;
};

/*
 * The reference read ref at some moment between the two TSC reads.  ref counts
 * up and wraps at 2^width: a platform inverts a counter that counts down
 * (the PIT).  Its true value then was in [ref, ref + 1) counts.
 */
struct plat_sample {
	uint64_t tsc_before, ref, tsc_after;
};

/* The tightest bracket of a burst so far; zero before the first read. */
struct plat_tightest {
	uint64_t ticks;
	unsigned times;
};

/* Whether the tightest bracket, within a sixteenth, has occurred often enough.
 */
static inline bool plat_repeats(struct plat_tightest *tightest,
	const struct plat_sample *s, unsigned repeats)
{
	uint64_t ticks = s->tsc_after - s->tsc_before;
	uint64_t near = tightest->ticks / 16;

	if (!tightest->times || ticks + near < tightest->ticks)
		*tightest = (struct plat_tightest){ticks, 0};
	if (ticks <= tightest->ticks + near)
		tightest->times++;
	return repeats && tightest->times >= repeats;
}

struct plat_ops {
	size_t size;	  /* sizeof(struct plat_ops): the libraries match */
	const char *name; /* "passive", "probe", "record", "replay", "sim" */
	/* The counters that it would open if it can, PLAT_COUNTER_BIT(id);
	 * counter_open() of others is -EOPNOTSUPP. */
	uint32_t counters;

	/* Look-ups. */
	int (*cpuid)(struct tscal_platform *, uint32_t leaf, uint32_t subleaf,
		struct plat_cpuid *out);
	/* CPUID behind Xen's prefix for forced emulation, as Xen answers it to
	 * a paravirtual domain: -EFAULT elsewhere, where it is illegal.
	 */
	int (*xen_cpuid)(struct tscal_platform *, uint32_t leaf,
		uint32_t subleaf, struct plat_cpuid *out);
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
	/* GETHZ, where GETVERSION shows a backdoor: -ENOENT if it does
	 * not, -EFAULT if calling it faults. */
	int (*backdoor_hz)(
		struct tscal_platform *, enum plat_backdoor how, uint64_t *hz);
	int (*tsc_access)(struct tscal_platform *, enum plat_tsc_access *out);

	/*
	 * Measurements.  Beyond the errors above, of both:
	 *	-EFAULT		reading it raised a fault
	 *	-ETIMEDOUT	it did not answer in time
	 *	-ENODEV		it is there and does not count
	 *	-EBUSY		another process uses it
	 *	-ENXIO		the kernel has it, and lets no process read it
	 *	-ENOSYS		the kernel has no ioperm(2)
	 *	-ERANGE		it reports an impossible rate; out is filled in
	 *	-ECHILD		the process that read it was killed
	 * where: for counters that have no fixed place; NULL if not found.
	 */
	int (*counter_open)(struct tscal_platform *, enum plat_counter_id id,
		const struct plat_where *where, struct plat_counter *out);
	/* Samples into buf, which has room for until->reads of them; returns
	 * how many were taken. */
	int (*burst)(struct tscal_platform *, enum plat_counter_id id,
		struct plat_sample *buf, const struct plat_until *until);
	void (*counter_close)(struct tscal_platform *, enum plat_counter_id id);
	/* The same of any clock of clock_gettime(2), in ns: nothing to open.
	 * Each read that fails is -errno. */
	int (*clock_burst)(struct tscal_platform *, int clock_id,
		struct plat_sample *buf, const struct plat_until *until);
	/* Its time alone.  system_call: RDTSC is disabled, and the vDSO with
	 * it. */
	int (*clock_ns)(struct tscal_platform *, int clock_id, bool system_call,
		int64_t *ns);
	/* Wait for ns, asleep or spinning. */
	void (*wait)(struct tscal_platform *, uint64_t ns, bool spin);
	/* The CPUs that the thread may run on, in order of their numbers:
	 * writes the first max of them, and returns how many there are. */
	int (*cpus)(struct tscal_platform *, uint32_t *cpu, size_t max);
	/* Compare the TSCs of two CPUs (pair.h): -ENXIO if one of them, which
	 * out->lost names, cannot be used; -EAGAIN and others of starting a
	 * thread. */
	int (*pair)(struct tscal_platform *, unsigned a, unsigned b,
		const struct plat_pair_until *until, struct plat_pair *out);
	/* For budgets only: a clock in ns that never goes back. */
	uint64_t (*now_ns)(struct tscal_platform *);
	/* Bind the thread to one CPU, and undo that.  NULL: cannot. */
	int (*pin)(struct tscal_platform *);
	void (*unpin)(struct tscal_platform *);

	/* Returns 0, or -errno when something was lost. */
	int (*free)(struct tscal_platform *);
};

/* Implementations embed this as their first member. */
struct tscal_platform {
	const struct plat_ops *ops;
};

/* Their names in recordings and sentences: "port", "vmcall", "vmmcall". */
extern const char *const plat_backdoor_names[PLAT_BACKDOOR_COUNT];

/* Of a counter: its name in recordings, "hpet" (NULL if none), what it is, "the
 * HPET", and what it is read by, "/dev/hpet". */
const char *plat_counter_name(enum plat_counter_id id);
const char *plat_counter_what(enum plat_counter_id id);
const char *plat_counter_via(enum plat_counter_id id);

#endif /* TSCAL_PLAT_H */
