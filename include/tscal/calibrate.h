/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/**
 * @file calibrate.h
 * How fast the TSC ticks, how sure that is, and whether it may be a clock.
 *
 * All functions return 0 or -errno; what was found out about the machine is an
 * outcome, never an error.  "A source is absent" is a status, "nothing is
 * known" is a verdict.
 */
#ifndef TSCAL_CALIBRATE_H
#define TSCAL_CALIBRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tscal/conv.h>
#include <tscal/hv.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Sources of a rate.  Names, not numbers, are what users see. */
enum tscal_source {
	TSCAL_SOURCE_NONE,
	TSCAL_SOURCE_HV_LEAF,	   /**< "hv-leaf" */
	TSCAL_SOURCE_KVMCLOCK,	   /**< "kvmclock" */
	TSCAL_SOURCE_CPUID_15,	   /**< "cpuid-15" */
	TSCAL_SOURCE_CPUID_16,	   /**< "cpuid-16" */
	TSCAL_SOURCE_BRAND,	   /**< "brand" */
	TSCAL_SOURCE_VDSO,	   /**< "vdso" */
	TSCAL_SOURCE_PERF_PAGE,	   /**< "perf-page" */
	TSCAL_SOURCE_KVM_IOCTL,	   /**< "kvm-ioctl" */
	TSCAL_SOURCE_TSC_FREQ_KHZ, /**< "tsc-freq-khz" */
	TSCAL_SOURCE_BOGOMIPS,	   /**< "bogomips" */
	TSCAL_SOURCE_CLOCK_RAW,	   /**< "clock-raw" */
	TSCAL_SOURCE_ADJTIMEX,	   /**< "adjtimex" */
	TSCAL_SOURCE_HPET,	   /**< "hpet" */
	TSCAL_SOURCE_ACPI_PM,	   /**< "acpi-pm" */
	TSCAL_SOURCE_PIT,	   /**< "pit" */
	TSCAL_SOURCE_NTP,	   /**< "ntp" */
	TSCAL_SOURCE_PHC,	   /**< "phc" */
	TSCAL_SOURCE_MSR_PLATFORM, /**< "msr-platform" */
	TSCAL_SOURCE_HV_MSR,	   /**< "hv-msr" */
	TSCAL_SOURCE_HV_BACKDOOR,  /**< "hv-backdoor" */
	TSCAL_SOURCE_VMCLOCK,	   /**< "vmclock" */
	TSCAL_SOURCE_HYPERV_PAGE,  /**< "hyperv-page" */
	TSCAL_SOURCE_SNP_TSC,	   /**< "snp-tsc" */
	TSCAL_SOURCE_COUNT
};

/** The kind of fact behind a number (as the manual page tscal(7) explains); 0
 * is none of them. */
enum tscal_kind {
	TSCAL_KIND_REPORTED = 1, /**< stated by a hypervisor or firmware */
	TSCAL_KIND_ENUMERATED,	 /**< stated by the CPU's own tables */
	TSCAL_KIND_NOMINAL,	 /**< a label; identifies, confirms nothing */
	TSCAL_KIND_KERNEL,	 /**< the kernel's own calibration */
	TSCAL_KIND_MEASURED,	 /**< counted here against another clock */
};

/** The status of a source; 0 is none of them. */
enum tscal_status {
	TSCAL_STATUS_USED = 1,	  /**< it is the chosen rate */
	TSCAL_STATUS_AGREES,	  /**< credible, and supports the choice */
	TSCAL_STATUS_DISAGREES,	  /**< credible in form, contradicts */
	TSCAL_STATUS_STALE,	  /**< from before a move or restore */
	TSCAL_STATUS_HINT,	  /**< identifies only; not compared */
	TSCAL_STATUS_READY,	  /**< can be asked; nothing was measured yet */
	TSCAL_STATUS_ABSENT,	  /**< this machine has no such thing */
	TSCAL_STATUS_SKIPPED,	  /**< not asked, by choice or by rule */
	TSCAL_STATUS_DENIED,	  /**< needs a permission that is missing */
	TSCAL_STATUS_STUCK,	  /**< a counter that does not count */
	TSCAL_STATUS_IMPLAUSIBLE, /**< a number no TSC has */
	TSCAL_STATUS_UNSTABLE,	  /**< too disturbed for a number */
	TSCAL_STATUS_ERROR,	  /**< failed in a way that is not expected */
	TSCAL_STATUS_COARSE, /**< bounds too wide to agree with the choice */
};

