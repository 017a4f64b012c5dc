/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A simulated machine whose rate is known.  For tests: it is built beside the
 * library, not into it.
 *
 * Look-ups answer from tables that the test fills in; what is not in a table is
 * absent.
 *
 * Counters run on a simulated true time, which passes only while something is
 * read or waited for.  A test sets how each counter really runs, what a read of
 * it costs, and what happens when; sim_hz() is the rate that a measurement
 * should find.  The same seed gives the same machine.
 */
#ifndef TSCAL_SIM_H
#define TSCAL_SIM_H

#include "plat/plat.h"

struct sim_cpuid {
	uint32_t leaf, subleaf;
	struct plat_cpuid regs;
};

struct sim_msr {
	unsigned cpu;
	uint32_t msr;
	uint64_t value;
};

struct sim_file {
	const char *path;
	const char *text; /* NULL: the answer is error */
	size_t size;	  /* 0: up to the NUL that ends it */
	int error;	  /* such as -EACCES */
};

struct sim_page {
	enum plat_page which;
	unsigned index;
	uint8_t bytes[PLAT_PAGE_SIZE];
};

/* A counter beside the TSC, declared to count at num / den Hz. */
struct sim_counter {
	bool present;
	int open_error; /* opening gives this -errno; 0: it works */
	int error;	/* reads give this -errno; 0: they work */
	uint64_t num, den;
	unsigned width; /* bits */
	bool spin, verify;
	/* One read in so many is caught while the counter changes: its upper
	 * half is one too low; 0: none. */
	unsigned caught;
	/* How much faster than declared it really counts; 1e6: twice as fast.
	 */
	double error_ppm;
	uint64_t start; /* its count at time 0 */
	/* Not 0: a clock that the kernel makes of the TSC,
	 * ns = tsc * mult >> shift; error_ppm and start are not used. */
	uint32_t mult, shift;
	/* From the TSC read before to the moment it is read, and on to the TSC
	 * read after; either grows at random by up to jitter_ps. */
	uint64_t before_ps, after_ps, jitter_ps;
	uint64_t step_ps;     /* advances at multiples of this; 0: evenly */
	uint64_t stops_at_ps; /* counts no further; 0: never */
	uint64_t back_at_ps;  /* goes back by back_by counts; 0: never */
	uint64_t back_by;
	bool dead; /* always reads dead_value */
	uint64_t dead_value;
};

enum sim_event_kind {
	SIM_STEAL,   /* the program is stopped for amount ps: an SMI, another
		      * guest runs; all counters go on */
	SIM_JUMP,    /* the TSC jumps by amount ticks */
	SIM_MIGRATE, /* the thread continues on CPU amount, unless pinned */
	SIM_SLOW,    /* from now on the way to a counter takes amount ps
		      * longer: another clock frequency; 0: as before */
};

struct sim_event {
	enum sim_event_kind kind;
	uint64_t at_ps;
	int64_t amount;
	bool over;
};

#define SIM_COUNTERS_MAX PLAT_COUNTER_COUNT
#define SIM_CLOCKS_MAX 13
/* A dynamic clock (clock_gettime(2)), as descriptor 3 is one. */
#define SIM_DYNAMIC (~3 * 8 + 3)
#define SIM_EVENTS_MAX 32
#define SIM_CPUS_MAX 64
#define SIM_CPUID_MAX 64
#define SIM_XEN_CPUID_MAX 8
#define SIM_MSRS_MAX 16
#define SIM_FILES_MAX 64
#define SIM_PAGES_MAX 8

struct sim {
	struct tscal_platform plat; /* &sim->plat is the platform */

	size_t n_cpuid;
	struct sim_cpuid cpuid[SIM_CPUID_MAX];
	/* Out-of-range leaves answer with this instead of failing; NULL: with
	 * -ENODATA, as a recording does. */
	const struct plat_cpuid *out_of_range;
	/* The same behind Xen's prefix; none: it faults. */
	size_t n_xen_cpuid;
	struct sim_cpuid xen_cpuid[SIM_XEN_CPUID_MAX];
	size_t n_msrs;
	struct sim_msr msrs[SIM_MSRS_MAX];
	int msr_rc; /* of registers that are not in the table */
	size_t n_files;
	struct sim_file files[SIM_FILES_MAX];
	size_t n_pages;
	struct sim_page pages[SIM_PAGES_MAX];
	int timex_rc;
	struct plat_timex timex;
	int perf_rc;
	struct plat_perf_page perf;
	int kvm_rc;
	uint32_t kvm_khz;
	int backdoor_rc[PLAT_BACKDOOR_COUNT];
	uint64_t backdoor_hz[PLAT_BACKDOOR_COUNT];
	enum plat_tsc_access tsc_access;
	/* NTP is active: timex.freq changes by this after each call. */
	int64_t timex_freq_step;

