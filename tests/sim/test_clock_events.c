/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Faults of clocks and of the TSC: noticed, reported, and not followed. */
#include <errno.h>
#include <inttypes.h>

#include <tscal/tscal.h>

#include "clocking.h"

/* A clock that runs well. */
static void settled(uint64_t seed, int clock_id, uint32_t flags)
{
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;

	pc(seed);
	opts.flags = flags;
	cr_assert(zero(int, begin(clock_id, &opts)));
	cr_assert(zero(u32, update_for(20)));
	cr_assert(lt(i64, far(off_ns()), 100));
}

/* That follows a break: on clock_gettime(), and on the TSC again soon. */
static void recovers(void)
{
	uint64_t slow = stats().slow;

	now();
	cr_assert(eq(ulong, stats().slow, slow + 1));
	cr_assert(eq(u32, update_for(4) & ~(uint32_t)TSCAL_EVENT_BOUND,
		TSCAL_EVENT_RESUMED));
	slow = stats().slow;
	for (int i = 0; i < 20; i++) {
		wait_ns(10 * MS);
		cr_assert(lt(i64, far(off_ns()), 500));
		tscal_clock_update(&clk);
	}
	cr_assert(eq(ulong, stats().slow, slow));
}

Test(sim_clock_events, a_jump_of_the_tsc_is_noticed_within_one_interval)
{
	/* One hour, 50 ms, 5 ms and 1.5 ms on; the same back; with slewing. */
	const double seconds[] = {3600, 0.05, 0.005, 0.0015};

	for (int i = 0; i < 16; i++) {
		double jump = seconds[i / 2 % 4] * (i % 2 ? -1 : 1);
		uint32_t before;

		settled(i + 1u, i & 8 ? CLOCK_REALTIME : CLOCK_MONOTONIC,
			i & 8 ? TSCAL_CLOCK_SLEW : 0);
		before = tscal_clock_generation(&clk);
		sim.tsc_jumped += (int64_t)(jump * sim.tsc_hz);
		cr_assert(eq(u32, update_for(1), TSCAL_EVENT_JUMP), "%g", jump);
		cr_assert(eq(u32, tscal_clock_generation(&clk), before + 1));
		/* Not followed: the last reading is held for 10 ms. */
		cr_assert(lt(i64, far(off_ns()), 10 * S / 1000));
		recovers();
	}
}

Test(sim_clock_events, a_jump_that_the_hypervisor_reported_is_a_move)
{
	settled(9, CLOCK_MONOTONIC, 0);
	sim_add_pvclock_page(&sim, 0xf3cf3cf3, -1, 1);
	cr_assert(zero(int, begin(CLOCK_MONOTONIC, NULL)));
	cr_assert(clock_state(&clk)->timekeeping.pvclock_there);
	update_for(5);
	sim.n_pages--;
	sim_add_pvclock_page(&sim, 0xf3cf3d00, -1, 1);
	sim.tsc_jumped += 5000000000;
	cr_assert(eq(u32, update_for(1), TSCAL_EVENT_MOVED));
	recovers();
}

Test(sim_clock_events, a_clock_that_was_set_is_followed_and_reported)
{
	for (int back = 0; back < 2; back++) {
		settled(10, CLOCK_REALTIME, 0);
		sim_set_clock(&sim, CLOCK_REALTIME, back ? -S : S, 0);
		/* Until the next update readings are as before. */
		wait_ns(MS);
		cr_assert(lt(i64, far(off_ns() + (back ? -S : S)), 200));
		cr_assert(eq(u32, update_for(1), TSCAL_EVENT_SET));
		cr_assert(lt(i64, far(off_ns()), 200));
		recovers();
	}
}

Test(sim_clock_events, a_leap_second_is_a_step_of_realtime_alone)
{
	settled(11, CLOCK_TAI, 0);
	sim_set_clock(&sim, CLOCK_REALTIME, -S, 0);
	sim.timex.tai = 38;
	cr_assert(zero(u32, update_for(5)));
	settled(11, CLOCK_MONOTONIC, 0);
	sim_set_clock(&sim, CLOCK_REALTIME, -S, 0);
	cr_assert(zero(u32, update_for(5)));
	settled(11, CLOCK_REALTIME, 0);
	sim_set_clock(&sim, CLOCK_REALTIME, -S, 0);
	cr_assert(eq(u32, update_for(1), TSCAL_EVENT_SET));
	recovers();
}

