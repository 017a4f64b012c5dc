/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* src/probe is libtscal-probe, the platform that opens devices.  This is its
 * devices, one file each.  All return 0 or an
 * -errno with the meanings of plat.h, and leave nothing open. */
#ifndef TSCAL_PROBE_DEVICES_H
#define TSCAL_PROBE_DEVICES_H

#include <pthread.h>

#include "plat/pair.h"
#include "plat/plat.h"
#include "probe/worker.h"

struct hwloc_bitmap_s;

/* open(2), with -ENOENT for all errors that mean absent hardware.  Returns a
 * descriptor or -errno. */
int device_open(const char *path, int flags);

/* Permission for n I/O ports from this one, and no others: 0 or -errno.  Only
 * in a worker, because an access may fault although the kernel permitted it
 * (such as under a hypervisor that refuses it). */
int ports_permit(unsigned port, unsigned n);

/* Operations of the platform, which they do not use.  The last two run in a
 * worker. */
int msr_read(
	struct tscal_platform *p, unsigned cpu, uint32_t msr, uint64_t *value);
int perf_page_read(struct tscal_platform *p, struct plat_perf_page *out);
int kvm_tsc_khz_read(struct tscal_platform *p, uint32_t *khz);
int xen_cpuid(struct tscal_platform *p, uint32_t leaf, uint32_t subleaf,
	struct plat_cpuid *out);
int backdoor_hz(struct tscal_platform *p, enum plat_backdoor how, uint64_t *hz);

/* The page of /dev/vmclock0 into buf, of PLAT_PAGE_SIZE. */
int vmclock_page(void *buf);

/* Timers that a worker reads (worker_burst(), worker_close()): the counter, the
 * level of probing that permits it, what opens it. */
#define TIMERS(X)                                                              \
	X(PLAT_COUNTER_HPET, TSCAL_PROBE_DEVICES, hpet_open)                   \
	X(PLAT_COUNTER_ACPI_PM, TSCAL_PROBE_PORTS, acpi_pm_open)               \
	X(PLAT_COUNTER_PIT, TSCAL_PROBE_PORTS, pit_open)

#define DECLARE(id, level, open)                                               \
	int open(struct worker *w, const struct plat_where *where,             \
		struct plat_counter *out);
TIMERS(DECLARE)
#undef DECLARE

/* /dev/ptpN; a descriptor to be closed. */
int phc_open(const struct plat_where *where, struct plat_counter *out);
int phc_burst(int fd, struct plat_sample *buf, const struct plat_until *until);

/* A thread kept on one CPU.  Zero: nothing bound. */
struct bind {
	struct hwloc_bitmap_s *before; /* what the thread was bound to */
	bool bound;
};

/* The CPUs that the calling thread may run on: 0 or -errno. */
int bind_allowed(struct hwloc_bitmap_s *set);
/* Let the calling thread run on this CPU only: 0 or -errno. */
int bind_to(unsigned cpu);
/* Another thread, which has not been joined, may run on all of these. */
void bind_thread(pthread_t thread, const struct hwloc_bitmap_s *set);
/* Keep the calling thread on the CPU it runs on. */
int bind_here(struct bind *bind);
/* The CPUs that the thread may run on when it is not kept on one: writes the
 * first max, and returns how many there are, or -errno. */
int bind_cpus(const struct bind *bind, uint32_t *cpu, size_t max);
/* Let the thread run again where it could before. */
void bind_restore(struct bind *bind);
void bind_free(struct bind *bind);

/*
 * Compare the TSCs of two CPUs, with two threads that last until it returns.
 * rdtscp: whether there is that instruction.  0; -ENXIO if a thread could not
 * be kept on out->lost; -EAGAIN and others of pthread_create(3).
 */
int pair_measure(unsigned a, unsigned b, bool rdtscp,
	const struct plat_pair_until *until, struct plat_pair *out);

#endif /* TSCAL_PROBE_DEVICES_H */
