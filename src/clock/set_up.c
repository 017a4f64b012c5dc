/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Setting up a clock, and the ways to leave it. */
#include <tscal/attach.h>

#include <errno.h>
#include <math.h>
#include <string.h>

#include "clock/page/page_identity.h"
#include "clock/state.h"

#define CALIBRATE_MS 10
#define BUDGET_MS 13

static int check_opts(const struct tscal_clock_opts *o)
{
	if (o->size != sizeof(*o) ||
		o->flags & ~(TSCAL_CLOCK_SLEW | TSCAL_CLOCK_SYSTEM))
		return -EINVAL;
	if (o->interval_ms && (o->interval_ms < 10 || o->interval_ms > 10000))
		return -EINVAL;
	/* False with a NaN, and raise no exception. */
	if (!isgreaterequal(o->drift_ppm, 0) ||
		!islessequal(o->drift_ppm, 1000))
		return -EINVAL;
	if (o->page || o->page_size)
		return page_place_check(o->page, o->page_size);
	return 0;
}

/* Why the TSC cannot be used, by what was found out; NULL: it can. */
static const char *unfit(const struct tscal_info *info)
{
	if (info->use == TSCAL_USE_NO || info->use == TSCAL_USE_SLOW ||
		info->use == TSCAL_USE_UNKNOWN)
		return info->use_sentence;
	if (info->rate == TSCAL_RATE_NONE)
		return info->rate_sentence;
	/* As tscal_conv_init(), with room for the rate to change in. */
	if (!(info->hz > TSCAL_CONV_HZ_ABOVE * 1.001 &&
		    info->hz <= TSCAL_CONV_HZ_MAX))
		return "its rate cannot be converted: it is not above 250 "
		       "MHz and up to 20 GHz";
	return NULL;
}

/* The rate that CLOCK_MONOTONIC_RAW and NTP imply, in ns per tick; 0: none. */
static double expected_rate(struct tscal_platform *plat, int clock_id,
	const struct tscal_info *info)
{
	struct plat_timex tx;
	double rate;

	if (!(info->hz_raw > 0))
		return 0;
	rate = 1e9 / info->hz_raw;
	if (clock_id == CLOCK_MONOTONIC_RAW)
		return rate;
	if (clock_id < 0 || plat->ops->adjtimex(plat, &tx))
		return 0;
	return rate * ((double)tx.tick / 10000) *
	       (1 + (double)tx.freq * 0x1p-16 * 1e-6);
}

/* Between two anchors, before and after calibrating: the rate that is expected,
 * if they allow it, else the middle of what they allow. */
static void first_rate(
	const struct anchor a[2], double expected, double *rate, double *half)
{
	double lo, hi;

	anchor_rates(&a[0], &a[1], &lo, &hi);
	*rate = (lo + hi) / 2;
	if (expected >= lo && expected <= hi)
		*rate = expected;
	*half = hi - *rate > *rate - lo ? hi - *rate : *rate - lo;
}

/* Onto the TSC: the first segment begins at the second anchor. */
static void begin(struct tscal_clock *clk, const struct tscal_clock_opts *opts,
	const struct tscal_info *info, const struct anchor a[2])
{
	struct clock_state *st = clock_state(clk);
	bool real = clk->clock_id == CLOCK_REALTIME;
	bool slew = real && opts->flags & TSCAL_CLOCK_SLEW;
	struct servo_opts so = {
		.interval_ns = st->interval_ns,
		.drift_ppm = opts->drift_ppm > 0 ? opts->drift_ppm : 1,
		.follow_steps = real && !slew,
		.slew = slew,
	};
	struct servo_plan first;
	double rate, half;

	first_rate(
		a, expected_rate(st->plat, clk->clock_id, info), &rate, &half);
	st->raw_rate = info->hz_raw > 0 ? 1e9 / info->hz_raw : rate;
	timekeeping_read(st->plat, st->raw_rate, &st->timekeeping);
	st->looked_tsc = a[1].tsc;
	clocks_take(st->plat, rate, &st->clocks);
	if (!(opts->drift_ppm > 0) && clk->clock_id == CLOCK_MONOTONIC_RAW) {
		st->drift_by_clocksource = true;
		so.drift_ppm = clock_raw_drift_ppm(&st->timekeeping);
	}
	clock_look_at_utc(st->plat, clk->clock_id, a[1].tsc, st->page);
	servo_begin(&st->servo, &so, &a[1], rate, half, &first);
	page_resume(st->page, &st->system, page_latch(st->page), first.seg);
	servo_published(&st->servo, &first);
	clock_set_mode(clk, CLOCK_MODE_TSC);
	__atomic_store_n(&clk->page, st->page, __ATOMIC_SEQ_CST);
}

static int measure(struct tscal_platform *plat, struct tscal_info *info)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;

	opts.platform = plat;
	opts.window_ms = CALIBRATE_MS;
	opts.budget_ms = BUDGET_MS;
	return tscal_calibrate(&opts, info);
}

/* Calibrate between two anchors.  Returns enum tscal_clock_on, or -errno. */
static int calibrate(struct tscal_clock *clk, const struct tscal_clock_opts *o,
	struct tscal_info *info)
{
	struct clock_state *st = clock_state(clk);
	struct tscal_platform *plat = st->plat;
	struct plat_sample first[ANCHOR_READS];
	struct anchor a[2];
	double lo, hi;
	int n = -EPERM, rc;

