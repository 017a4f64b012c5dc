/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A clock on a machine without faults, and one without updates. */
#include <errno.h>

#include "clocking.h"
#include "plat/self.h"

static const int followed[] = {CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
	CLOCK_BOOTTIME, CLOCK_REALTIME, CLOCK_TAI};

Test(sim_clock, every_clock_is_followed_within_100_ns_and_its_bound)
{
	for (size_t i = 0; i < sizeof(followed) / sizeof(followed[0]); i++) {
		pc(i + 1);
		/* NTP steers by 20 ppm, unreported. */
		sim_set_clock(&sim, followed[i], 0, 20);
		cr_assert(
			eq(int, begin(followed[i], NULL), TSCAL_CLOCK_ON_TSC));
		update_for(3);
		for (int k = 0; k < 600; k++) {
			struct tscal_segment seg;
			int64_t off;

			wait_ns(random_below(100) * MS);
			off = far(off_ns());
			cr_assert(lt(i64, off, 100), "clock %d at %d",
				followed[i], k);
			cr_assert(
				page_valid(clk.page, sim_tsc_now(&sim), &seg));
			cr_assert(le(i64, off,
				segment_err_ns(&seg, sim_tsc_now(&sim))));
			cr_assert(zero(int, tscal_clock_update(&clk)));
		}
		cr_assert(zero(ulong, stats().slow));
		cr_assert(zero(ulong, stats().bound));
	}
}

Test(sim_clock, readings_never_step_back_at_any_pace_of_updates)
{
	for (uint64_t seed = 1; seed < 40; seed++) {
		int64_t last = INT64_MIN;
		uint32_t generation;

		pc(seed);
		sim_set_clock(&sim, CLOCK_MONOTONIC, 0, (double)seed - 20);
		cr_assert(zero(int, begin(CLOCK_MONOTONIC, NULL)));
		generation = tscal_clock_generation(&clk);
		for (int k = 0; k < 4000; k++) {
			int64_t ns = now();

			cr_assert(le(i64, last, ns), "seed %lu at %d", seed, k);
			last = ns;
			wait_ns(random_below(20) ? random_below(40) * MS
						 : random_below(900) * MS);
			if (!random_below(4))
				tscal_clock_update(&clk);
		}
		cr_assert(eq(u32, tscal_clock_generation(&clk), generation));
		cr_assert(lt(ulong, 0, stats().slow));
	}
}

Test(sim_clock, a_lapse_is_bridged_reported_and_counted)
{
	int64_t before, slow;
	uint64_t stamp;
	int64_t ns, err;

	pc(3);
	cr_assert(zero(int, begin(CLOCK_MONOTONIC, NULL)));
	cr_assert(zero(u32, update_for(20)));
	wait_ns(240 * MS);
	before = now();
	cr_assert(zero(ulong, stats().slow));
	wait_ns(760 * MS);
	slow = now();
	cr_assert(eq(ulong, stats().slow, 1));
	cr_assert(lt(i64, before, slow));
	cr_assert(lt(i64, far(off_ns()), 200));
	stamp = sim_tsc_now(&sim);
	cr_assert(eq(int, tscal_clock_stamp(&clk, stamp, &ns, &err), -ERANGE));
	cr_assert(eq(int, tscal_clock_update(&clk), TSCAL_EVENT_LAPSE));
	wait_ns(MS);
	cr_assert(le(i64, slow, now()));
	cr_assert(lt(i64, far(off_ns()), 200));
	/* What was not known then is now. */
	cr_assert(zero(int, tscal_clock_stamp(&clk, stamp, &ns, &err)));
	cr_assert(le(i64, far(ns - slow), err + 200));
	cr_assert(eq(u32, tscal_clock_generation(&clk), 1));
	cr_assert(zero(u32, update_for(20)));
}

Test(sim_clock, a_reading_after_the_end_keeps_a_late_update_from_going_on)
{
	struct clock_state *st = clock_state(&clk);
	struct tscal_segment seg;
	uint64_t latch;
	int64_t slow;

	pc(4);
	cr_assert(zero(int, begin(CLOCK_MONOTONIC, NULL)));
	update_for(20);
	/* An updater that was held up since it read the page. */
	latch = st->page->latch;
	seg = st->servo.newest;
	seg.tsc_from = segment_end(&st->servo.newest);
	wait_ns(400 * MS);
	slow = now();
	cr_assert(not(page_publish(st->page, latch, sim_tsc_now(&sim), &seg)));
	cr_assert(le(i64, slow, now()));
	cr_assert(eq(int, tscal_clock_update(&clk), TSCAL_EVENT_LAPSE));
	wait_ns(MS);
	cr_assert(le(i64, slow, now()));
}