Test(sim_clock_events, with_slew_a_step_back_is_worked_off)
{
	int64_t last, ahead;

	settled(12, CLOCK_REALTIME, TSCAL_CLOCK_SLEW);
	last = now();
	sim_set_clock(&sim, CLOCK_REALTIME, -S / 10, 0);
	cr_assert(eq(u32, update_for(1), TSCAL_EVENT_SLEWING));
	ahead = off_ns();
	cr_assert(lt(i64, far(ahead - S / 10), 200000));
	for (int i = 0; i < 2100; i++) {
		struct tscal_segment seg;
		int64_t ns;

		cr_assert(zero(u32, update_for(1) & TSCAL_EVENT_BREAKS));
		ns = now();
		cr_assert(le(i64, last, ns));
		last = ns;
		cr_assert(page_valid(clk.page, sim_tsc_now(&sim), &seg));
		cr_assert(clk.page->flags & PAGE_DOUBTED ||
			  far(off_ns()) <=
				  segment_err_ns(&seg, sim_tsc_now(&sim)));
	}
	/* 100 ms at 500 ppm, then at 100 ppm: 200 s and some. */
	cr_assert(lt(i64, far(off_ns()), 1200000));
	cr_assert(eq(u32, tscal_clock_generation(&clk), 1));
	/* A step forward is made at once. */
	sim_set_clock(&sim, CLOCK_REALTIME, S, 0);
	cr_assert(eq(u32, update_for(1), TSCAL_EVENT_SET));
	recovers();
}

/* Set forward and back again between two updates: readers are told by the next
 * reading. */
Test(sim_clock_events, what_was_read_in_a_lapse_is_not_forgotten)
{
	for (int updated = 0; updated < 2; updated++) {
		uint32_t generation;
		int64_t high;

		settled(14, CLOCK_REALTIME, 0);
		generation = tscal_clock_generation(&clk);
		wait_ns(400 * MS);
		sim_set_clock(&sim, CLOCK_REALTIME, 5 * S, 0);
		high = now();
		cr_assert(eq(u32, tscal_clock_generation(&clk), generation));
		sim_set_clock(&sim, CLOCK_REALTIME, -5 * S, 0);
		if (updated) {
			cr_assert(eq(u32, update_for(1), TSCAL_EVENT_LAPSE));
			wait_ns(MS);
		}
		cr_assert(lt(i64, now(), high));
		cr_assert(lt(u32, generation, tscal_clock_generation(&clk)));
	}
}

/* A step in a lapse: it is unknown when it was, or whether the rate was
 * another.  The bounds of that time, and after it, hold both. */
Test(sim_clock_events, a_step_in_a_lapse_is_within_the_bounds)
{
	const int64_t steps[] = {25 * S / 1000, -25 * S / 1000, S / 1000};

	for (int i = 0; i < 3; i++) {
		int64_t ns, err, was;
		uint64_t stamp;

		settled(60, CLOCK_REALTIME, 0);
		wait_ns(58 * (uint64_t)S);
		stamp = sim_tsc_now(&sim);
		was = sim_clock_now(&sim, CLOCK_REALTIME);
		wait_ns(2 * (uint64_t)S);
		sim_set_clock(&sim, CLOCK_REALTIME, steps[i], 0);
		cr_assert(eq(u32, update_for(1),
			TSCAL_EVENT_LAPSE | TSCAL_EVENT_BOUND));
		cr_assert(zero(int, tscal_clock_stamp(&clk, stamp, &ns, &err)));
		cr_assert(le(i64, far(ns - was), err), "step %d", i);
		for (int k = 0; k < 50; k++) {
			struct tscal_segment seg;
			uint64_t tsc;

			wait_ns(20 * MS);
			tsc = sim_tsc_now(&sim);
			cr_assert(page_valid(clk.page, tsc, &seg));
			cr_assert(le(i64, far(off_ns()),
				segment_err_ns(&seg, tsc) + 1));
			tscal_clock_update(&clk);
		}
		cr_assert(lt(i64, far(off_ns()), 500));
	}
}

