/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/**
 * @file clock.h
 * A clock: what clock_gettime() would return, at about the cost of one RDTSC.
 *
 * A page holds short straight lines, "segments", from TSC values to
 * nanoseconds.  Each is published before it begins, begins where the one before
 * it ends, with the same value, and is never changed: what a TSC value means is
 * fixed before it can be read, so readings never step back, however long the
 * updater or a reader is delayed.  Each ends soon: without updates (a dead
 * thread, a fork, a suspended machine) readings come from clock_gettime().
 *
 *     static struct tscal_clock clk;
 *     int on = tscal_clock_init(&clk, CLOCK_MONOTONIC, NULL, NULL);
 *     ...
 *     tscal_clock_thread_start(&clk, NULL);    // or tscal_clock_update(&clk)
 *     ...                                      // at least every 100 ms
 *     int64_t ns = tscal_now(&clk);
 *
 * docs/clock.md has the rules and their reasons.
 *
 * Unless stated otherwise, a function allocates nothing, waits for no lock,
 * and may be called by any thread, of any clock that no other thread sets up or
 * ends meanwhile.  Those that return an int return -EINVAL for a pointer
 * that must not be NULL.
 */
#ifndef TSCAL_CLOCK_H
#define TSCAL_CLOCK_H

#include <pthread.h>
#include <time.h>

#include <tscal/calibrate.h>
#include <tscal/clock_page.h>
#include <tscal/conv.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A clock.  All zero, as static storage is, it reads CLOCK_MONOTONIC by
 * clock_gettime(), so that it may be read before tscal_clock_init().  It must
 * stay where it is: do not copy it, nor share its memory with another process;
 * pages can be shared (tscal_clock_opts.page).
 */
struct tscal_clock {
	const struct tscal_clock_page *page; /* NULL: clock_gettime() */
	int32_t clock_id;
	int32_t mode;
	uint64_t private_[238];
	struct tscal_clock_page own;
};

/** What a clock runs on: what tscal_clock_init() returns, if not -errno. */
enum tscal_clock_on {
	TSCAL_CLOCK_ON_TSC,    /**< the TSC */
	TSCAL_CLOCK_ON_SYSTEM, /**< clock_gettime(): tscal_clock_why() */
};

/** "tsc", "system"; "?" for a value out of range.  Static strings. */
TSCAL_API const char *tscal_clock_on_str(enum tscal_clock_on on);

/** tscal_clock_opts.flags: CLOCK_REALTIME does not follow the kernel's steps
 * backward of up to a minute: they are worked off at 500 ppm. */
#define TSCAL_CLOCK_SLEW (UINT32_C(1) << 0)
/** Run on clock_gettime(), as with TSCAL_CLOCK=system in the environment. */
#define TSCAL_CLOCK_SYSTEM (UINT32_C(1) << 1)

/** How to set up a clock.  Start from TSCAL_CLOCK_OPTS_INIT. */
struct tscal_clock_opts {
	/** sizeof(struct tscal_clock_opts), as TSCAL_CLOCK_OPTS_INIT sets it;
	 * any other size is refused. */
	size_t size;
	/** Where to ask; NULL: this machine, passively.  It must outlive the
	 * clock. */
	struct tscal_platform *platform;
	/** Time between updates in milliseconds, 10..10000; 0: 100.  A program
	 * that calls tscal_clock_update() itself, and less often, must set it:
	 * the lease is 2.5 of it. */
	uint32_t interval_ms;
	uint32_t flags; /**< TSCAL_CLOCK_*; unknown bits are refused */
	/** How fast the clock that is followed may change its rate unseen, in
	 * ppm, up to 1000: what the bounds grow by.  0: 0.1 for
	 * CLOCK_MONOTONIC_RAW where the kernel runs on the TSC, 50 where it
	 * does not, 1 for the others. */
	double drift_ppm;
	/** Where its page is to be, for others to attach: memory that they map
	 * too, aligned to 64 bytes, such as that of tscal_clock_page_new().  It
	 * must stay until tscal_clock_fini().  One clock at a time writes it:
	 * the one that is set up takes it over, and the one before must have
	 * ended.  NULL: in the clock. */
	void *page;
	size_t page_size; /**< of page; sizeof(struct tscal_clock_page) or more
			   */
	/** Called with the events of each update that found some (enum
	 * tscal_event), by the thread that made it, after it is done.  It may
	 * read the clock, but not stop its thread, set it up or end it.
	 * NULL: nothing is called. */
	void (*on_event)(void *arg, uint32_t events);
	void *event_arg; /**< passed to on_event */
};