Test(sim_clock, stamps_are_converted_by_what_was_valid_then)
{
	enum { N = 400 };
	uint64_t tsc[N];
	int64_t read_ns[N], ns, err;
	int kept = 0;

	pc(5);
	sim_set_clock(&sim, CLOCK_MONOTONIC, 0, -35);
	cr_assert(zero(int, begin(CLOCK_MONOTONIC, NULL)));
	for (int i = 0; i < N; i++) {
		wait_ns(50 * MS);
		tsc[i] = sim_tsc_now(&sim);
		read_ns[i] = now();
		if (i % 2)
			tscal_clock_update(&clk);
	}
	for (int i = N - 1; i >= 0; i--) {
		int rc = tscal_clock_stamp(&clk, tsc[i], &ns, &err);

		cr_assert(rc == 0 || (rc == -ERANGE && i < N - 100));
		if (rc)
			break;
		cr_assert(eq(i64, ns, read_ns[i]));
		kept++;
	}
	/* 57 segments of 100 ms at least. */
	cr_assert(lt(int, 110, kept));
	cr_assert(eq(int, tscal_clock_stamp(&clk, tsc[0], &ns, NULL), -ERANGE));
	cr_assert(eq(int,
		tscal_clock_stamp(&clk, tsc[N - 1] + 4000000000u, &ns, NULL),
		-ERANGE));
}

Test(sim_clock, what_the_clock_is_off_at_first_is_removed_in_a_second)
{
	pc(6);
	cr_assert(zero(int, begin(CLOCK_MONOTONIC, NULL)));
	update_for(10);
	/* Up to 10 us: within a second or so. */
	sim_set_clock(&sim, CLOCK_MONOTONIC, 9000, 0);
	cr_assert(eq(u32, update_for(1), TSCAL_EVENT_BOUND));
	update_for(14);
	cr_assert(lt(i64, far(off_ns()), 200));
	/* Up to 1 ms: at most 100 ppm. */
	sim_set_clock(&sim, CLOCK_MONOTONIC, 500000, 0);
	cr_assert(eq(u32, update_for(10) & TSCAL_EVENT_BREAKS, 0));
	cr_assert(lt(i64, 300000, far(off_ns())));
	update_for(60);
	cr_assert(lt(i64, far(off_ns()), 200));
	cr_assert(eq(u32, tscal_clock_generation(&clk), 1));
}

Test(sim_clock, an_update_by_a_caller_once_a_second)
{
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;

	pc(7);
	opts.interval_ms = 1000;
	sim_set_clock(&sim, CLOCK_MONOTONIC, 0, 11);
	cr_assert(zero(int, begin(CLOCK_MONOTONIC, &opts)));
	for (int i = 0; i < 100; i++) {
		wait_ns(1000 * MS + random_below(300) * MS);
		if (i > 5)
			cr_assert(lt(i64, far(off_ns()), 200));
		cr_assert(zero(int, tscal_clock_update(&clk)));
	}
	cr_assert(zero(ulong, stats().slow));
}

Test(sim_clock, a_fork_cuts_the_child_off_and_an_update_there_starts_over)
{
	pc(8);
	cr_assert(zero(int, begin(CLOCK_MONOTONIC, NULL)));
	update_for(5);
	clock_state(&clk)->process++; /* as if that had been its parent */
	clock_state(&clk)->lock = clock_state(&clk)->process;
	cr_assert(eq(u32, update_for(1), TSCAL_EVENT_FORKED));
	cr_assert(eq(u32, tscal_clock_generation(&clk), 2));
	cr_assert(eq(u32, update_for(3), TSCAL_EVENT_RESUMED));
	cr_assert(lt(i64, far(off_ns()), 200));
}

Test(sim_clock, a_second_updater_gets_an_error)
{
	pc(12);
	cr_assert(zero(int, begin(CLOCK_MONOTONIC, NULL)));
	clock_state(&clk)->lock = self_process();
	cr_assert(eq(int, tscal_clock_update(&clk), -EBUSY));
	cr_assert(eq(int, tscal_clock_check(&clk), -EBUSY));
	cr_assert(eq(int, tscal_clock_mock(&clk, 5), -EBUSY));
	cr_assert(eq(int, tscal_clock_disable(&clk, NULL), -EBUSY));
	cr_assert(lt(i64, far(off_ns()), 200));
	clock_state(&clk)->lock = 0;
	cr_assert(zero(int, tscal_clock_update(&clk)));
}

