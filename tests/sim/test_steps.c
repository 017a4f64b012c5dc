/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* CLOCK_MONOTONIC_RAW on a clocksource coarser than its ns. */
#include <tscal/calibrate.h>

#include "measuring.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"

struct clocksource {
	char name[32];
	uint64_t step_ps, read_ps;
};

/* Periods of the HPET (Intel's, AMD's, the longest allowed), the PM timer and
 * the PIT; a read of each, with and without a hypervisor. */
static const struct clocksource coarse[] = {
	{"hpet", 41667, 300 * NS},
	{"hpet", 69841, 500 * NS},
	{"hpet", 69841, 50 * NS},
	{"hpet", 100 * NS, 3 * US},
	{"acpi_pm", 279365, 700 * NS},
	{"acpi_pm", 279365, 60 * NS},
	{"pit", 838095, 2 * US},
	{"hyperv_clocksource_tsc_page", 100 * NS, 20 * NS},
	{"unheard-of", 279365, 20 * NS},
	{"", 69841, 20 * NS},
	{"tsc", 0, 20 * NS},
};
#define N_COARSE (sizeof(coarse) / sizeof(*coarse))

/* A PC on this clocksource; every read falls on another part of a step. */
static void pc(const struct clocksource *cs, uint64_t seed)
{
	struct sim_counter *raw = machine(seed);

	sim.now_ps = seed * 7919;
	raw->step_ps = cs->step_ps;
	raw->before_ps = cs->read_ps / 2;
	raw->after_ps = cs->read_ps / 2;
	raw->jitter_ps = seed % 3 * NS;
	sim_add_cpuid(&sim, 0, 0, 1, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_add_cpuid(&sim, 1, 0, 0x906ed, 0, 0, 1 << 4);
	if (!*cs->name)
		return;
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", cs->name);
	sim_add_file(&sim, CLOCKSOURCE "available_clocksource", cs->name);
}

static struct tscal_line calibrate(unsigned window_ms)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_line line = {.status = TSCAL_STATUS_ERROR};
	struct tscal_report *r;

	opts.platform = &sim.plat;
	opts.window_ms = window_ms;
	opts.budget_ms = window_ms * 3;
	cr_assert(eq(int, tscal_report_new(&opts, &r), 0));
	for (size_t i = 0; i < tscal_report_count(r); i++)
		if (tscal_report_line(r, i)->id == TSCAL_SOURCE_CLOCK_RAW)
			line = *tscal_report_line(r, i);
	tscal_report_free(r);
	return line;
}

static bool has_number(const struct tscal_line *l)
{
	return l->status == TSCAL_STATUS_USED ||
	       l->status == TSCAL_STATUS_AGREES;
}

Test(sim_steps, the_truth_is_inside_on_every_clocksource)
{
	for (size_t i = 0; i < N_COARSE; i++)
		for (uint64_t seed = 0; seed < 500; seed++) {
			struct tscal_line l;

			pc(&coarse[i], seed);
			l = calibrate(seed % 4 ? 10 : 2);
			cr_assert(has_number(&l), "%s: %s", coarse[i].name,
				l.sentence);
			cr_assert(le(dbl, l.hz_lo, sim.tsc_hz), "%s, seed %lu",
				coarse[i].name, (unsigned long)seed);
			cr_assert(le(dbl, sim.tsc_hz, l.hz_hi), "%s, seed %lu",
				coarse[i].name, (unsigned long)seed);
			cr_assert(le(dbl, l.hz_lo, l.hz));
			cr_assert(le(dbl, l.hz, l.hz_hi));
		}
}

/* The machines above are such that a clock taken for even gives false bounds:
 * else they would prove nothing. */
Test(sim_steps, taken_for_even_the_truth_would_be_outside)
{
	for (size_t i = 0; i < N_COARSE; i++) {
		size_t outside = 0;

		for (uint64_t seed = 0; seed < 500; seed++) {
			struct measured m;

			pc(&coarse[i], seed);
			m = measure_one(PLAT_COUNTER_CLOCK_RAW, 10, 50);
			outside += !holds_truth(&m);
		}
		/* Slow reads hide a step within their own length. */
		if (coarse[i].step_ps > coarse[i].read_ps)
			cr_expect(lt(sz, 100, outside), "%s", coarse[i].name);
		if (!coarse[i].step_ps)
			cr_expect(zero(sz, outside));
	}
}

/* Out of sight it may be any, but reads that differ by 60 ns show that it is
 * no PM timer. */
Test(sim_steps, reads_show_how_even_an_unknown_clock_is)
{
	static const struct clocksource unknown = {"", 0, 40 * NS};
	struct tscal_line l;

	pc(&unknown, 1);
	l = calibrate(10);
	cr_assert(lt(dbl, (l.hz_hi - l.hz_lo) / l.hz * 1e6, 30));
}

/* Ticks of the kernel, 1 to 10 ms: an interval of ppm would be false. */
Test(sim_steps, jiffies_are_too_coarse_to_measure_by)
{
	static const struct clocksource jiffies[] = {
		{"jiffies", 10 * MS, 50 * NS},
		{"jiffies", 4 * MS, 50 * NS},
		{"refined-jiffies", 1 * MS, 50 * NS},
		{"", 10 * MS, 50 * NS},
		{"", 4 * MS, 50 * NS},
		{"", 1 * MS, 50 * NS},
		{"unheard-of", 4 * MS, 50 * NS},
	};

	for (size_t i = 0; i < sizeof(jiffies) / sizeof(*jiffies); i++)
		for (uint64_t seed = 0; seed < 200; seed++) {
			struct tscal_line l;

			pc(&jiffies[i], seed);
			/* The tick comes at any time of the window. */
			sim.now_ps = seed * 77 * US;
			l = calibrate(10);
			cr_assert(not(has_number(&l)), "%zu, seed %lu: %s", i,
				(unsigned long)seed, l.sentence);
			cr_assert(not(zero(sz, strlen(l.sentence))));
		}
	pc(&jiffies[0], 0);
	cr_assert(ne(
		ptr, strstr(calibrate(10).sentence, "20 ms at a time"), NULL));
}

/* A window of many ticks: wide, and true. */
Test(sim_steps, jiffies_over_seconds_give_a_wide_interval)
{
	static const struct clocksource jiffies = {"jiffies", 4 * MS, 50 * NS};

	for (uint64_t seed = 0; seed < 20; seed++) {
		struct tscal_line l;

		pc(&jiffies, seed);
		sim.now_ps = seed * 777 * US;
		l = calibrate(8000);
		cr_assert(has_number(&l), "%s", l.sentence);
		cr_assert(le(dbl, l.hz_lo, sim.tsc_hz));
		cr_assert(le(dbl, sim.tsc_hz, l.hz_hi));
		cr_assert(lt(dbl, 500, (l.hz_hi - l.hz_lo) / l.hz * 1e6));
	}
}
