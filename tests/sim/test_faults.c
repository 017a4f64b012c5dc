/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Counters and TSCs that fail: each gets its status and a sentence. */
#include <errno.h>
#include <math.h>

#include "measuring.h"

struct fault {
	char name[40];
	enum tscal_status status;
	char word[40]; /* of the sentence */
};

static void assert_fault(const struct fault *f, enum plat_counter_id id)
{
	struct measured m = measure_one(id, 10, 50);

	cr_assert(eq(int, m.out.status, f->status), "%s: %s, %s", f->name,
		tscal_status_str(m.out.status), m.out.sentence);
	cr_assert(ne(ptr, strstr(m.out.sentence, f->word), NULL), "%s: %s",
		f->name, m.out.sentence);
}

Test(sim_faults, dead_counters)
{
	static const struct fault ones = {
		"all ones", TSCAL_STATUS_STUCK, "all ones"};
	static const struct fault zero = {"zero", TSCAL_STATUS_STUCK, "zero"};
	static const struct fault other = {
		"constant", TSCAL_STATUS_STUCK, "does not count"};
	struct sim_counter *c;

	machine(0);
	c = sim_add_counter(&sim, HPET, 14318180, 1, 32);
	c->dead = true;
	c->dead_value = 0xffffffff;
	assert_fault(&ones, HPET);
	c->dead_value = 0;
	assert_fault(&zero, HPET);
	c->dead_value = 12345;
	assert_fault(&other, HPET);
}

Test(sim_faults, counters_that_stop_meanwhile)
{
	static const uint64_t at[] = {2 * MS, 5 * MS, 9 * MS};
	static const struct fault stops = {
		"stops", TSCAL_STATUS_STUCK, "stopped"};

	for (size_t i = 0; i < 3; i++) {
		machine(i)->stops_at_ps = at[i];
		assert_fault(&stops, PLAT_COUNTER_CLOCK_RAW);
	}
}

Test(sim_faults, a_counter_that_stops_within_its_last_burst)
{
	static const struct fault stops = {
		"stops late", TSCAL_STATUS_UNSTABLE, "jumped"};

	/* The last burst runs from 10.00 to 10.06 ms. */
	machine(0)->stops_at_ps = 10030 * US;
	assert_fault(&stops, PLAT_COUNTER_CLOCK_RAW);
}

Test(sim_faults, counters_that_go_back)
{
	static const struct fault back = {
		"goes back", TSCAL_STATUS_UNSTABLE, "went back"};
	struct sim_counter *c;

	/* Within the first burst, and between the bursts. */
	for (uint64_t at = 10 * US; at < 10 * MS; at += 4 * MS) {
		c = machine(0);
		c->back_at_ps = at;
		c->back_by = 20000000; /* ns: more than the window */
		assert_fault(&back, PLAT_COUNTER_CLOCK_RAW);
	}
	machine(0);
	c = sim_add_counter(&sim, PM, 3579545, 1, 24);
	c->back_at_ps = 20 * US;
	c->back_by = 1000;
	assert_fault(&back, PM);
}

Test(sim_faults, a_jump_between_the_bursts_is_no_other_rate)
{
	static const struct fault jump = {
		"jump", TSCAL_STATUS_UNSTABLE, "jumped"};

	/* 1 us, 1 ms and 1 s of 2.4 GHz, in either half of the window. */
	for (int64_t ticks = 2400; ticks <= 2400000000; ticks *= 1000)
		for (uint64_t at = 2 * MS; at < 10 * MS; at += 6 * MS) {
			machine(0);
			sim_add_event(&sim, SIM_JUMP, at, ticks);
			assert_fault(&jump, PLAT_COUNTER_CLOCK_RAW);
		}
}

Test(sim_faults, a_tsc_that_goes_back)
{
	static const struct fault back = {
		"TSC back", TSCAL_STATUS_UNSTABLE, "TSC went back"};

	for (uint64_t at = 20 * US; at < 10 * MS; at += 3 * MS) {
		machine(0);
		sim_add_event(&sim, SIM_JUMP, at, -240000000);
		assert_fault(&back, PLAT_COUNTER_CLOCK_RAW);
	}
}

Test(sim_faults, a_tsc_that_does_not_count)
{
	static const struct fault still = {
		"TSC still", TSCAL_STATUS_UNSTABLE, "TSC does not count"};

	machine(0);
	sim.tsc_hz = 0;
	assert_fault(&still, PLAT_COUNTER_CLOCK_RAW);
}