/* As a PTP device while its driver is reset. */
Test(sim_clock_events, a_clock_that_stood_still_is_followed_again)
{
	settled(61, CLOCK_MONOTONIC, 0);
	sim_set_clock(&sim, CLOCK_MONOTONIC, 0, -1e6);
	update_for(5);
	cr_assert(lt(ulong, 0, stats().breaks));
	sim_set_clock(&sim, CLOCK_MONOTONIC, 0, 0);
	cr_assert(eq(u32, update_for(10) & TSCAL_EVENT_RESUMED,
		TSCAL_EVENT_RESUMED));
	cr_assert(lt(i64, far(off_ns()), 500));
}

/* Without updates nothing slews; a clock that stood still would be worse. */
Test(sim_clock_events, without_updates_a_step_back_is_flagged)
{
	for (int slew = 0; slew < 2; slew++) {
		uint32_t generation;

		settled(13, CLOCK_REALTIME, slew ? TSCAL_CLOCK_SLEW : 0);
		generation = tscal_clock_generation(&clk);
		sim_set_clock(&sim, CLOCK_REALTIME, -S, 0);
		if (slew)
			cr_assert(eq(u32, update_for(1), TSCAL_EVENT_SLEWING));
		wait_ns(400 * MS);
		cr_assert(lt(i64, far(off_ns()), 100));
		cr_assert(
			eq(u32, tscal_clock_generation(&clk), generation + 1));
		for (int i = 0; i < 10; i++)
			now();
		cr_assert(
			eq(u32, tscal_clock_generation(&clk), generation + 1));
	}
}

Test(sim_clock_events, frequencies_that_ntp_sets_are_followed)
{
	const double ppm[] = {10, -10, 100, -100, 500, -500};

	for (size_t i = 0; i < 6; i++) {
		uint32_t generation;

		settled(20 + i, CLOCK_MONOTONIC, 0);
		generation = tscal_clock_generation(&clk);
		sim_set_clock(&sim, CLOCK_MONOTONIC, 0, ppm[i]);
		for (int k = 0; k < 100; k++) {
			struct tscal_segment seg;
			int64_t off = far(off_ns());
			uint64_t tsc = sim_tsc_now(&sim);
			bool inside = page_valid(clk.page, tsc, &seg) &&
				      off <= segment_err_ns(&seg, tsc);

			cr_assert(inside || clk.page->flags & PAGE_DOUBTED);
			update_for(1);
		}
		cr_assert(lt(i64, far(off_ns()), 200), "%g", ppm[i]);
		cr_assert(eq(u32, tscal_clock_generation(&clk), generation));
		cr_assert(lt(ulong, 0, stats().bound));
	}
}

Test(sim_clock_events, a_rate_beyond_500_ppm_leaves_the_tsc_until_it_is_steady)
{
	/* chrony's fast slew, and ADJ_TICK by 1 %. */
	const double ppm[] = {600, -600, 10000, -10000, 83333};

	for (size_t i = 0; i < 5; i++) {
		settled(30 + i, CLOCK_MONOTONIC, 0);
		sim_set_clock(&sim, CLOCK_MONOTONIC, 0, ppm[i]);
		sim_set_clock(&sim, CLOCK_BOOTTIME, 0, ppm[i]);
		/* The first update may take it for a step. */
		cr_assert(eq(u32, update_for(2) & TSCAL_EVENT_BREAKS,
				  TSCAL_EVENT_RATE),
			"%g", ppm[i]);
		update_for(1);
		recovers();
	}
}

/* A clock that slows down is ahead more and more: no step to be worked off. */
Test(sim_clock_events, with_slew_a_lower_rate_is_no_step_back)
{
	const double ppm[] = {-600, -10000, -83333};

	for (size_t i = 0; i < 3; i++) {
		settled(36 + i, CLOCK_REALTIME, TSCAL_CLOCK_SLEW);
		sim_set_clock(&sim, CLOCK_REALTIME, 0, ppm[i]);
		sim_set_clock(&sim, CLOCK_MONOTONIC, 0, ppm[i]);
		sim_set_clock(&sim, CLOCK_BOOTTIME, 0, ppm[i]);
		cr_assert(eq(u32, update_for(2) & TSCAL_EVENT_BREAKS,
				  TSCAL_EVENT_RATE),
			"%g", ppm[i]);
		update_for(1);
		recovers();
	}
}