/**
 * Roots: the oscillator and the arithmetic that a number is traceable to, as
 * bits.  Two numbers are independent only if their sets are disjoint and
 * neither holds TSCAL_ROOT_UNKNOWN.
 */
#define TSCAL_ROOT_HV (UINT32_C(1) << 0)   /**< the hypervisor */
#define TSCAL_ROOT_CPU (UINT32_C(1) << 1)  /**< the CPU's enumeration */
#define TSCAL_ROOT_FW (UINT32_C(1) << 2)   /**< security firmware (SNP) */
#define TSCAL_ROOT_HPET (UINT32_C(1) << 3) /**< HPET */
#define TSCAL_ROOT_PM (UINT32_C(1) << 4)   /**< ACPI PM timer */
#define TSCAL_ROOT_PIT (UINT32_C(1) << 5)  /**< 8254 PIT */
#define TSCAL_ROOT_NTP (UINT32_C(1) << 6)  /**< network time */
#define TSCAL_ROOT_PHC(n) (UINT32_C(1) << (8 + (n))) /**< /dev/ptpN, N < 8 */
#define TSCAL_ROOT_UNKNOWN (UINT32_C(1) << 31) /**< cannot be determined */

/** How well the rate is known. */
enum tscal_rate {
	TSCAL_RATE_NONE,       /**< no rate */
	TSCAL_RATE_CONFLICT,   /**< a credible source contradicts */
	TSCAL_RATE_SINGLE,     /**< one source */
	TSCAL_RATE_CONSISTENT, /**< several sources, no two independent */
	TSCAL_RATE_VERIFIED,   /**< independent sources agree */
};

/** Whether the TSC may be used as a clock here. */
enum tscal_use {
	/** Two CPUs' TSCs are proven to differ; rejected by the kernel,
	 * disabled, went back or does not count, of unknown rate, or pvclock is
	 * not marked as stable, so that each virtual CPU may have its own
	 * offset. */
	TSCAL_USE_NO,
	TSCAL_USE_SLOW,	       /**< RDTSC is trapped or emulated */
	TSCAL_USE_PROVISIONAL, /**< the kernel is still refining its rate */
	TSCAL_USE_UNTIL_MOVED, /**< good now; a migration may end it */
	TSCAL_USE_YES,	       /**< a clock until reboot */
	/** Not known: nothing was measured that could show it. */
	TSCAL_USE_UNKNOWN,
};

/** What to watch when the use is TSCAL_USE_UNTIL_MOVED, as bits. */
#define TSCAL_WATCH_PVCLOCK (UINT32_C(1) << 0) /**< pvclock version */
#define TSCAL_WATCH_VMCLOCK (UINT32_C(1) << 1) /**< vmclock marker */
#define TSCAL_WATCH_HYPERV (UINT32_C(1) << 2)  /**< re-enlightenment */
#define TSCAL_WATCH_XEN (UINT32_C(1) << 3)     /**< Xen incarnation */
#define TSCAL_WATCH_RATE (UINT32_C(1) << 4)    /**< the rate, measured again */

/** Room for a sentence, NUL included. */
#define TSCAL_SENTENCE 240

