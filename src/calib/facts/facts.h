/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Facts about the machine that sources and verdicts need: CPU, kernel,
 * hypervisor, clocks. */
#ifndef TSCAL_FACTS_H
#define TSCAL_FACTS_H

#include "hv/cpu_name.h"
#include "hv/evidence.h"

/* Search limits for PTP clocks: network cards may have the first numbers; on a
 * machine without any, the search costs a few failed opens. */
#define FACTS_PTP_MAX 32
#define FACTS_PTP_GAP 8

/* What a PTP clock is derived from. */
enum facts_ptp {
	/* Hardware that no host emulates, and that follows true time by itself.
	 */
	FACTS_PTP_DISCIPLINED,
	FACTS_PTP_DEVICE,   /* hardware that no host emulates */
	FACTS_PTP_DOUBTFUL, /* hardware; in a guest perhaps emulated */
	FACTS_PTP_HOST,	    /* the host's clock, for its guests */
	FACTS_PTP_MADE, /* derived from other clocks: virtual, or for tests */
};

struct facts {
	/* CPUID */
	/* 0, or the -errno of reading it. */
	int cpuid_rc; /* leaf 0 */
	int leaf_1_rc;
	int brand_rc; /* leaf 0x80000000 and those of the brand */
	uint32_t max_basic, max_ext;
	char cpu_vendor[13];
	char brand[HV_BRAND];
	uint32_t family, model, stepping; /* 0: not known */
	int8_t has_tsc;			  /* CPUID.1:EDX[4]; -1: not known */
	int8_t hv_bit;			  /* CPUID.1:ECX[31]; -1: not known */
	int8_t invariant; /* CPUID.80000007H:EDX[8]; -1: not known */
	int8_t rdtscp;	  /* CPUID.80000001H:EDX[27]; -1: not known */
	bool tdx;	  /* by leaf 0x21 or Hyper-V's isolation type */

	bool secure_tsc; /* SEV-SNP's Secure TSC is active, by its MSR */

	/* The kernel */
	enum plat_tsc_access tsc_access;
	bool access_known; /* the kernel said so; else it is assumed */
	/* 0, or the -errno of reading it. */
	int clocksource_rc, cpuinfo_rc, ptp_rc;
	char clocksource[32];
	char available[512];
	bool clocksource_visible; /* both of them, and all of the list */
	int8_t known_freq;	  /* flag tsc_known_freq; -1: not visible */
	bool hypervisor_flag;	  /* flag hypervisor */
	double bogomips;	  /* of the first CPU; 0: not visible */
	/* Words of the kernel's command line that switch its driver for a
	 * hypervisor's clock off. */
	char pv_off[32];
	bool notsc, tsc_unstable; /* notsc, tsc=unstable were given */
	int8_t constant_tsc;	  /* flag constant_tsc; -1: not visible */
	/* Seconds since boot; -1: not visible, or not asked (only where the
	 * clocksource is one of the first seconds). */
	double uptime_s;
	bool early_khz;	    /* tsc_early_khz= was given */
	int cpus;	    /* online; 0: not visible */
	char online[64];    /* their list, "0-3,8"; "" if it is longer */
	bool dom0;	    /* Xen's control domain: it never moves */
	char below_xen[96]; /* sign that Xen runs in a virtual machine */
	/* What runs this program: rr, which answers its RDTSC, or a program
	 * that translates its instructions; "" for nothing. */
	char simulated[24];
	bool simulated_known; /* what would show it is visible */
	bool translated;
	bool time_namespace; /* clock offsets are not zero */
	/* A PTP clock is the host's clock: NTP may follow the host here. */
	bool host_ptp;
	bool ptp_unseen; /* there may be PTP clocks that are not visible */
	/* The host may emulate some of them, and does not report it. */
	bool ptp_doubtful;
	/* N of the first /dev/ptpN of the best kind; -1: none. */
	int ptp;
	enum facts_ptp ptp_kind;

	/* A sign of a virtual machine other than CPUID's bit, as the start of a
	 * sentence; "" if there is none. */
	char virtual_sign[96];
	/* It is none, and only says that CPUID's bit could not be read: nothing
	 * that was looked at shows whether this is a guest.  See guest_perhaps
	 * of struct kernel_rate: what follows from it. */
	bool guest_unknown;
	/* The sign is that the kernel detected a hypervisor: assume_metal does
	 * not overrule it. */
	bool kernel_knows_host;

	struct hv_evidence evidence; /* as far as read */

	/* NTP, before the window. */
	int timex_rc;
	struct plat_timex timex;
};

/*
 * Fill in what can be found; the rest keeps its "not known" value.  First: what
 * the window needs (whether there is a TSC to read, the state of NTP, which
 * counters there may be).  Then the rest.
 */
void facts_gather_first(struct tscal_platform *plat, struct facts *facts);
void facts_gather_rest(struct tscal_platform *plat, struct facts *facts);

/* A part of the rest: what runs this program. */
void facts_simulated(struct tscal_platform *plat, struct facts *facts);

#endif /* TSCAL_FACTS_H */