#define TSCAL_CLOCK_OPTS_INIT                                                  \
	{                                                                      \
		sizeof(struct tscal_clock_opts), NULL, 0, 0, 0, NULL, 0, NULL, \
			NULL                                                   \
	}

/** Implementation behind tscal_clock_init(), with the sizes of the caller's
 * structs. */
TSCAL_API int tscal_clock_init_sized(struct tscal_clock *clk, size_t clk_size,
	int clock_id, const struct tscal_clock_opts *opts,
	struct tscal_info *info, size_t info_size);

/**
 * Set up a clock: calibrate (10 ms), judge, anchor.
 * @param clk       overwritten; on error it reads clock_id by clock_gettime().
 * @param clock_id  CLOCK_MONOTONIC, _RAW, _BOOTTIME, _REALTIME, _TAI, or a
 *                  dynamic clock (clock_gettime(2)) such as a PTP device.
 * @param opts      NULL for the defaults.
 * @param info      receives the calibration; may be NULL.
 * @return enum tscal_clock_on, or an error:
 * @retval -EINVAL   options out of range, or a clock that does not exist
 * @retval -EAGAIN   CLOCK_TAI while the kernel does not know the offset of TAI
 * @retval -EBUSY    its thread runs
 * @retval -EEXIST   the page in the options is another clock's, or of another
 *                   time namespace
 * @retval -EPROTO   it is of another version of tscal
 * @retval -ENODATA  it was used before, and the boot id cannot be read
 *
 * or -errno of clock_gettime().  15 ms, most of it asleep, unless the thread is
 * descheduled; the same where the caller or the environment asks for the
 * system's clock, since info is filled in there too.  No thread, no device.
 * As tscal_calibrate() it takes about 100 KB of stack.  Not for signal
 * handlers; one thread at a time.  Earlier readings of clk are of another
 * generation.
 */
TSCAL_INLINE int tscal_clock_init(struct tscal_clock *clk, int clock_id,
	const struct tscal_clock_opts *opts, struct tscal_info *info)
{
	return tscal_clock_init_sized(
		clk, sizeof(*clk), clock_id, opts, info, sizeof(*info));
}

/**
 * The reading where the segment in use is not valid: by the next one, else by
 * clock_gettime(), which is counted.
 * @param tsc  read before; 0: it was not.
 */
TSCAL_API int64_t tscal_clock_slow(const struct tscal_clock *clk, uint64_t tsc);

/* No part of the API: a reading, with an ordered RDTSC or a plain one. */
TSCAL_INLINE int64_t tscal_clock_read_(
	const struct tscal_clock *clk, int ordered)
{
	const struct tscal_clock_page *page = __atomic_load_n(
		&clk->page, __ATOMIC_ACQUIRE);
	const struct tscal_segment *s;
	uint64_t tsc = 0;
	uint32_t number;
	int64_t ns;

	if (__builtin_expect(page != NULL, 1)) {
		number = (uint32_t)__atomic_load_n(
			&page->latch, __ATOMIC_ACQUIRE);
		/* A number is an offset: ring[0] is at the end of the header,
		 * as long as a segment, that the page begins with. */
		s = (const struct tscal_segment *)(const void
				*)((const char *)page +
				   (number & TSCAL_SEGMENT_MASK_));
		tsc = ordered ? tscal_rdtsc_ordered() : tscal_rdtsc();
		if (__builtin_expect(
			    tscal_clock_at_(s + 1, number, tsc, &ns), 1))
			return ns;
	}
	return tscal_clock_slow(clk, tsc);
}

/**
 * The time, in nanoseconds of the clock that is followed.
 *
 * Never less than an earlier reading of the same thread in the same
 * tscal_clock_generation(), unless the clock runs on clock_gettime() altogether
 * (TSCAL_CLOCK_ON_SYSTEM), whose CLOCK_REALTIME may be set, or the TSC itself
 * steps back, until the next update notices.  clk must not be NULL.  As RDTSC
 * it is not ordered with the instructions around it.  Any thread, signal
 * handlers, forked children; no lock, never waits; a system call only where
 * clock_gettime() would make one and no segment is valid.  INT64_MIN if
 * clock_gettime() fails.
 */
TSCAL_INLINE int64_t tscal_now(const struct tscal_clock *clk)
{
	return tscal_clock_read_(clk, 0);
}

/** The same, read after all earlier instructions have completed
 * (tscal_rdtsc_ordered()). */
TSCAL_INLINE int64_t tscal_now_ordered(const struct tscal_clock *clk)
{
	return tscal_clock_read_(clk, 1);
}

