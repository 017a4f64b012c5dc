/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/**
 * @file probe.h
 * The platform that may open devices.  In libtscal-probe, not libtscal.
 */
#ifndef TSCAL_PROBE_H
#define TSCAL_PROBE_H

#include <tscal/calibrate.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How far a probe may go. */
enum tscal_probe {
	/** perf events, /dev/hpet, /dev/ptpN, /dev/vmclock0, /dev/cpu/0/msr,
	 * /dev/kvm where that source is named, CPU binding; and, where CPUID
	 * shows no hypervisor and the kernel reports Xen, CPUID with Xen's
	 * prefix */
	TSCAL_PROBE_DEVICES = 1,
	/** these, and I/O ports: the ACPI PM timer, and the PIT where
	 * TSCAL_OPT_PIT or the lack of another timer asks for it; and VMware's
	 * backdoor where CPUID or the firmware names VMware */
	TSCAL_PROBE_PORTS = 2,
};

/**
 * A platform that answers all that the passive one does, and opens devices
 * where it has the permission.  Nothing is opened before a source asks, and
 * nothing stays open afterwards.
 *
 * While it measures, the calling thread is kept on the CPU it runs on, and may
 * go where it could go before when that is over.  The HPET, the PM timer and
 * the PIT are read by a child process each, which lives while the counter is
 * open; VMware's backdoor and Xen's prefix take one for each call: no SIGCHLD
 * comes of it, wait(2) and fork handlers know nothing of it, and whatever
 * happens to it is a status.  Starting one is a fork: it takes the longer the
 * more memory the program has touched (when twice the budget is gone no further
 * one is started), makes the program's own next write to each page a fault, and
 * is not for programs with memory pinned for DMA.  They, and those that went
 * into a new PID namespace by unshare(2), name sources that need none
 * (tscal_opts.only); in a paravirtual domain of Xen the prefix is used all the
 * same, and the passive platform does without it.
 *
 * Without TSCAL_OPT_NO_SYNC, and where it fits the budget, a calibration
 * compares the TSC of each CPU that the calling thread may run on with that of
 * the first: two threads for each pair, with all signals blocked, which have
 * ended when it returns.  No signal handler; allocates.  One thread at a time
 * may use a platform; different threads may each have their own.
 * @param level  how far to go.
 * @param out    receives the platform, to be freed by tscal_platform_free().
 * @return 0, -EINVAL, -ENOMEM, or -EPROTO when libtscal and libtscal-probe
 *         are not of one version.
 */
TSCAL_API int tscal_platform_probe(
	enum tscal_probe level, struct tscal_platform **out);

/**
 * tscal_platform_replay(), which also takes a raw dump of libcpuid
 * (`cpuid_tool --save`), as the CPUID of its first CPU: libcpuid reads it.
 * Needs /proc.  Parameters and result are those of tscal_platform_replay().
 */
TSCAL_API int tscal_platform_probe_replay(const char *path,
	struct tscal_platform **out, char *err, size_t err_size);

#ifdef __cplusplus
}
#endif
#endif /* TSCAL_PROBE_H */