#define ASLEEP (8 * 3600 * (uint64_t)S)

Test(sim_clock_events, a_suspended_machine)
{
	/* The TSC stands still meanwhile, begins anew, or goes on. */
	for (int kind = 0; kind < 3; kind++) {
		uint64_t tsc;

		settled(40, CLOCK_MONOTONIC, 0);
		tsc = sim_tsc_now(&sim);
		wait_ns(ASLEEP);
		/* Only CLOCK_BOOTTIME and CLOCK_REALTIME count it. */
		sim_set_clock(&sim, CLOCK_MONOTONIC, -(int64_t)ASLEEP, 0);
		sim_set_clock(&sim, CLOCK_MONOTONIC_RAW, -(int64_t)ASLEEP, 0);
		if (kind == 0)
			sim.tsc_jumped -= (int64_t)(sim_tsc_now(&sim) - tsc);
		if (kind == 1)
			sim.tsc_jumped -= (int64_t)sim_tsc_now(&sim) - 1000;
		cr_assert(lt(i64, far(off_ns()), 10 * S / 1000));
		/* Where the TSC stood still with the clock nothing is amiss. */
		cr_assert(eq(u32, update_for(1),
				  kind == 0 ? 0 : TSCAL_EVENT_SUSPEND),
			"%d", kind);
		if (kind)
			recovers();
	}
	settled(41, CLOCK_BOOTTIME, 0);
	wait_ns(ASLEEP);
	sim_set_clock(&sim, CLOCK_MONOTONIC, -(int64_t)ASLEEP, 0);
	sim_set_clock(&sim, CLOCK_MONOTONIC_RAW, -(int64_t)ASLEEP, 0);
	sim.tsc_jumped -= (int64_t)(8 * 3600 * sim.tsc_hz);
	cr_assert(eq(u32, update_for(1), TSCAL_EVENT_SUSPEND));
	recovers();
}

static struct tscal_info judged(void)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_info info;

	opts.platform = &sim.plat;
	cr_assert(zero(int, tscal_calibrate(&opts, &info)));
	return info;
}

/* The stamp is another time's: not converted by a line of after the event. */
static void belongs_to(uint64_t stamp, int64_t was)
{
	int64_t ns, err;
	int rc = tscal_clock_stamp(&clk, stamp, &ns, &err);

	cr_assert(rc == -ERANGE || (!rc && far(ns - was) <= err),
		"%d: %" PRId64 " ns off", rc, rc ? 0 : ns - was);
}

/* The TSC begins anew (S3), or goes on while CLOCK_MONOTONIC does not
 * (s2idle). */
Test(sim_clock_events, stamps_from_before_a_suspension_do_not_mix)
{
	for (int restarts = 0; restarts < 2; restarts++) {
		uint64_t stamp, later;
		int64_t was, ns, err;
		uint32_t generation;
		struct tscal_info before, after;

		settled(43, CLOCK_MONOTONIC, 0);
		before = judged();
		cr_assert(eq(int, before.use, TSCAL_USE_YES));
		update_for(5);
		generation = tscal_clock_generation(&clk);
		stamp = sim_tsc_now(&sim);
		was = sim_clock_now(&sim, CLOCK_MONOTONIC);
		wait_ns(ASLEEP);
		sim_set_clock(&sim, CLOCK_MONOTONIC, -(int64_t)ASLEEP, 0);
		sim_set_clock(&sim, CLOCK_MONOTONIC_RAW, -(int64_t)ASLEEP, 0);
		if (restarts)
			sim.tsc_jumped -= (int64_t)sim_tsc_now(&sim) - 1000;
		belongs_to(stamp, was);
		cr_assert(eq(u32, update_for(1), TSCAL_EVENT_SUSPEND));
		cr_assert(
			eq(u32, tscal_clock_generation(&clk), generation + 1));
		belongs_to(stamp, was);
		recovers();
		cr_assert(
			eq(u32, tscal_clock_generation(&clk), generation + 1));
		belongs_to(stamp, was);
		/* One of after it is converted. */
		later = sim_tsc_now(&sim);
		was = sim_clock_now(&sim, CLOCK_MONOTONIC);
		cr_assert(zero(int, tscal_clock_stamp(&clk, later, &ns, &err)));
		cr_assert(le(i64, far(ns - was), err));
		after = judged();
		cr_assert(eq(int, after.use, before.use));
		cr_assert(eq(int, after.rate, before.rate));
		cr_assert(lt(dbl, fabs(after.hz / before.hz - 1), 1e-5));
	}
}