/**
 * What tscal_clock_update() noticed, as bits.
 * Those in TSCAL_EVENT_BREAKS change the generation, and the TSC is left until
 * two updates in a row, a quarter of interval_ms or more apart, find the same
 * rate.
 */
enum tscal_event {
	/** "lapse": no update in time; readings were clock_gettime()'s. */
	TSCAL_EVENT_LAPSE = 1 << 0,
	/** "bound": the clock was further off than its bound. */
	TSCAL_EVENT_BOUND = 1 << 1,
	/** "slewing": the clock was set back, which is being worked off
	 * (TSCAL_CLOCK_SLEW). */
	TSCAL_EVENT_SLEWING = 1 << 2,
	/** "resumed": on the TSC again. */
	TSCAL_EVENT_RESUMED = 1 << 3,
	/** "rate": the clock runs over 500 ppm faster or slower than before. */
	TSCAL_EVENT_RATE = 1 << 4,
	/** "suspend": the machine was suspended. */
	TSCAL_EVENT_SUSPEND = 1 << 5,
	/** "set": the clock was set. */
	TSCAL_EVENT_SET = 1 << 6,
	/** "jump": the TSC jumped. */
	TSCAL_EVENT_JUMP = 1 << 7,
	/** "clocksource": the kernel uses another one. */
	TSCAL_EVENT_CLOCKSOURCE = 1 << 8,
	/** "moved": the hypervisor reports another TSC. */
	TSCAL_EVENT_MOVED = 1 << 9,
	/** "forked": in the child, at the first update of its copy. */
	TSCAL_EVENT_FORKED = 1 << 10,
	/** "taken": another clock was set up in the page of this one
	 * (tscal_clock_opts.page), which runs on clock_gettime() from now on,
	 * in another generation. */
	TSCAL_EVENT_TAKEN = 1 << 11,

	TSCAL_EVENT_BREAKS = 0x7f0
};
/** Name of the lowest bit in *events, which is then cleared; NULL when none.
 * Signal handlers too.  Static strings. */
TSCAL_API const char *tscal_event_next(uint32_t *events);

/**
 * Read the clock that is followed, and publish the next segment.
 *
 * To be called every interval_ms or more often, if not by the thread below.
 * @return enum tscal_event bits: 0 also where the clock runs on
 *         clock_gettime(); -EBUSY while another thread updates, or in a signal
 *         handler that interrupted an update; -ENODATA for a clock that was
 *         never set up; -EPERM for one that is attached; -errno of reading the
 *         clock that is followed.
 *
 * Some microseconds; no system call for the clocks that the vDSO
 * reads, adjtimex(2) for CLOCK_REALTIME and CLOCK_TAI, and once a second a file
 * of sysfs.  With an event of TSCAL_EVENT_BREAKS that file too, and the vDSO's
 * data pages.  Not for signal handlers.
 */
TSCAL_API int tscal_clock_update(struct tscal_clock *clk);

/** Compare with the clock that is followed, and change nothing: does the
 * calibration still hold, and what has changed?
 * @return as tscal_clock_update(): what it would notice.  As long as that.  Of
 *         an attached clock 0, or TSCAL_EVENT_LAPSE: its owner does not update.
 *         If the owner made another page, attach that one. */
TSCAL_API int tscal_clock_check(struct tscal_clock *clk);

/**
 * Start a thread that updates the clock.
 * @param attr  as for pthread_create(): an affinity, a priority; NULL: the
 *              calling thread's.
 * @return 0, also where the clock runs on clock_gettime() and needs none;
 *         -EALREADY; -EINVAL for a detached thread, which could not be waited
 *         for; -ENODATA for a clock that was never set up; -EPERM for one that
 *         is attached; -errno of pthread_create().
 * All signals are blocked in it.  After a fork the child has none, and may
 * start its own.  What its updates notice is counted in tscal_clock_stats(),
 * changes tscal_clock_generation() for readers, and is passed to
 * tscal_clock_opts.on_event.
 */
TSCAL_API int tscal_clock_thread_start(
	struct tscal_clock *clk, const pthread_attr_t *attr);
/** Stop it and wait for its end.
 * @return 0, also where the clock runs on clock_gettime(); -ESRCH when there is
 *         none in this process, -EPERM for a clock that is attached. */
TSCAL_API int tscal_clock_thread_stop(struct tscal_clock *clk);

/**
 * Convert a TSC value read earlier by the segment that was valid then.
 * @param ns      receives the time.
 * @param err_ns  receives how far off that may be; may be NULL.
 * @return 0; -ERANGE for a value before the oldest segment kept, after the end
 *         of the newest, or where no segment was valid; -ENODATA where the
 *         clock does not run on the TSC; -EAGAIN if segments changed too fast.
 * Signal handlers, any thread; no lock, no system call.
 */
