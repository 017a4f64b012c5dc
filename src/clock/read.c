/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Reading a clock: what is not inline. */
#include <errno.h>
#include <string.h>

#include "clock/state.h"

/* How long a reading may stand still at what was said before. */
#define HOLD_NS 10000000
/* Each time another segment was published meanwhile, which is rare once. */
#define TRIES 4

static struct tscal_platform *platform(const struct clock_state *st)
{
	return st->plat ? st->plat : tscal_platform_passive();
}

static int clock_id(const struct tscal_clock *clk)
{
	return clock_mode(clk) == CLOCK_MODE_NONE ? CLOCK_MONOTONIC
						  : clk->clock_id;
}

/* No reading was above it, by what the page says; *over: its newest segment has
 * ended. */
static int64_t highest(const struct tscal_clock_page *page, uint64_t latch,
	uint64_t tsc, bool *over)
{
	struct tscal_segment newest;

	*over = false;
	if (latch & PAGE_REVOKED ||
		!page_segment(page, page_newest(latch), &newest) ||
		(int64_t)(tsc - segment_end(&newest)) < 0)
		return __atomic_load_n(&page->floor_ns, __ATOMIC_ACQUIRE);
	*over = true;
	return segment_ns(&newest, segment_end(&newest));
}

/* Readings step back, and the generation says so. */
static void step_back(struct clock_state *st)
{
	__atomic_fetch_add(&st->joined, 1, __ATOMIC_SEQ_CST);
}

/* Not below what a segment said, while that is soon passed; else readings step
 * back, once for each lapse. */
static int64_t not_below_floor(
	struct clock_state *st, uint64_t latch, int64_t ns, int64_t floor_ns)
{
	int64_t up = (int64_t)((uint64_t)floor_ns - (uint64_t)ns);

	if (floor_ns <= ns)
		return ns;
	if (up > 0 && up <= HOLD_NS)
		return floor_ns;
	/* A page that was revoked has another generation already. */
	latch |= PAGE_CLOSED;
	if (!(latch & PAGE_REVOKED) && __atomic_exchange_n(&st->stepped, latch,
					       __ATOMIC_SEQ_CST) != latch)
		step_back(st);
	return ns;
}

/*
 * Nor below what clock_gettime() said before, by the same rule: CLOCK_REALTIME
 * may be set meanwhile.  Another thread's reading may be ahead of this one by
 * what they were held up, which is no step.
 */