/* Readings stand still with it until the next update, and then are the clock's
 * until it counts again. */
Test(sim_clock_events, a_frozen_tsc_is_noticed_and_left)
{
	uint64_t tsc;
	int64_t ns;

	settled(42, CLOCK_MONOTONIC, 0);
	tsc = sim_tsc_now(&sim);
	sim.tsc_step_ps = UINT64_MAX / 2;
	sim.tsc_jumped += (int64_t)(tsc - sim_tsc_now(&sim));
	ns = now();
	wait_ns(50 * MS);
	cr_assert(eq(i64, now(), ns));
	cr_assert(eq(u32, update_for(1), TSCAL_EVENT_JUMP));
	for (int i = 0; i < 50; i++) {
		cr_assert(lt(i64, far(off_ns()), 200));
		cr_assert(zero(u32, update_for(1) & TSCAL_EVENT_RESUMED));
	}
	sim.tsc_step_ps = 0;
	cr_assert(eq(
		u32, update_for(5) & TSCAL_EVENT_RESUMED, TSCAL_EVENT_RESUMED));
	cr_assert(lt(i64, far(off_ns()), 500));
}

Test(sim_clock_events, another_clocksource_is_noticed_within_a_second)
{
	settled(50, CLOCK_MONOTONIC_RAW, 0);
	cr_assert(eq(dbl, clock_state(&clk)->servo.opts.drift_ppm, 0.1));
	sim.files[0].text = "hpet\n";
	cr_assert(eq(u32, update_for(15),
		TSCAL_EVENT_CLOCKSOURCE | TSCAL_EVENT_RESUMED));
	cr_assert(eq(u32, tscal_clock_generation(&clk), 2));
	cr_assert(eq(dbl, clock_state(&clk)->servo.opts.drift_ppm, 50));
}

Test(sim_clock_events, a_clock_that_fails_is_reported_and_nothing_is_made_up)
{
	settled(51, CLOCK_MONOTONIC, 0);
	sim_clock(&sim, CLOCK_MONOTONIC)->error = -EIO;
	cr_assert(eq(int, tscal_clock_update(&clk), -EIO));
	wait_ns(400 * MS);
	cr_assert(eq(i64, now(), INT64_MIN));
	sim_clock(&sim, CLOCK_MONOTONIC)->error = 0;
	cr_assert(eq(u32, update_for(1), TSCAL_EVENT_LAPSE));
}

Test(sim_clock_events, how_far_from_utc_is_what_the_kernel_knows)
{
	settled(52, CLOCK_REALTIME, 0);
	cr_assert(eq(i64, clk.page->utc_err_ns, 5000000));
	sim.timex.status = STA_UNSYNC;
	update_for(1);
	cr_assert(lt(i64, clk.page->utc_err_ns, 0));
	settled(53, CLOCK_MONOTONIC, 0);
	cr_assert(lt(i64, clk.page->utc_err_ns, 0));
	/* The offset of TAI may be lost. */
	settled(54, CLOCK_TAI, 0);
	cr_assert(eq(i64, clk.page->utc_err_ns, 5000000));
	sim.timex.tai = 0;
	update_for(1);
	cr_assert(lt(i64, clk.page->utc_err_ns, 0));
}

Test(sim_clock_events, tai_is_refused_while_the_kernel_does_not_know_it)
{
	pc(54);
	sim.timex.tai = 0;
	cr_assert(eq(int, begin(CLOCK_TAI, NULL), -EAGAIN));
	cr_assert(lt(i64, far(off_ns()), 200));
	/* Nor where a filter refuses adjtimex(2). */
	sim.timex_rc = -EPERM;
	cr_assert(zero(int, begin(CLOCK_TAI, NULL)));
	sim_set_clock(&sim, CLOCK_TAI, -37 * S, 0);
	cr_assert(eq(int, begin(CLOCK_TAI, NULL), -EAGAIN));
}