Test(sim_clock, a_check_reports_the_same_and_changes_nothing)
{
	struct tscal_clock copy;

	pc(9);
	cr_assert(zero(int, begin(CLOCK_MONOTONIC, NULL)));
	update_for(5);
	sim_set_clock(&sim, CLOCK_MONOTONIC, 20000, 0);
	memcpy(&copy, &clk, sizeof(clk));
	cr_assert(eq(int, tscal_clock_check(&clk), TSCAL_EVENT_BOUND));
	cr_assert(zero(int, memcmp(&copy, &clk, sizeof(clk))));
	cr_assert(eq(int, tscal_clock_update(&clk), TSCAL_EVENT_BOUND));
}

/* A PTP clock: another oscillator, and reads that take 2 us. */
Test(sim_clock, a_dynamic_clock_is_followed_within_what_its_reads_allow)
{
	pc(10);
	sim_add_clock(&sim, SIM_DYNAMIC, 1795000037 * S);
	sim_clock(&sim, SIM_DYNAMIC)->before_ps = 1000000;
	sim_clock(&sim, SIM_DYNAMIC)->after_ps = 1000000;
	sim_clock(&sim, SIM_DYNAMIC)->jitter_ps = 500000;
	sim_set_clock(&sim, SIM_DYNAMIC, 0, -37);
	cr_assert(zero(int, begin(SIM_DYNAMIC, NULL)));
	update_for(30);
	for (int k = 0; k < 100; k++) {
		struct tscal_segment seg;
		int64_t off;

		wait_ns(random_below(100) * MS);
		off = far(off_ns());
		cr_assert(page_valid(clk.page, sim_tsc_now(&sim), &seg));
		cr_assert(lt(i64, off, 1500));
		cr_assert(
			le(i64, off, segment_err_ns(&seg, sim_tsc_now(&sim))));
		cr_assert(zero(int, tscal_clock_update(&clk)));
	}
	sim_set_clock(&sim, SIM_DYNAMIC, 37 * S, -37);
	cr_assert(eq(u32, update_for(1), TSCAL_EVENT_SET));
	cr_assert(eq(u32, update_for(4), TSCAL_EVENT_RESUMED));
	cr_assert(lt(i64, far(off_ns()), 3000));
}

static uint32_t reported;
static int reports;

static void on_event(void *arg, uint32_t events)
{
	/* It may read the clock, and the update is done. */
	cr_assert(eq(int, tscal_clock_check(arg) < 0, 0));
	reported |= events;
	reports++;
}

Test(sim_clock, a_callback_gets_the_events)
{
	struct tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;

	pc(15);
	opts.on_event = on_event;
	opts.event_arg = &clk;
	cr_assert(zero(int, begin(CLOCK_REALTIME, &opts)));
	cr_assert(eq(u32, update_for(5), 0));
	cr_assert(eq(int, reports, 0));
	sim_set_clock(&sim, CLOCK_REALTIME, -30 * S, 0);
	update_for(1);
	cr_assert(eq(u32, reported, TSCAL_EVENT_SET));
	cr_assert(eq(int, reports, 1));
	update_for(4);
	cr_assert(eq(u32, reported, TSCAL_EVENT_SET | TSCAL_EVENT_RESUMED));
	cr_assert(eq(int, reports, 2));
	/* A check makes no callback. */
	sim_set_clock(&sim, CLOCK_REALTIME, 30 * S, 0);
	wait_ns(100 * MS);
	cr_assert(eq(int, tscal_clock_check(&clk), TSCAL_EVENT_SET));
	cr_assert(eq(int, reports, 2));
}

Test(sim_clock, lapses_are_counted)
{
	pc(16);
	cr_assert(zero(int, begin(CLOCK_MONOTONIC, NULL)));
	update_for(5);
	cr_assert(zero(ulong, stats().lapses));
	for (unsigned i = 1; i < 4; i++) {
		wait_ns(2000 * MS);
		cr_assert(eq(u32, update_for(1) & TSCAL_EVENT_LAPSE,
			TSCAL_EVENT_LAPSE));
		update_for(5);
		cr_assert(eq(ulong, stats().lapses, i));
	}
}