/**
 * The answer.  What is absent or was not read is never a number that looks
 * found: a rate in Hz and a count are then 0, ppm and ns negative, a yes or no
 * -1.
 *
 * Which rate to convert with: hz_raw to agree with this machine's own
 * clock_gettime(CLOCK_MONOTONIC_RAW), hz_si for true seconds, hz to compare
 * with what the hypervisor, the CPU or another machine states.  They differ
 * as the oscillators behind them do.
 */
struct tscal_info {
	/** TSC ticks per second, as the chosen source declares it. */
	double hz;
	/** The true rate lies between these if the chosen source is right; they
	 * include all that is known: bracket, quantisation, rounding. */
	double hz_lo, hz_hi;
	/** Ticks per second of CLOCK_MONOTONIC_RAW: exactly, where the kernel's
	 * arithmetic is known and no measurement contradicts it, else measured.
	 * hz_raw_lo and hz_raw_hi are its bounds. */
	double hz_raw;
	/** Ticks per true second, by NTP, or by a PTP clock that is known to
	 * follow true time: so far that of AWS's ENA cards. */
	double hz_si;
	/** How closely the nearest independent source agrees, in ppm of hz:
	 * no pair of values inside both intervals lies further apart. */
	double agreement_ppm;
	/** Cost of one RDTSC in nanoseconds. */
	double rdtsc_ns;
	/** The largest offset between two CPUs' TSCs that the comparison
	 * allows, in ns; negative: not known.  Only a platform that may start
	 * threads compares them: see synchronised, below. */
	double skew_ns;
	enum tscal_source source;  /**< the chosen source */
	enum tscal_rate rate;	   /**< verdict on the rate */
	enum tscal_use use;	   /**< verdict on the use as a clock */
	uint32_t roots;		   /**< TSCAL_ROOT_* behind the chosen rate */
	uint32_t watch;		   /**< TSCAL_WATCH_*: what would end the use */
	int32_t cpus;		   /**< CPUs online */
	int8_t invariant;	   /**< CPUID.80000007H:EDX[8], or -1 */
	int8_t rejected_by_kernel; /**< 1, 0; -1: clocksources not visible */
	char rate_sentence[TSCAL_SENTENCE];
	char use_sentence[TSCAL_SENTENCE];
	/** 1: tsc is among the kernel's clocksources; 0: it is not, so the
	 * kernel's own verdict on it is bad; -1: not visible, or too early
	 * after boot. */
	int8_t listed_by_kernel;
	/** 1: hz_lo and hz_hi are within +- target_ppm of hz; 0: they are not,
	 * or there is no rate; -1: no target_ppm, or a survey. */
	int8_t target_met;
	/** Bounds of hz_raw; equal to it where it is exact: with the
	 * clocksources tsc, kvm-clock, xen and hyperv_clocksource_tsc_page,
	 * where the page with the factors can be read.  0 where hz_raw is 0. */
	double hz_raw_lo, hz_raw_hi;
	/** What to do: the rate to convert with, what would verify it, or what
	 * to use instead of the TSC.  It names commands of tscal(1). */
	char advice[TSCAL_SENTENCE];
	/** 1: no difference between the TSCs of the compared CPUs is proven; 0:
	 * one is, which programs can see; -1: not known. */
	int8_t synchronised;
	/** CPUs that were compared, each with the first of those that the
	 * calling thread may run on; 0: none. */
	int32_t cpus_compared;
	/** The CPUs that skew_ns is about; -1: none. */
	int32_t skew_a, skew_b;
	/** Whether the CPUs' TSCs show the same time, in a few words, and why
	 * that is not known. */
	char cpus_sentence[TSCAL_SENTENCE];
};

/** tscal_opts.flags: measure nothing but for 0.1 ms, which
 * identifies a rate. */