TSCAL_API int tscal_clock_stamp(const struct tscal_clock *clk, uint64_t tsc,
	int64_t *ns, int64_t *err_ns);

/** By what an interval was found. */
enum tscal_reading {
	TSCAL_READING_TSC,     /**< a segment */
	TSCAL_READING_DOUBTED, /**< a segment, after an update that found the
				* clock outside its bound, or while a step back
				* is being worked off */
	TSCAL_READING_SYSTEM,  /**< clock_gettime() */
};

/** "tsc", "doubted", "system"; "?" for a value out of range.  Static strings.
 */
TSCAL_API const char *tscal_reading_str(enum tscal_reading reading);

/** Between which times it is. */
struct tscal_interval {
	int64_t earliest_ns, latest_ns; /**< of the clock that is followed */
	/** How far the middle of the two may be from UTC (CLOCK_REALTIME),
	 * or from TAI (CLOCK_TAI), by adjtimex(2); negative: not
	 * known, as always with TSCAL_READING_SYSTEM. */
	int64_t utc_err_ns;
	enum tscal_reading reading;
	uint32_t generation; /**< before and after, unless it changes often */
};

/** The time with its bound.  0, or -errno of clock_gettime().
 * As tscal_now(): any thread, signal handlers, never waits. */
TSCAL_API int tscal_clock_interval(
	const struct tscal_clock *clk, struct tscal_interval *interval);

/** Changes with every event that lets readings step back.  Readings with the
 * same generation before and after belong together.  0 for a clock that was
 * never set up.  Signal handlers too. */
TSCAL_API uint32_t tscal_clock_generation(const struct tscal_clock *clk);

/** The segment valid now, as a converter: for a trace file, or a program that
 * needs no more.  0, or -ENODATA when none is valid.  Reads a file in /proc;
 * not for signal handlers. */
TSCAL_API int tscal_clock_conv(
	const struct tscal_clock *clk, struct tscal_conv_meta *meta);

/** As clock_gettime(), by tscal_now().  0, or -errno of clock_gettime().
 * Signal handlers too. */
TSCAL_API int tscal_clock_gettime(
	const struct tscal_clock *clk, struct timespec *ts);

/** Leave the TSC for good: readings come from clock_gettime().
 * @param why  what tscal_clock_why() returns from then on; copied, cut; NULL or
 * "": a sentence of the library's.
 * @return 0, -EBUSY while another thread updates, -ENODATA for a clock that was
 *         never set up, -EPERM for one that is attached. */
TSCAL_API int tscal_clock_disable(struct tscal_clock *clk, const char *why);

/** Why the clock does not run on the TSC; "" when it does.  Valid until the
 * clock is set up again.  Signal handlers too. */
TSCAL_API const char *tscal_clock_why(const struct tscal_clock *clk);

/** Stop the clock at ns, for the tests of programs that use it; call it again
 * for another time.  Ends with tscal_clock_init(), _disable() or _fini().
 * @return 0, -EBUSY while another thread updates, -EPERM for a clock that is
 *         attached. */
TSCAL_API int tscal_clock_mock(struct tscal_clock *clk, int64_t ns);

/** What has happened to a clock, in this process. */
struct tscal_stats {
	uint64_t slow;	    /**< readings by clock_gettime() */
	uint64_t updates;   /**< that read the clock followed */
	uint64_t published; /**< updates that published segments */
	uint64_t breaks;    /**< updates that left the TSC */
	uint64_t lapses;    /**< updates that came after the lease had ended */
	uint64_t bound;	    /**< updates that found it outside its bound */
	int64_t worst_ns;   /**< the furthest an update found it off */
	/** TSC ticks per second of the clock followed, by the newest segment;
	 * 0: there is none. */
	double rate_hz;
};

/** Implementation behind tscal_clock_stats(). */
TSCAL_API int tscal_clock_stats_sized(
	const struct tscal_clock *clk, struct tscal_stats *stats, size_t size);

/** What has happened so far.  0.  Any thread, signal handlers. */
TSCAL_INLINE int tscal_clock_stats(
	const struct tscal_clock *clk, struct tscal_stats *stats)
{
	return tscal_clock_stats_sized(clk, stats, sizeof(*stats));
}

/** Stop the thread, if there is one, and wait for its end.  The clock reads
 * clock_gettime() from then on, and its memory may be freed when no thread
 * reads it. */
TSCAL_API void tscal_clock_fini(struct tscal_clock *clk);

#ifdef __cplusplus
}
#endif
#endif /* TSCAL_CLOCK_H */
