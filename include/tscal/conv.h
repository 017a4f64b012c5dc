/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/**
 * @file conv.h
 * Reading the TSC, and turning its ticks into nanoseconds and back.
 *
 * The inline functions need no library, make no call and keep no state: they
 * are safe in signal handlers and from any thread, allocate nothing, take no
 * lock and make no system call.  libtscal exports them too, for callers that
 * cannot use C inlines.
 *
 * The rest, at the end, is in libtscal: whole arrays at once, and a converter
 * with what it does not carry itself (which clock, how far off, which boot).
 */
#ifndef TSCAL_CONV_H
#define TSCAL_CONV_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#if !defined(__x86_64__)
#error "tscal reads the x86-64 time-stamp counter"
#endif

#ifndef TSCAL_API
#define TSCAL_API
#endif

/*
 * C99 inline: libtscal holds the one external definition of each function.
 * Always inlined, so that this header needs no library even without
 * optimisation.  In gnu89 (GCC manual, "An Inline Function is As Fast As a
 * Macro") a plain "inline" would define it in every file, and "extern inline"
 * is what "inline" means in C99.
 */
#if defined(__GNUC_GNU_INLINE__) && !defined(__cplusplus)
#define TSCAL_INLINE                                                           \
	TSCAL_API extern inline                                                \
		__attribute__((__gnu_inline__, __always_inline__))
#else
#define TSCAL_INLINE TSCAL_API inline __attribute__((__always_inline__))
#endif