Test(sim_faults, skewed_cpus_show_unless_pinned)
{
	static const struct fault skew = {
		"skew", TSCAL_STATUS_UNSTABLE, "jumped"};

	machine(0);
	sim.cpu_ahead[1] = 1000000;
	sim_add_event(&sim, SIM_MIGRATE, 3 * MS, 1);
	assert_fault(&skew, PLAT_COUNTER_CLOCK_RAW);

	machine(0);
	sim.cpu_ahead[1] = 1000000;
	sim.can_pin = true;
	sim_add_event(&sim, SIM_MIGRATE, 3 * MS, 1);
	cr_assert(eq(int, sim_pin(&sim.plat), 0));
	{
		struct measured m = measure_one(PLAT_COUNTER_CLOCK_RAW, 10, 50);

		cr_assert(holds_truth(&m));
	}
}

Test(sim_faults, away_for_longer_than_the_wrap)
{
	static const struct fault away = {
		"away", TSCAL_STATUS_UNSTABLE, "counter wrapped"};

	machine(0);
	sim_add_counter(&sim, PIT, 3579545, 3, 16);
	/* 54.9 ms would be taken for no time at all. */
	sim_add_event(&sim, SIM_STEAL, 6 * MS, (int64_t)(55 * MS));
	assert_fault(&away, PIT);
}

/* Beside a clock that does not wrap it is known how often the PIT did. */
Test(sim_faults, away_for_longer_than_the_wrap_beside_another_counter)
{
	struct measured m[2] = {{.id = PLAT_COUNTER_CLOCK_RAW}, {.id = PIT}};

	machine(0);
	sim_add_counter(&sim, PIT, 3579545, 3, 16)->error_ppm = -300;
	sim_add_event(&sim, SIM_STEAL, 6 * MS, (int64_t)(200 * MS));
	measure((struct measure_plan)PLAN(10, 300), m, 2);
	cr_assert(holds_truth(&m[0]), "%s", m[0].out.sentence);
	cr_assert(holds_truth(&m[1]), "%s", m[1].out.sentence);
}

Test(sim_faults, reads_that_fail_or_take_too_long)
{
	static const struct fault fails = {
		"fails", TSCAL_STATUS_ERROR, "fails (EIO: input/output error)"};
	static const struct fault slow = {
		"slow", TSCAL_STATUS_UNSTABLE, "reads are slow"};

	machine(0)->error = -EIO;
	assert_fault(&fails, PLAT_COUNTER_CLOCK_RAW);
	/* An HPET behind two hypervisors. */
	machine(0)->before_ps = 580 * US;
	assert_fault(&slow, PLAT_COUNTER_CLOCK_RAW);
}

/* One counter alone cannot know; comparing can (test_timer_verdicts.c).  So
 * what is measured is not the TSC's rate, and its bounds do not hold it. */
Test(sim_faults, a_counter_that_is_wrong_gives_a_wrong_rate)
{
	static const double ppm[] = {1e6, 500, -500};
	struct measured m;

	for (size_t i = 0; i < sizeof(ppm) / sizeof(*ppm); i++) {
		double shown;

		machine(0)->error_ppm = ppm[i];
		m = measure_one(PLAT_COUNTER_CLOCK_RAW, 10, 50);
		shown = sim.tsc_hz / (1 + ppm[i] * 1e-6);
		cr_assert(eq(int, (int)m.out.status, TSCAL_STATUS_READY));
		cr_assert(lt(dbl, fabs(m.out.hz / shown - 1), 20e-6));
		cr_assert(m.out.hi < sim.tsc_hz || m.out.lo > sim.tsc_hz);
	}
}

static const struct plat_ops *sim_ops;
static int two_reads, two_bursts;

/* As a recording of a window's two ends answers. */
static int recorded_burst(struct tscal_platform *p, enum plat_counter_id id,
	struct plat_sample *buf, const struct plat_until *until)
{
	struct plat_until less = *until;

	if (two_bursts++ >= 2)
		return -ENODATA;
	if (two_bursts == 2)
		sim_ops->wait(p, 10 * 1000 * 1000, true);
	if (less.reads > (size_t)two_reads)
		less.reads = (size_t)two_reads;
	return sim_ops->burst(p, id, buf, &less);
}

/* The second is no second try of the first. */
Test(sim_faults, recordings_of_two_bursts_may_be_of_few_reads)
{
	for (two_reads = 8; two_reads <= 64; two_reads += 8) {
		struct plat_ops ops;
		struct measured m;

		machine(0);
		sim_ops = sim.plat.ops;
		ops = *sim_ops;
		ops.burst = recorded_burst;
		sim.plat.ops = &ops;
		two_bursts = 0;
		m = measure_one(PLAT_COUNTER_CLOCK_RAW, 10, 50);
		cr_expect(holds_truth(&m), "%d: %s", two_reads, m.out.sentence);
		cr_expect(lt(dbl, m.out.hi / m.out.lo, 1 + 50e-6), "%d",
			two_reads);
	}
}