#define TSCAL_OPT_NO_MEASURE (UINT32_C(1) << 0)
/** Find out which sources can be asked, and nothing else. */
#define TSCAL_OPT_SURVEY (UINT32_C(1) << 1)
/** Take timers as hardware even where they look emulated. */
#define TSCAL_OPT_ASSUME_METAL (UINT32_C(1) << 2)
/** Measure against the PIT too, where the platform may touch ports.  Without
 * this it is left alone unless neither the HPET nor the ACPI PM timer can be
 * read. */
#define TSCAL_OPT_PIT (UINT32_C(1) << 3)
/** Do not compare the CPUs' TSCs, where the platform can: start no thread. */
#define TSCAL_OPT_NO_SYNC (UINT32_C(1) << 4)
/** Use the TSC although the kernel has rejected it, if each CPU on which the
 * calling thread may run was compared, and no difference is proven: by
 * a platform of probe.h, since the passive one compares none.  The kernel's
 * watchdog rejects good TSCs too, on busy machines.  A clock of clock.h stays
 * on clock_gettime() all the same. */
#define TSCAL_OPT_TRUST_OVER_KERNEL (UINT32_C(1) << 5)

/** What to do.  Start from TSCAL_OPTS_INIT: zero means the default. */
struct tscal_opts {
	/** sizeof(struct tscal_opts), as TSCAL_OPTS_INIT sets it; any other
	 * size is refused. */
	size_t size;
	/** Where to ask; NULL: this machine, passively (CPUID, clocks, a few
	 * files).  See tscal_platform_*() and probe.h. */
	struct tscal_platform *platform;
	/** Only these sources, bits 1 << enum tscal_source, no other bits; 0:
	 * all that need not be named.  A source named here is asked even if it
	 * is one that runs only when named. */
	uint64_t only;
	/** Most time to spend, in milliseconds, 1..60000; 0: 50.  Measuring
	 * keeps within it, but for a timer that does not answer, which is
	 * given up after 2 s, or 0.1 s of a CPU; look-ups are not cut short,
	 * and where CPUID and files are slow, as in a guest, they may take 1 ms
	 * more. */
	uint32_t budget_ms;
	/** Measuring window in milliseconds, 1..60000, and not above the
	 * budget, which is -EINVAL; 0: 10, or the budget if that is less.  It
	 * grows as target_ppm requires. */
	uint32_t window_ms;
	uint32_t flags;	   /**< TSCAL_OPT_*; unknown bits are refused */
	uint32_t reserved; /**< zero; anything else is refused */
	/** The bounds of hz wanted, +- ppm.  If after one window the chosen
	 * source is measured and its bounds are wider, or there is no rate, the
	 * window grows within the budget.  The bounds of any other source do
	 * not depend on the window: if they are wider, target_met is 0.  0: no
	 * target; then, as in the first window of any run, each counter is
	 * measured until its bounds are within 400 ppm, or this if it is more,
	 * which one window reaches unless reads are slow.  Negative values and
	 * NaN are refused. */
	double target_ppm;
};

#define TSCAL_OPTS_INIT                                                        \
	{                                                                      \
		sizeof(struct tscal_opts), NULL, 0, 0, 0, 0, 0, 0              \
	}

/**
 * Calibrate: implementation behind tscal_calibrate(), with the size of the
 * caller's struct, so that struct tscal_info may grow at its end.
 */
TSCAL_API int tscal_calibrate_sized(const struct tscal_opts *opts,
	struct tscal_info *info, size_t info_size);

/**
 * Find the rate of the TSC and judge it.
 *
 * @param opts  NULL for the defaults: passive, 10 ms window.
 * @param info  filled in completely on success, untouched on error.
 * @return 0 also when no rate was found (info->rate is TSCAL_RATE_NONE);
 *         -EINVAL for options out of range or of another size.
 *
 * Passive: opens a few files under /proc and /sys, no device; starts no
 * thread, installs no signal handler, allocates nothing; uses about 100 KB of
 * stack, and 150 KB with a budget of 1200 ms and more.  Sleeps for the window.
 * A platform that opens devices takes more memory, from the heap (-ENOMEM).
 * Thread-safe; not for signal handlers.
 */