	/* Where RDTSC is disabled it must not be executed. */
	if (!st->system_call)
		n = anchor_samples(plat, clk->clock_id, ANCHOR_READS, first);
	rc = measure(plat, info);
	if (rc)
		return rc;
	if (unfit(info)) {
		clock_leave(clk, CLOCK_MODE_SYSTEM, unfit(info));
		return TSCAL_CLOCK_ON_SYSTEM;
	}
	if (n < 0)
		return n;
	a[0] = anchor_of(first, (size_t)n, 1e9 / info->hz);
	rc = anchor_take(
		plat, clk->clock_id, ANCHOR_READS, 1e9 / info->hz, &a[1]);
	if (rc)
		return rc;
	if (!anchor_rates(&a[0], &a[1], &lo, &hi) || lo <= 0) {
		clock_leave(clk, CLOCK_MODE_SYSTEM,
			"the TSC or the clock jumped while it was set up");
		return TSCAL_CLOCK_ON_SYSTEM;
	}
	begin(clk, o, info, a);
	return TSCAL_CLOCK_ON_TSC;
}

static int set_up(struct tscal_clock *clk, const struct tscal_clock_opts *o,
	struct tscal_info *info)
{
	struct clock_state *st = clock_state(clk);
	int64_t ns;
	int rc;

	st->plat = o->platform ? o->platform : tscal_platform_passive();
	st->interval_ns = 1e6 * (o->interval_ms ? o->interval_ms : 100);
	st->system_call = clock_tsc_disabled(st->plat);
	if (!clock_can_be_followed(clk->clock_id))
		return -EINVAL;
	rc = st->plat->ops->clock_ns(
		st->plat, clk->clock_id, st->system_call, &ns);
	if (!rc)
		rc = clock_look_at_utc(st->plat, clk->clock_id, 0, NULL);
	if (rc)
		return rc;
	st->on_event = o->on_event;
	st->event_arg = o->event_arg;
	if (o->page)
		rc = page_take_over(st->plat, o->page, clk->clock_id,
			st->system_call ? 0 : tscal_rdtsc(), &st->owner);
	else
		page_init(&clk->own);
	if (rc)
		return rc;
	st->page = o->page ? o->page : &clk->own;
	if (!clock_unwanted(clk, o->flags))
		return calibrate(clk, o, info);
	/* The caller may have asked for the calibration. */
	rc = measure(st->plat, info);
	return rc ? rc : TSCAL_CLOCK_ON_SYSTEM;
}

int tscal_clock_init_sized(struct tscal_clock *clk, size_t clk_size,
	int clock_id, const struct tscal_clock_opts *opts,
	struct tscal_info *info, size_t info_size)
{
	struct tscal_clock_opts o = TSCAL_CLOCK_OPTS_INIT;
	struct tscal_info mine;
	int rc = 0;

	/* Another version's clock: not a byte of it is known. */
	if (!clk || clk_size != sizeof(*clk))
		return -EINVAL;
	if (clock_thread_runs(clk))
		return -EBUSY;
	if (opts)
		rc = check_opts(opts);
	if (opts && !rc)
		o = *opts;
	clock_clear(clk, clock_id, CLOCK_MODE_SYSTEM);
	if (!rc)
		rc = set_up(clk, &o, &mine);
	if (rc < 0) {
		clock_leave(clk, CLOCK_MODE_SYSTEM, "it could not be set up");
		clock_forget_page(clk);
		return rc;
	}
	if (info) {
		memset(info, 0, info_size);
		memcpy(info, &mine,
			info_size < sizeof(mine) ? info_size : sizeof(mine));
	}
	return rc;
}

int tscal_clock_disable(struct tscal_clock *clk, const char *why)
{
	int rc = clock_updatable(clk);

	if (!rc)
		rc = clock_lock(clock_state(clk));
	if (rc)
		return rc;
	clock_leave(clk, CLOCK_MODE_SYSTEM,
		why && *why ? why : "tscal_clock_disable() was called");
	clock_unlock(clock_state(clk));
	return 0;
}

int tscal_clock_mock(struct tscal_clock *clk, int64_t ns)
{
	struct clock_state *st;
	/* All TSC values but one, by a segment that does not rise. */
	struct tscal_segment still = {.span = UINT64_MAX, .ns_from = ns};
	struct tscal_segment seg[PAGE_ANEW] = {
		{.flags = SEGMENT_GAP}, still, still, still};
	int rc;

	if (!clk)
		return -EINVAL;
	if (clock_mode(clk) == CLOCK_MODE_NONE)
		clock_clear(clk, CLOCK_MONOTONIC, CLOCK_MODE_SYSTEM);
	if (clock_mode(clk) == CLOCK_MODE_ATTACHED)
		return -EPERM;
	st = clock_state(clk);
	rc = clock_lock(st);
	if (rc)
		return rc;
	clock_part(clk);
	if (!st->page) {
		page_init(&clk->own);
		st->page = &clk->own;
	}
	page_replace(st->page, seg);
	clock_set_mode(clk, CLOCK_MODE_MOCK);
	/* If RDTSC is disabled, the time is the same without it. */
	if (!clock_tsc_disabled(clock_platform(st)))
		__atomic_store_n(&clk->page, st->page, __ATOMIC_SEQ_CST);
	clock_unlock(st);
	return 0;
}

void tscal_clock_fini(struct tscal_clock *clk)
{
	if (!clk)
		return;
	if (!tscal_clock_detach(clk))
		return;
	tscal_clock_thread_stop(clk);
	if (clock_mode(clk) == CLOCK_MODE_NONE)
		return;
	clock_leave(clk, CLOCK_MODE_SYSTEM,
		clock_mode(clk) == CLOCK_MODE_SYSTEM
			? NULL
			: "tscal_clock_fini() was called");
	clock_forget_page(clk);
}
