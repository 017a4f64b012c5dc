/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What is known about the CPU and the kernel before any source is asked. */
#ifndef TSCAL_FACTS_H
#define TSCAL_FACTS_H

#include "hv/evidence.h"

/* How far PTP clocks are looked for: network cards may take the first numbers,
 * and a machine with none costs a few failed opens. */
#define FACTS_PTP_MAX 32
#define FACTS_PTP_GAP 8

/* Whose a PTP clock is. */
enum facts_ptp {
	FACTS_PTP_DEVICE,   /* of hardware that no host emulates */
	FACTS_PTP_DOUBTFUL, /* hardware's, or in a guest what looks like it */
	FACTS_PTP_HOST,	    /* the host's clock, handed to its guests */
	FACTS_PTP_MADE,	    /* made of other clocks: virtual, or for tests */
};

struct facts {
	/* CPUID */
	bool cpuid_readable;
	uint32_t max_basic, max_ext;
	char cpu_vendor[13];
	char brand[49];
	uint32_t family, model, stepping;
	bool has_tsc;	  /* CPUID.1:EDX[4] */
	int8_t hv_bit;	  /* CPUID.1:ECX[31]; -1: not known */
	int8_t invariant; /* CPUID.80000007H:EDX[8]; -1: not known */
	bool tdx;	  /* leaf 0x21 says IntelTDX */

	/* The kernel */
	enum plat_tsc_access tsc_access;
	char clocksource[32];
	char available[512];
	bool clocksource_visible; /* both of them, and all of the list */
	int8_t known_freq;	  /* flag tsc_known_freq; -1: not visible */
	bool hypervisor_flag;	  /* flag hypervisor */
	double bogomips;	  /* of the first CPU; 0: not visible */
	bool pv_clock_off;   /* no-kvmclock, nopv and the like were given */
	bool early_khz;	     /* tsc_early_khz= was given */
	int cpus;	     /* online; 0: not visible */
	bool dom0;	     /* Xen's control domain: it never moves */
	char below_xen[96];  /* unless its machine is a virtual one, by this */
	bool time_namespace; /* clock offsets are not zero */
	/* A PTP clock that is really the host's clock: what NTP follows here
	 * may be the host. */
	bool host_ptp;
	bool ptp_unseen; /* there may be PTP clocks that cannot be seen */
	/* Some may be emulated by the host, and nobody says. */
	bool ptp_doubtful;
	/* N of the first /dev/ptpN of the best kind; -1: none. */
	int ptp;
	enum facts_ptp ptp_kind;

	/* A sign of a virtual machine other than CPUID's bit, as the start of a
	 * sentence; "" when none. */
	char virtual_sign[96];
	/* The sign is that the kernel itself knows of a hypervisor: more than
	 * a look that a laboratory may overrule. */
	bool kernel_knows_host;

	struct hv_evidence evidence; /* as far as it was read */

	/* NTP, before the window. */
	int timex_rc;
	struct plat_timex timex;
};

/*
 * Fill in what can be found; what cannot stays at its "not known".  First: what
 * must be known before the window opens, that is, whether there is a TSC to
 * read, how NTP stood, and which counters there may be.  Then the rest.
 */
void facts_gather_first(struct tscal_platform *plat, struct facts *facts);
void facts_gather_rest(struct tscal_platform *plat, struct facts *facts);

#endif /* TSCAL_FACTS_H */
