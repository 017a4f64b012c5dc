/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/**
 * @file sync.h
 * Whether the TSCs of this machine's CPUs show the same time.  In
 * libtscal-probe, not libtscal.
 *
 * Two threads, each on a CPU, write their TSCs to memory and read each other's:
 * a stamp that was read before another one was taken is not above it.  What all
 * these readings allow is the interval of the offset.
 */
#ifndef TSCAL_SYNC_H
#define TSCAL_SYNC_H

#include <tscal/calibrate.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The verdict on a pair of CPUs, and on all of them. */
enum tscal_sync_verdict {
	/** Not known: nothing was compared, or the test ended early, or the two
	 * hardly ever ran at the same time, so that bounds are wider than 10
	 * us.  CPUs that cannot be used do not make it so: see visited. */
	TSCAL_SYNC_UNKNOWN,
	/** No difference is proven: 0 is in the interval of each offset. */
	TSCAL_SYNC_SYNCHRONISED,
	/** A difference is proven that programs can see: a stamp was below one
	 * that had been taken before it. */
	TSCAL_SYNC_SKEWED,
};

/** A CPU that is online, in order of its number. */
struct tscal_sync_cpu {
	int32_t cpu;	 /**< the kernel's number */
	int32_t package; /**< as the kernel numbers them; -1: not known */
	int32_t node;	 /**< NUMA node; -1: not known */
	/** 1: compared with another one; 0: it could not be, or there was no
	 * time. */
	int8_t visited;
};

/** A pair of CPUs that was compared. */
struct tscal_sync_pair {
	int32_t a, b; /**< the kernel's numbers */
	enum tscal_sync_verdict verdict;
	/** The TSC of b less that of a at the same moment, in ns, is between
	 * these.  Where it changed meanwhile: it was.  NaN: not known. */
	double offset_lo_ns, offset_hi_ns;
	/** The most that a stamp was below the largest one that the other CPU
	 * had published before, in ns; 0: none was. */
	double warp_ns;
	uint32_t moved;	 /**< times that the offset changed */
	uint32_t rounds; /**< messages that were read soon after they were sent
			  */
};

/** The answer. */
struct tscal_sync_info {
	enum tscal_sync_verdict verdict;
	/** CPUs of the pair with the largest offset: of those that are skewed,
	 * if there are any, else of those whose offset is known; -1: none. */
	int32_t worst_a, worst_b;
	/** The largest offset that its interval allows, or that a stamp was off
	 * by, in ns; negative: no pair's is known. */
	double worst_ns;
	uint32_t cpus;	  /**< that are online */
	uint32_t visited; /**< of these: that were compared */
	uint32_t pairs;	  /**< that were compared */
	int8_t tsc_aux;	  /**< TSC_AUX held the number of each visited CPU: 1,
			       0; -1: no RDTSCP, or nothing was visited */
	double ms;	  /**< time it took */
	char sentence[TSCAL_SENTENCE]; /**< the verdict in words */
	/** Why package and node are not known; "" if they are. */
	char topology[TSCAL_SENTENCE];
};

/** tscal_sync_opts.flags: compare each CPU with each other one.  The time
 * grows with the square of the number of CPUs. */
#define TSCAL_SYNC_ALL_PAIRS (UINT32_C(1) << 0)

/** What to do.  Start from TSCAL_SYNC_OPTS_INIT: zero means the default. */
struct tscal_sync_opts {
	/** sizeof(struct tscal_sync_opts); any other size is refused. */
	size_t size;
	uint32_t flags; /**< TSCAL_SYNC_*; unknown bits are refused */
	/** Most time to spend, in milliseconds, 1..3600000; 0: 80 for each
	 * pair.  A pair takes about 3 ms where both CPUs are free. */
	uint32_t budget_ms;
	/** Called between pairs, by the thread that called tscal_sync(); NULL:
	 * not.  It must return.  Not 0: end the test; pairs that were not
	 * compared are then missing.  all may grow when a CPU is lost. */
	int (*progress)(void *arg, uint32_t done, uint32_t all);
	void *arg; /**< for progress */
};

#define TSCAL_SYNC_OPTS_INIT                                                   \
	{                                                                      \
		sizeof(struct tscal_sync_opts), 0, 0, NULL, NULL               \
	}

/** All that was found. */
struct tscal_sync_result;

/**
 * Compare the TSCs of the CPUs on which the calling thread may run.
 *
 * Every CPU is compared with the first one, and one CPU of each package and
 * NUMA node with those of the others; beyond as many of these pairs as there
 * are CPUs, with that of the next one only.  So the time grows linearly with
 * the number of CPUs.
 * @param opts  NULL for the defaults.
 * @param out   receives the result, to be freed by tscal_sync_free().
 * @return 0 also when nothing could be compared (the verdict is then
 *         TSCAL_SYNC_UNKNOWN, and the sentence says why); -EINVAL; -ENOMEM.
 *
 * Starts two threads for each pair and waits for them, with all signals
 * blocked in them; they inherit the scheduling of the caller, and keep two CPUs
 * busy meanwhile.  The binding of the calling thread stays as it is, and the
 * thread is not cancelled before the end.  Packages and nodes are read by hwloc
 * in a child process (tscal_platform_probe() says what that means for the
 * program).  Thread-safe; not for signal handlers.
 */
TSCAL_API int tscal_sync(
	const struct tscal_sync_opts *opts, struct tscal_sync_result **out);
/** Free a result; NULL is allowed. */
TSCAL_API void tscal_sync_free(struct tscal_sync_result *result);
/** The answer; valid until the result is freed. */
TSCAL_API const struct tscal_sync_info *tscal_sync_result_info(
	const struct tscal_sync_result *result);
/** Pair i in the order in which they were compared, or NULL beyond the last. */
TSCAL_API const struct tscal_sync_pair *tscal_sync_result_pair(
	const struct tscal_sync_result *result, size_t i);
/** CPU i of those that are online, or NULL beyond the last. */
TSCAL_API const struct tscal_sync_cpu *tscal_sync_result_cpu(
	const struct tscal_sync_result *result, size_t i);
/** "unknown", "synchronised", "skewed"; "?" for a value out of range. */
TSCAL_API const char *tscal_sync_verdict_str(enum tscal_sync_verdict verdict);

#ifdef __cplusplus
}
#endif
#endif /* TSCAL_SYNC_H */