static int64_t not_below_slow(struct clock_state *st, int64_t ns)
{
	int64_t highest = __atomic_load_n(&st->highest_slow, __ATOMIC_SEQ_CST);

	for (int i = 0; i < TRIES; i++) {
		bool back = ns < highest;

		if (back && (uint64_t)highest - (uint64_t)ns <= HOLD_NS)
			return highest;
		if (!__atomic_compare_exchange_n(&st->highest_slow, &highest,
			    ns, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			continue;
		if (back)
			step_back(st);
		return ns;
	}
	return ns > highest ? ns : highest;
}

/*
 * The newest segment has ended: see that none goes on from it any more.  In a
 * page of ours its latch says so to whoever updates.  Another process's cannot
 * be written; its reader leaves it until it is back in time.
 */
static bool close_page(
	const struct tscal_clock *clk, struct clock_state *st, uint64_t latch)
{
	if (st->page)
		return page_close(st->page, latch);
	__atomic_store_n(
		(const struct tscal_clock_page **)(uintptr_t)&clk->page, NULL,
		__ATOMIC_SEQ_CST);
	return true;
}

/* Back to a page that was left: with another generation, as this thread or
 * another may have read more from clock_gettime(). */
static void join_page(const struct tscal_clock *clk, struct clock_state *st)
{
	if (st->page || __atomic_load_n(&clk->page, __ATOMIC_ACQUIRE))
		return;
	__atomic_fetch_add(&st->joined, 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(
		(const struct tscal_clock_page **)(uintptr_t)&clk->page,
		st->attached, __ATOMIC_SEQ_CST);
}

int clock_read_slow(const struct tscal_clock *clk, struct slow_reading *out)
{
	struct clock_state *st = clock_state(clk);
	const struct tscal_clock_page *page = st->page ? st->page
						       : st->attached;
	struct tscal_platform *plat = platform(st);
	const struct plat_until once = {.reads = 1, .ns = UINT32_MAX};
	struct plat_sample s;
	int rc;

	__atomic_fetch_add(&st->slow, 1, __ATOMIC_RELAXED);
	*out = (struct slow_reading){0};
	if (!page || clock_mode(clk) == CLOCK_MODE_SYSTEM)
		return plat->ops->clock_ns(
			plat, clock_id(clk), st->system_call, &out->ns);
	rc = plat->ops->clock_burst(plat, clock_id(clk), &s, &once);
	if (rc <= 0)
		return rc ? rc : -EIO;
	out->ns = (int64_t)s.ref;
	out->tsc = s.tsc_after;
	for (int i = 0; i < TRIES; i++) {
		uint64_t latch = __atomic_load_n(
			&page->latch, __ATOMIC_ACQUIRE);
		int64_t floor_ns, ns;
		bool over;

		if (page_valid(page, out->tsc, &out->segment)) {
			out->by_segment = true;
			out->ns = segment_ns(&out->segment, out->tsc);
			join_page(clk, st);
			return 0;
		}
		floor_ns = highest(page, latch, out->tsc, &over);
		if (over && !close_page(clk, st, latch))
			continue;
		ns = not_below_slow(
			st, not_below_floor(st, latch, out->ns, floor_ns));
		/* What was resumed meanwhile knows nothing of it. */
		if (over || __atomic_load_n(&page->latch, __ATOMIC_SEQ_CST) ==
				    latch) {
			out->ns = ns;
			return 0;
		}
	}
	return 0;
}

int64_t tscal_clock_slow(const struct tscal_clock *clk, uint64_t tsc)
{
	const struct tscal_clock_page *page = __atomic_load_n(
		&clk->page, __ATOMIC_ACQUIRE);
	struct slow_reading r;
	int64_t ns;

	if (page && tsc && page_read(page, tsc, &ns))
		return ns;
	return clock_read_slow(clk, &r) ? INT64_MIN : r.ns;
}

int tscal_clock_gettime(const struct tscal_clock *clk, struct timespec *ts)
{
	int64_t ns = tscal_now(clk), s = ns / 1000000000;

	/* Only the call itself says what is wrong. */
	if (ns == INT64_MIN) {
		struct slow_reading r;
		int rc = clock_read_slow(clk, &r);

		if (rc)
			return rc;
		ns = r.ns;
		s = ns / 1000000000;
	}
	ts->tv_sec = s - (ns % 1000000000 < 0);
	ts->tv_nsec = (long)(ns - ts->tv_sec * 1000000000);
	return 0;
}

uint32_t tscal_clock_generation(const struct tscal_clock *clk)
{
	const struct clock_state *st = clock_state(clk);
	const struct tscal_clock_page *page = st->page ? st->page
						       : st->attached;
	uint32_t joined = __atomic_load_n(&st->joined, __ATOMIC_SEQ_CST);

	if (!page)
		return 0;
	return page_generation(
		       __atomic_load_n(&page->latch, __ATOMIC_SEQ_CST)) +
	       joined;
}

const char *tscal_clock_why(const struct tscal_clock *clk)
{
	if (clock_mode(clk) == CLOCK_MODE_NONE)
		return "it was never set up";
	return clock_state(clk)->why;
}

/* The bound of a segment's reading, as an interval. */
static void around(const struct tscal_clock_page *page,
	const struct tscal_segment *seg, uint64_t tsc, int64_t ns,
	struct tscal_interval *out)
{
	int64_t err = segment_err_ns(seg, tsc), utc;
	uint64_t utc_tsc = __atomic_load_n(&page->utc_tsc, __ATOMIC_ACQUIRE);
	uint32_t flags = __atomic_load_n(&page->flags, __ATOMIC_ACQUIRE);

	out->earliest_ns = (int64_t)((uint64_t)ns - (uint64_t)err);
	out->latest_ns = (int64_t)((uint64_t)ns + (uint64_t)err);
	out->reading = flags & PAGE_DOUBTED ? TSCAL_READING_DOUBTED
					    : TSCAL_READING_TSC;
	utc = __atomic_load_n(&page->utc_err_ns, __ATOMIC_ACQUIRE);
	if (utc >= 0) {
		double ticks = (double)(int64_t)(tsc - utc_tsc);

		/* An oscillator nobody corrects: 50 ppm. */
		utc += err +
		       (int64_t)(ticks * (double)seg->mult * 0x1p-61 * 50e-6);
	}
	out->utc_err_ns = utc < 0 ? -1 : utc;
}

int tscal_clock_interval(
	const struct tscal_clock *clk, struct tscal_interval *interval)
{
	const struct tscal_clock_page *page = __atomic_load_n(
		&clk->page, __ATOMIC_ACQUIRE);
	uint32_t generation = tscal_clock_generation(clk);
	struct slow_reading r = {.by_segment = true};
	int rc;

	r.tsc = page ? tscal_rdtsc_ordered() : 0;
	if (page && page_valid(page, r.tsc, &r.segment)) {
		r.ns = segment_ns(&r.segment, r.tsc);
	} else {
		rc = clock_read_slow(clk, &r);
		if (rc)
			return rc;
	}
	if (r.by_segment) {
		page = page ? page : clock_state(clk)->attached;
		around(page, &r.segment, r.tsc, r.ns, interval);
	} else {
		*interval = (struct tscal_interval){
			.earliest_ns = r.ns,
			.latest_ns = r.ns + 1,
			.utc_err_ns = -1,
			.reading = TSCAL_READING_SYSTEM,
		};
	}
	interval->generation = generation;
	return 0;
}

int tscal_clock_stats_sized(
	const struct tscal_clock *clk, struct tscal_stats *stats, size_t size)
{
	const struct clock_state *st = clock_state(clk);
	struct tscal_stats all = {
		.slow = __atomic_load_n(&st->slow, __ATOMIC_RELAXED),
		.updates = __atomic_load_n(&st->updates, __ATOMIC_RELAXED),
		.published = __atomic_load_n(&st->published, __ATOMIC_RELAXED),
		.breaks = __atomic_load_n(&st->breaks, __ATOMIC_RELAXED),
		.bound = __atomic_load_n(&st->bound, __ATOMIC_RELAXED),
		.worst_ns = __atomic_load_n(&st->worst_ns, __ATOMIC_RELAXED),
	};
	struct tscal_conv_meta meta;

	if (!tscal_clock_conv(clk, &meta))
		all.rate_hz = meta.conv.tsc_hz;
	memset(stats, 0, size);
	memcpy(stats, &all, size < sizeof(all) ? size : sizeof(all));
	return 0;
}