	/* True time since the machine began. */
	uint64_t now_ps;
	/* The TSC: how it ticks in true seconds, its value at time 0, what a
	 * read costs, and in which steps of time it advances (0: evenly). */
	double tsc_hz;
	uint64_t tsc_start, rdtsc_ps, tsc_step_ps;
	int64_t tsc_jumped;
	/* What each CPU's TSC is ahead by, in ticks. */
	int64_t cpu_ahead[SIM_CPUS_MAX];
	unsigned cpu;
	/* The platform compares pairs of them; 0: it does not. */
	unsigned n_cpus;
	int pair_rc; /* comparing gives this -errno; 0: it works */
	/* Ticks from a stamp to its reading on another CPU, and how long a
	 * pair takes. */
	int64_t pair_ticks;
	uint64_t pair_ps;
	bool can_pin, pinned;
	/* By how much now_ns() and wait() run too fast, as slewed by NTP. */
	double mono_ppm;
	uint64_t wake_ps; /* a sleep ends late by this */
	uint64_t slow_ps; /* of SIM_SLOW */
	uint64_t rng;
	struct sim_counter counters[SIM_COUNTERS_MAX];
	/* CLOCK_*, but for those that are counters: sim_clock(). */
	struct sim_counter clocks[SIM_CLOCKS_MAX];
	size_t n_events;
	struct sim_event events[SIM_EVENTS_MAX];
	uint64_t quiet_until_ps; /* no event before; kept by time.c */
};

/* An empty machine: no leaf, no file, every device absent. */
void sim_init(struct sim *sim);

/*
 * Give it a TSC of hz ticks per true second: even, 10 ns a read; and the random
 * numbers of this seed.
 */
void sim_run_tsc(struct sim *sim, double hz, uint64_t seed);

/* Give it an exact counter of num / den Hz, 20 ns before and after, and return
 * it: the test may degrade it. */
struct sim_counter *sim_add_counter(struct sim *sim, enum plat_counter_id id,
	uint64_t num, uint64_t den, unsigned width);

/* CLOCK_MONOTONIC_RAW as a counter of its own. */
struct sim_counter *sim_add_clock_raw(struct sim *sim);

/* CLOCK_id, as a counter that the test may degrade: not present before it is
 * added; NULL: there can be none. */
struct sim_counter *sim_clock(struct sim *sim, int clock_id);

/* The current clock and TSC, without a read, which takes time. */
int64_t sim_clock_now(struct sim *sim, int clock_id);
uint64_t sim_tsc_now(struct sim *sim);

/* Add it: exact, and at ns now. */
struct sim_counter *sim_add_clock(struct sim *sim, int clock_id, int64_t ns);

/* Set it by so many ns, and let it run so much too fast, from now on. */
void sim_set_clock(
	struct sim *sim, int clock_id, int64_t step_ns, double error_ppm);

/*
 * The vDSO's page of Linux 6.18 with a pair at this offset (0x20 and 0x108 are
 * those of CLOCK_MONOTONIC and CLOCK_MONOTONIC_RAW); a second call adds to the
 * page.
 */
void sim_add_mult_page(
	struct sim *sim, size_t offset, uint32_t mult, uint32_t shift);

/* The page with the hypervisor's record: its rate and its flags (Linux,
 * Documentation/virt/kvm/x86/msr.rst; 1: stable on all CPUs). */
void sim_add_pvclock_page(
	struct sim *sim, uint32_t mul, int8_t shift, uint8_t flags);

/* Something happens at a time. */
void sim_add_event(struct sim *sim, enum sim_event_kind kind, uint64_t at_ps,
	int64_t amount);

/* The ticks per second that a measurement by this counter should find. */
double sim_hz(const struct sim *sim, enum plat_counter_id id);

/* Fill in the tables; they abort the test when full. */
void sim_add_cpuid(struct sim *sim, uint32_t leaf, uint32_t subleaf,
	uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx);
void sim_add_xen_cpuid(struct sim *sim, uint32_t leaf, uint32_t subleaf,
	uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx);
void sim_add_msr(struct sim *sim, unsigned cpu, uint32_t msr, uint64_t value);
void sim_add_file(struct sim *sim, const char *path, const char *text);
/* A file that is no text; the bytes stay where they are. */
void sim_add_bytes(
	struct sim *sim, const char *path, const void *bytes, size_t size);
void sim_add_file_error(struct sim *sim, const char *path, int error);

static inline struct sim *sim_of(struct tscal_platform *p)
{
	return (struct sim *)p;
}

/* Parts of sim.c, in time.c: what takes simulated time. */
int sim_counter_open(struct tscal_platform *p, enum plat_counter_id id,
	const struct plat_where *where, struct plat_counter *out);
int sim_burst(struct tscal_platform *p, enum plat_counter_id id,
	struct plat_sample *buf, const struct plat_until *until);
void sim_counter_close(struct tscal_platform *p, enum plat_counter_id id);
int sim_clock_burst(struct tscal_platform *p, int clock_id,
	struct plat_sample *buf, const struct plat_until *until);
int sim_clock_ns(
	struct tscal_platform *p, int clock_id, bool system_call, int64_t *ns);
void sim_wait(struct tscal_platform *p, uint64_t ns, bool spin);
uint64_t sim_now_ns(struct tscal_platform *p);
int sim_pin(struct tscal_platform *p);
void sim_unpin(struct tscal_platform *p);

#endif /* TSCAL_SIM_H */