#ifdef __cplusplus
extern "C" {
#endif

__extension__ typedef __int128 tscal_i128;
__extension__ typedef unsigned __int128 tscal_u128;

/** Rates a converter accepts, in Hz: above the first, up to the second. */
#define TSCAL_CONV_HZ_ABOVE 250e6
#define TSCAL_CONV_HZ_MAX 20e9

/**
 * A frozen conversion between TSC ticks and nanoseconds.
 *
 * Plain data: copy it, keep it in shared memory, pass it by value.  It does
 * not store which clock the nanoseconds belong to: the caller that chose the
 * epochs knows.
 */
struct tscal_conv {
	int64_t mult;	    /**< round(10^9 * 2^61 / hz): ns per 2^61 ticks */
	uint64_t tsc_epoch; /**< the TSC value ... */
	int64_t ns_epoch;   /**< ... that means this many nanoseconds */
	double tsc_hz;	    /**< ticks per second, as given to init */
};

/**
 * Read the TSC, in ticks.  Not ordered with the instructions around it: the
 * processor may execute it earlier or later than its place in the program
 * (Intel SDM vol. 2B, RDTSC).  The cheapest read.
 */
TSCAL_INLINE uint64_t tscal_rdtsc(void)
{
	uint32_t lo, hi;

	__asm__ __volatile__("rdtsc" : "=a"(lo), "=d"(hi));
	return ((uint64_t)hi << 32) | lo;
}

/**
 * Read the TSC, in ticks, after all earlier instructions have completed and
 * all earlier loads are globally visible: LFENCE before RDTSC (Intel SDM
 * vol. 2B, RDTSC; AMD64 APM vol. 3, RDTSC).  Later instructions may start
 * before the read.
 */
TSCAL_INLINE uint64_t tscal_rdtsc_ordered(void)
{
	uint32_t lo, hi;

	__asm__ __volatile__("lfence\n\trdtsc"
			     : "=a"(lo), "=d"(hi)
			     :
			     : "memory");
	return ((uint64_t)hi << 32) | lo;
}

/**
 * Read the TSC, in ticks, and TSC_AUX, which Linux fills with
 * (NUMA node << 12) | CPU number.  Waits for earlier instructions as
 * tscal_rdtsc_ordered() does (Intel SDM vol. 2B, RDTSCP).  Raises #UD, which
 * is SIGILL, on a CPU without RDTSCP: CPUID.80000001H:EDX[27] is clear.
 * @param aux  receives TSC_AUX; must not be NULL.
 */
TSCAL_INLINE uint64_t tscal_rdtscp(uint32_t *aux)
{
	uint32_t lo, hi;

	__asm__ __volatile__("rdtscp"
			     : "=a"(lo), "=d"(hi), "=c"(*aux)
			     :
			     : "memory");
	return ((uint64_t)hi << 32) | lo;
}

/**
 * Open a timed region: all earlier instructions have completed, and nothing of
 * the region starts before the read (LFENCE; RDTSC; LFENCE).
 */
TSCAL_INLINE uint64_t tscal_rdtsc_begin(void)
{
	uint32_t lo, hi;

	__asm__ __volatile__("lfence\n\trdtsc\n\tlfence"
			     : "=a"(lo), "=d"(hi)
			     :
			     : "memory");
	return ((uint64_t)hi << 32) | lo;
}

/**
 * Close a timed region: the region has completed, and nothing after starts
 * before the read (RDTSCP; LFENCE).  Needs RDTSCP, as tscal_rdtscp() does.
 */
TSCAL_INLINE uint64_t tscal_rdtsc_end(void)
{
	uint32_t lo, hi, aux;

	__asm__ __volatile__("rdtscp\n\tlfence"
			     : "=a"(lo), "=d"(hi), "=c"(aux)
			     :
			     : "memory");
	return ((uint64_t)hi << 32) | lo;
}

/*
 * No part of the API.  hz in units of 2^-25 Hz: exact for every double a
 * converter accepts, because above 2^27 Hz the last bit of a double weighs
 * 2^-25 or more.  Below 2^60.  A macro, because an inline function of external
 * linkage may call no static one (C11 6.7.4).
 */
#define TSCAL_HZ_Q25_(hz) ((int64_t)((hz)*33554432.0))

/**
 * Set up a conversion.
 * @param conv       filled in on success, untouched otherwise.
 * @param hz         ticks per second, above 250 MHz and up to 20 GHz.
 * @param tsc_epoch  the TSC value that means ...
 * @param ns_epoch   ... this many nanoseconds.
 * @return 0, or -ERANGE when hz is outside the range or not a number.
 */
TSCAL_INLINE int tscal_conv_init(struct tscal_conv *conv, double hz,
	uint64_t tsc_epoch, int64_t ns_epoch)
{
	tscal_u128 q;

	/* Comparing with a NaN by > raises FE_INVALID; these do not. */
	if (!__builtin_isgreater(hz, TSCAL_CONV_HZ_ABOVE) ||
		!__builtin_islessequal(hz, TSCAL_CONV_HZ_MAX))
		return -ERANGE;
	q = (tscal_u128)TSCAL_HZ_Q25_(hz);
	/* 10^9 * 2^61 * 2^25 < 2^116: one exact division, rounded once. */
	conv->mult = (int64_t)((((tscal_u128)1000000000 << 86) + q / 2) / q);
	conv->tsc_epoch = tsc_epoch;
	conv->ns_epoch = ns_epoch;
	conv->tsc_hz = hz;
	return 0;
}

/**
 * Convert a number of ticks, of either sign, to nanoseconds.
 *
 * Within 1 ns of floor(ticks * 10^9 / hz) for |ticks| < 2^60 (12 years at
 * 3 GHz).  Beyond that the top bits of ticks are lost and the answer is
 * meaningless, but defined.
 */
TSCAL_INLINE int64_t tscal_ticks_to_ns(
	const struct tscal_conv *conv, int64_t ticks)
{
	int64_t t8 = (int64_t)((uint64_t)ticks << 3);

	return (int64_t)(((tscal_i128)t8 * conv->mult) >> 64);
}

/**
 * Convert nanoseconds, of either sign, to ticks: floor(ns * hz / 10^9),
 * exactly, for every ns whose answer fits.  Costs a 128-bit division.
 */
TSCAL_INLINE int64_t tscal_ns_to_ticks(
	const struct tscal_conv *conv, int64_t ns)
{
	/* |ns| < 2^63, hz * 2^25 < 2^60: the product stays below 2^123. */
	tscal_i128 n = (tscal_i128)ns * TSCAL_HZ_Q25_(conv->tsc_hz);
	tscal_i128 d = (tscal_i128)1000000000 << 25;

	/* C rounds to zero: one less for a negative remainder is the floor. */
	return (int64_t)(n / d - (n % d < 0));
}

/** Convert a TSC value to nanoseconds since the clock's zero. */
TSCAL_INLINE int64_t tscal_tsc_to_ns(
	const struct tscal_conv *conv, uint64_t tsc)
{
	int64_t ns = tscal_ticks_to_ns(conv, (int64_t)(tsc - conv->tsc_epoch));

	return (int64_t)((uint64_t)conv->ns_epoch + (uint64_t)ns);
}

/**
 * The last TSC value that, by the exact rate, is not after ns: the deadline to
 * spin for, as a value of tscal_rdtsc().
 *
 * Up to 2^60 ticks from the epoch: tscal_tsc_to_ns() of it is ns or earlier, by
 * less than a tick and 2 ns; but as mult is rounded, tscal_tsc_to_ns() reaches
 * ns up to 0.25 ns earlier or later than the exact rate does, which is 5 ticks
 * at 20 GHz.
 */
TSCAL_INLINE uint64_t tscal_ns_to_tsc(const struct tscal_conv *conv, int64_t ns)
{
	uint64_t d = (uint64_t)ns - (uint64_t)conv->ns_epoch;

	return conv->tsc_epoch + (uint64_t)tscal_ns_to_ticks(conv, (int64_t)d);
}

/**
 * Convert an array of TSC values: ns[i] = tscal_tsc_to_ns(conv, tsc[i]).
 * Both may have any alignment; ns may be the same address as tsc (in place),
 * but may not overlap it otherwise.  n may be 0.  Beyond the size of the caches
 * it writes past them, as memcpy() does.
 * In libtscal.  Safe in signal handlers, thread-safe, allocates nothing.
 */
TSCAL_API void tscal_tsc_to_ns_n(const struct tscal_conv *conv,
	const uint64_t *tsc, int64_t *ns, size_t n);

/**
 * Anchor a converter to a clock: afterwards tscal_tsc_to_ns() gives its time,
 * as long as the rate that the converter was set up with holds.
 *
 * The TSC is read before and after the clock, up to 12 times within 20 us and
 * the time of one more read.  The result is what all these readings allow
 * together, if the rate is right to 0.1 %.
 * @param conv      set up by tscal_conv_init(); its epochs are set on success,
 *                  and it is untouched otherwise.
 * @param clock_id  what clock_gettime(2) takes: CLOCK_REALTIME, _MONOTONIC,
 *                  _MONOTONIC_RAW, _BOOTTIME, _TAI, or a dynamic POSIX clock
 *                  such as that of an open /dev/ptpN.
 * @param err_ns    receives how far ns_epoch may be from the clock at
 *                  tsc_epoch, in ns to either side, 10 ms for a coarse clock;
 *                  may be NULL.
 * @return 0; -ERANGE when conv was not set up; -EPERM where RDTSC is disabled
 *         (prctl(2), PR_SET_TSC); -EINVAL for a clock of CPU time; -errno of
 *         clock_gettime(2): -EINVAL for a clock that this kernel does not have.
 *
 * In libtscal.  Thread-safe, allocates nothing, takes no lock.  Safe in signal
 * handlers.  Makes system calls where the vDSO does not serve the clock.
 */
TSCAL_API int tscal_conv_anchor(
	struct tscal_conv *conv, int clock_id, int64_t *err_ns);

/** tscal_conv_meta.clock_id: the nanoseconds belong to no clock of Linux. */
#define TSCAL_CLOCK_ID_NONE (-1)

/**
 * A converter and the facts that it does not store: enough to convert stamps in
 * another process, on another machine, or years later, and to know how far off
 * they may be.  tscal_report_conv() fills it in.  By hand: zero it, then set
 * conv, clock_id (0 is CLOCK_REALTIME) and err_ns (-1: not known) at least.
 */
struct tscal_conv_meta {
	struct tscal_conv conv;
	/** Bounds of conv.tsc_hz, in ticks per second of the clock at the time
	 * it was made: 134217728 Hz (2^27) to 34359738368 Hz (2^35), and not
	 * beyond conv.tsc_hz; both 0: not known. */
	double hz_lo, hz_hi;
	/** Name of the source of the rate, as tscal_source_str() has it; "":
	 * not known. */
	char source[16];
	/** Which clock ns_epoch is of: CLOCK_*, or TSCAL_CLOCK_ID_NONE. */
	int32_t clock_id;
	/** Generation of the clock it was taken from; 0: of none. */
	uint32_t generation;
	/** How far ns_epoch may be from that clock at tsc_epoch, in ns;
	 * negative: not known. */
	int64_t err_ns;
	/** CLOCK_REALTIME when it was made, in ns; 0 or less: not known. */
	int64_t made_ns;
	/** /proc/sys/kernel/random/boot_id, in which the TSC values have a
	 * meaning; "": not known. */
	char boot_id[37];
};

/** Room for the line of tscal_conv_format(), NUL included. */
#define TSCAL_CONV_LINE 401

/**
 * Write a converter as one line of text, without a newline:
 *
 *     tscal-conv/1 hz=2445421966.123046875 lo=2445421965.5 hi=2445421966.75
 *     source=clock-raw tsc=81985529216486895 ns=1234567890 clock=monotonic
 *     generation=3 err_ns=14 made=1700000000000000000 boot=6d3f4c1a-...
 *     sum=9f0c2b71
 *
 * (on one line, of printable ASCII).  docs/converting.md has the format.
 * tscal_conv_parse() gives exactly the same back; what is not known, as -1 for
 * err_ns and 0 for made_ns.
 * @return the length, below TSCAL_CONV_LINE; -ENOSPC if size is too small;
 *         -EINVAL for a converter that cannot be written as a line: a rate out
 * of range, bounds that do not hold it, a clock without a name (a dynamic one),
 * a source or boot_id of another form.
 *
 * In libtscal.  Thread-safe, safe in signal handlers, allocates nothing; does
 * not depend on the locale.
 */
TSCAL_API int tscal_conv_format(
	const struct tscal_conv_meta *meta, char *line, size_t size);

/**
 * Read such a line; one newline at its end is allowed.
 * @param line      text that ends in NUL.
 * @param meta      filled in on success, untouched otherwise.
 * @param why       receives a sentence on failure and "" on success, cut to
 *                  why_size; may be NULL if that is 0.
 * @return 0, or -EBADMSG: another version, cut short, a field that is missing,
 *         out of order or out of range, a checksum that does not fit.
 *
 * In libtscal.  Thread-safe, allocates nothing; does not depend on the locale.
 */
TSCAL_API int tscal_conv_parse(const char *line, struct tscal_conv_meta *meta,
	char *why, size_t why_size);

/** "monotonic", "raw", "boottime", "realtime", "tai", "none"; NULL for other
 * clocks.  Static strings.  In libtscal. */
TSCAL_API const char *tscal_clock_id_str(int clock_id);

/** The clock of such a name, TSCAL_CLOCK_ID_NONE for "none"; -2 for other
 * names.  In libtscal. */
TSCAL_API int tscal_clock_id_by_name(const char *name);

#ifdef __cplusplus
}
#endif
#endif /* TSCAL_CONV_H */
