/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Reading a clock: what is not inline. */
#include <errno.h>
#include <string.h>

#include "clock/state.h"

/* Each time the page was changed meanwhile, which is rare once. */
#define TRIES 8

static int clock_id(const struct tscal_clock *clk)
{
	return clock_mode(clk) == CLOCK_MODE_NONE ? CLOCK_MONOTONIC
						  : clk->clock_id;
}

int clock_read_slow(const struct tscal_clock *clk, struct slow_reading *out)
{
	const struct plat_until once = {.reads = 1, .ns = UINT32_MAX};
	struct clock_state *st = clock_state(clk);
	struct tscal_platform *plat = clock_platform(st);
	struct tscal_clock_page *page = clock_page(st);

	__atomic_fetch_add(&st->slow, 1, __ATOMIC_RELAXED);
	out->by_segment = false;
	if (!page || clock_mode(clk) == CLOCK_MODE_SYSTEM) {
		int rc = plat->ops->clock_ns(
			plat, clock_id(clk), st->system_call, &out->ns);

		out->clock_ns = out->ns;
		return rc;
	}
	if (clock_mode(clk) == CLOCK_MODE_MOCK) {
		out->by_segment = page_segment(
			page, page_newest(page_latch(page)), &out->segment);
		out->ns = out->clock_ns = out->segment.ns_from;
		return out->by_segment ? 0 : -EAGAIN;
	}
	for (int i = 0; i < TRIES; i++) {
		uint64_t latch = page_latch(page);
		enum page_answer answer;
		struct plat_sample s;
		int n = plat->ops->clock_burst(plat, clock_id(clk), &s, &once);

		if (n <= 0)
			return n ? n : -EIO;
		out->tsc = s.tsc_after;
		out->ns = out->clock_ns = (int64_t)s.ref;
		/* After the latch: a takeover sets the owner first. */
		answer = clock_writes(clk, page)
				 ? page_answer(page, &st->system, latch,
					   out->tsc, &out->ns, &out->segment)
				 : attached_answer(st, page, latch, out->tsc,
					   &out->ns, &out->segment);
		switch (answer) {
		case PAGE_BY_SEGMENT:
			out->by_segment = true;
			out->ns = segment_ns(&out->segment, out->tsc);
			return 0;
		case PAGE_BY_SYSTEM:
			return 0;
		case PAGE_AGAIN:
			break;
		}
	}
	/* The next reading may be less than this one. */
	page_step(&st->system);
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
	int64_t ns;

	if (!clk || !ts)
		return -EINVAL;
	ns = tscal_now(clk);
	/* Only the call itself returns the error. */
	if (ns == INT64_MIN) {
		struct slow_reading r;
		int rc = clock_read_slow(clk, &r);

		if (rc)
			return rc;
		ns = r.ns;
	}
	ts->tv_sec = ns / 1000000000;
	ts->tv_nsec = ns % 1000000000;
	if (ts->tv_nsec < 0) {
		ts->tv_sec--;
		ts->tv_nsec += 1000000000;
	}
	return 0;
}

const char *tscal_clock_why(const struct tscal_clock *clk)
{
	if (!clk || clock_mode(clk) == CLOCK_MODE_NONE)
		return "tscal_clock_init() was not called";
	if (clock_mode(clk) == CLOCK_MODE_ATTACHED &&
		page_latch(clock_page(clock_state(clk))) & PAGE_OFF)
		return "the page's owner runs on clock_gettime(), or has ended";
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

	if (__builtin_sub_overflow(ns, err, &out->earliest_ns))
		out->earliest_ns = INT64_MIN;
	if (__builtin_add_overflow(ns, err, &out->latest_ns))
		out->latest_ns = INT64_MAX;
	out->reading = flags & PAGE_DOUBTED ? TSCAL_READING_DOUBTED
					    : TSCAL_READING_TSC;
	utc = __atomic_load_n(&page->utc_err_ns, __ATOMIC_ACQUIRE);
	if (utc >= 0) {
		double ticks = (double)(int64_t)(tsc - utc_tsc), sum;

		/* A free-running oscillator: 50 ppm. */
		sum = (double)utc + (double)err +
		      ticks * (double)seg->mult * 0x1p-61 * 50e-6;
		utc = sum >= 0 && sum < 9e18 ? (int64_t)sum : -1;
	}
	out->utc_err_ns = utc < 0 ? -1 : utc;
}

static int read_interval(
	const struct tscal_clock *clk, struct tscal_interval *interval)
{
	struct slow_reading r = {.by_segment = true};
	const struct tscal_clock_page *page = __atomic_load_n(
		&clk->page, __ATOMIC_ACQUIRE);
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
		around(clock_page(clock_state(clk)), &r.segment, r.tsc, r.ns,
			interval);
	} else {
		*interval = (struct tscal_interval){
			.earliest_ns = r.clock_ns < r.ns ? r.clock_ns : r.ns,
			.latest_ns = r.clock_ns < r.ns ? r.ns : r.clock_ns,
			.utc_err_ns = -1,
			.reading = TSCAL_READING_SYSTEM,
		};
	}
	return 0;
}

int tscal_clock_interval(
	const struct tscal_clock *clk, struct tscal_interval *interval)
{
	uint32_t generation = 0;
	int rc = 0;

	if (!clk || !interval)
		return -EINVAL;
	for (int i = 0; i < TRIES && !rc; i++) {
		generation = tscal_clock_generation(clk);
		rc = read_interval(clk, interval);
		if (tscal_clock_generation(clk) == generation)
			break;
	}
	interval->generation = generation;
	return rc;
}

/* By the newest segment; 0: there is none. */
static double rate_hz(const struct tscal_clock_page *page)
{
	struct tscal_segment newest;

	if (!page ||
		!page_segment(page, page_newest(page_latch(page)), &newest) ||
		newest.mult <= 0)
		return 0;
	return segment_hz(&newest);
}

int tscal_clock_stats_sized(
	const struct tscal_clock *clk, struct tscal_stats *stats, size_t size)
{
	const struct clock_state *st;
	struct tscal_stats all;

	if (!clk || !stats)
		return -EINVAL;
	st = clock_state(clk);
	all = (struct tscal_stats){
		.slow = __atomic_load_n(&st->slow, __ATOMIC_RELAXED),
		.updates = __atomic_load_n(&st->updates, __ATOMIC_RELAXED),
		.published = __atomic_load_n(&st->published, __ATOMIC_RELAXED),
		.breaks = __atomic_load_n(&st->breaks, __ATOMIC_RELAXED),
		.lapses = __atomic_load_n(&st->lapses, __ATOMIC_RELAXED),
		.bound = __atomic_load_n(&st->bound, __ATOMIC_RELAXED),
		.worst_ns = __atomic_load_n(&st->worst_ns, __ATOMIC_RELAXED),
		.rate_hz = rate_hz(clock_page(st)),
	};
	memset(stats, 0, size);
	memcpy(stats, &all, size < sizeof(all) ? size : sizeof(all));
	return 0;
}