TSCAL_INLINE int tscal_calibrate(
	const struct tscal_opts *opts, struct tscal_info *info)
{
	return tscal_calibrate_sized(opts, info, sizeof(*info));
}

/** One line of a report: a source and its status. */
struct tscal_line {
	const char *name; /**< stable: "clock-raw" */
	enum tscal_source id;
	enum tscal_kind kind;
	enum tscal_status status;
	uint32_t roots;	      /**< TSCAL_ROOT_*; 0 when it gave no number */
	double hz;	      /**< 0 when it gave no number */
	double hz_lo, hz_hi;  /**< bounds, 0 when it gave no number */
	double tolerance_ppm; /**< of its reference; negative: none stated */
	double ms;	      /**< time it took; negative: not measured */
	char sentence[TSCAL_SENTENCE];
};

/** Facts about the machine that the verdicts rest on. */
struct tscal_machine {
	char cpu_vendor[13];
	char cpu_brand[49];
	/** Family 0: not known, nor are the other two. */
	uint32_t family, model, stepping;
	/** Current clocksource, and the list; empty when not visible. */
	char clocksource[32];
	char available[512];
	struct tscal_hv hv;
};

/** A fact about the TSC besides its rate, and what it means. */
struct tscal_fact {
	const char *name; /**< stable: "invariant" */
	char value[40];	  /**< in a few words: "yes" */
	char sentence[TSCAL_SENTENCE];
};

/** Everything found out in one run. */
struct tscal_report;

/**
 * Calibrate and keep everything that was found on the way.  Beyond what
 * tscal_calibrate() reads, the evidence of tscal_hv_detect() is, afterwards.
 * @param opts  as for tscal_calibrate().
 * @param out   receives the report, to be freed by tscal_report_free().
 * @return 0, -EINVAL or -ENOMEM.
 */
TSCAL_API int tscal_report_new(
	const struct tscal_opts *opts, struct tscal_report **out);
/** Free a report; NULL is allowed. */
TSCAL_API void tscal_report_free(struct tscal_report *report);
/** The verdicts; valid until the report is freed. */
TSCAL_API const struct tscal_info *tscal_report_info(
	const struct tscal_report *report);
/** The machine; valid until the report is freed. */
TSCAL_API const struct tscal_machine *tscal_report_machine(
	const struct tscal_report *report);
/** Number of lines: one per source the library knows. */
TSCAL_API size_t tscal_report_count(const struct tscal_report *report);
/** Line i in order of preference, or NULL beyond the last. */
TSCAL_API const struct tscal_line *tscal_report_line(
	const struct tscal_report *report, size_t i);

/** Number of facts about the TSC. */
TSCAL_API size_t tscal_report_facts(const struct tscal_report *report);
/** Fact i, or NULL beyond the last; valid until the report is freed. */
TSCAL_API const struct tscal_fact *tscal_report_fact(
	const struct tscal_report *report, size_t i);

struct tscal_conv_meta; /* conv.h */

/**
 * A converter for a clock of this machine, with all that is known of it.
 *
 * Its rate is in ticks per second of that clock, as it runs now: by
 * CLOCK_MONOTONIC_RAW, and by what NTP has set (adjtimex(2)) for the clocks
 * that it steers.  NTP may change that later, by up to 500 ppm.
 * @param report    one that was just made on this machine.
 * @param clock_id  as for tscal_conv_anchor().
 * @param meta      filled in on success, untouched otherwise.
 * @return 0; -EINVAL for the report on a recording; -ERANGE when it has no rate
 *         that a converter takes; an error of tscal_conv_anchor().
 * Thread-safe; reads a file in /proc; not for signal handlers.
 */
TSCAL_API int tscal_report_conv(const struct tscal_report *report, int clock_id,
	struct tscal_conv_meta *meta);

/** Names: never NULL, "?" for a value out of range.  Static strings. */
TSCAL_API const char *tscal_source_str(enum tscal_source source);
TSCAL_API const char *tscal_kind_str(enum tscal_kind kind);
TSCAL_API const char *tscal_status_str(enum tscal_status status);
TSCAL_API const char *tscal_rate_str(enum tscal_rate rate);
TSCAL_API const char *tscal_use_str(enum tscal_use use);
/** Name of the lowest bit in *roots, which is then cleared; NULL when none. */
TSCAL_API const char *tscal_root_next(uint32_t *roots);
/** Name of the lowest bit in *watch, which is then cleared; NULL when none. */
TSCAL_API const char *tscal_watch_next(uint32_t *watch);
/** The source of that name, or TSCAL_SOURCE_NONE. */
TSCAL_API enum tscal_source tscal_source_by_name(const char *name);

/** This machine, asked passively.  Static; needs no free. */
TSCAL_API struct tscal_platform *tscal_platform_passive(void);

/**
 * A platform that passes everything on to another and writes down what is
 * asked and answered, in the format of docs/recording.md.  Bursts have at most
 * 128 samples, recorded and passed on, so bounds are wider than without it.
 * @param inner   the platform to ask; it must outlive this one.
 * @param path    file to create; an existing one is not overwritten.  It is
 *                there once tscal_platform_free() has written all of it.
 * @param redact  leave out what identifies the machine: serial numbers, ids,
 *                and of the kernel's command line all but what is about
 *                clocks.  Without it the file is for its owner alone (0600).
 * @param out     receives the platform, to be freed by tscal_platform_free(),
 *                which also reports whether all was written.
 * @return 0, -EEXIST, another -errno of creating the file, or -ENOMEM.
 * For one thread at a time.
 */
TSCAL_API int tscal_platform_record(struct tscal_platform *inner,
	const char *path, bool redact, struct tscal_platform **out);

/**
 * The same, written to a descriptor: a pipe, a socket, a terminal, a file.
 * @param inner   the platform to ask; it must outlive this one.
 * @param fd      open for writing.  tscal_platform_free() writes all of the
 *                recording from where the descriptor stands, waits as write(2)
 *                does, and leaves it open; until then it stays the caller's and
 *                must stay open.  After an error a part may have been written.
 *                A pipe that nobody reads raises SIGPIPE.
 * @param redact  as above.
 * @param out     receives the platform, to be freed by tscal_platform_free(),
 *                which also reports whether all was written.
 * @return 0, -EBADF for what is not open for writing, or -ENOMEM.
 * For one thread at a time.
 */
TSCAL_API int tscal_platform_record_fd(struct tscal_platform *inner, int fd,
	bool redact, struct tscal_platform **out);

/**
 * A platform that answers from a recording, from `cpuid -r` output or from a
 * text dump of AIDA64 or InstLatX64 (docs/recording.md).  Each burst of samples
 * is given once: calibrate once on each platform.
 * @param path      the file: a regular one, of at most 16 MB.
 * @param out       receives the platform, to be freed by
 *                  tscal_platform_free().
 * @param err       receives one sentence on failure, with the number of the
 *                  line where there is one, and "" on success; cut to
 *                  err_size, and may be NULL if that is 0.
 * @return 0, -EBADMSG for a malformed file, -EISDIR or -EINVAL for what is not
 *         a regular file, another -errno of reading it, or -ENOMEM.
 * For one thread at a time.
 */
TSCAL_API int tscal_platform_replay(const char *path,
	struct tscal_platform **out, char *err, size_t err_size);

/**
 * Free a platform; NULL and the passive one are allowed.
 * @return 0, or -errno when a recording could not be written completely.
 */
TSCAL_API int tscal_platform_free(struct tscal_platform *platform);

#ifdef __cplusplus
}
#endif
#endif /* TSCAL_CALIBRATE_H */
