/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Whole calibrations of the simulated machine. */
#include <errno.h>
#include <math.h>
#include <sys/timex.h>

#include <tscal/calibrate.h>

#include "measuring.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"

/* A PC whose kernel runs on its TSC, at the rate it measured: the pair of
 * CLOCK_MONOTONIC_RAW is in the page beside the one that NTP steers. */
static void pc(uint64_t seed)
{
	struct sim_counter *raw = machine(seed);

	raw->mult = (uint32_t)(ldexp(1e9, 24) / sim.tsc_hz * (1 + 13e-6));
	raw->shift = 24;
	raw->jitter_ps = 2 * NS;
	sim.tsc_step_ps = 10 * NS;
	sim_add_cpuid(&sim, 0, 0, 1, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_add_cpuid(&sim, 1, 0, 0x906ed, 0, 0, 1 << 4);
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", "tsc\n");
	sim_add_file(&sim, CLOCKSOURCE "available_clocksource",
		"tsc hpet acpi_pm \n");
	sim_add_file(&sim, "/proc/cpuinfo", "flags\t\t: tsc\n");
	sim_add_mult_page(&sim, 0x20, raw->mult + 90, 24);
	sim_add_mult_page(&sim, 0x108, raw->mult, 24);
	sim.timex_rc = 0;
	sim.timex = (struct plat_timex){
		.state = TIME_OK, .tick = 10000, .freq = 13 * 65536};
}

static struct tscal_report *calibrate(void)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_report *r = NULL;

	opts.platform = &sim.plat;
	cr_assert(eq(int, tscal_report_new(&opts, &r), 0));
	return r;
}

/* Half of a pointer is a crash, bit 0 a request for no source at all. */
Test(sim_run, options_of_another_layout_or_for_no_source_are_refused)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_info info;

	pc(1);
	opts.platform = &sim.plat;
	cr_assert(zero(int, tscal_calibrate(&opts, &info)));
	for (opts.size = 0; opts.size <= 2 * sizeof(opts); opts.size++)
		if (opts.size != sizeof(opts))
			cr_expect(
				eq(int, tscal_calibrate(&opts, &info), -EINVAL),
				"%zu", opts.size);
	opts.size = sizeof(opts);
	opts.only = UINT64_C(1) << TSCAL_SOURCE_NONE;
	cr_assert(eq(int, tscal_calibrate(&opts, &info), -EINVAL));
	opts.only = UINT64_C(1) << TSCAL_SOURCE_COUNT;
	cr_assert(eq(int, tscal_calibrate(&opts, &info), -EINVAL));
	opts.only = UINT64_C(1) << (TSCAL_SOURCE_COUNT - 1);
	cr_assert(zero(int, tscal_calibrate(&opts, &info)));
}

static const struct tscal_line *line_of(
	const struct tscal_report *r, enum tscal_source id)
{
	for (size_t i = 0; i < tscal_report_count(r); i++)
		if (tscal_report_line(r, i)->id == id)
			return tscal_report_line(r, i);
	cr_fatal("no such source");
}

Test(sim_run, a_flag_of_a_later_version_is_refused_not_ignored)
{
	struct tscal_opts later = TSCAL_OPTS_INIT, tail = TSCAL_OPTS_INIT;
	struct tscal_info info;

	pc(0);
	later.platform = tail.platform = &sim.plat;
	later.flags = TSCAL_OPT_TRUST_OVER_KERNEL << 1;
	cr_assert(eq(int, tscal_calibrate(&later, &info), -EINVAL));
	tail.reserved = 1;
	cr_assert(eq(int, tscal_calibrate(&tail, &info), -EINVAL));
	later.flags >>= 1;
	cr_assert(eq(int, tscal_calibrate(&later, &info), 0));
}

/* calibrate.h: 1..60000 ms, and the default budget is 50 ms. */
Test(sim_run, a_window_above_the_budget_is_refused)
{
	static const struct {
		uint32_t window_ms, budget_ms;
		int rc;
	} rows[] = {
		{50, 0, 0},
		{51, 0, -EINVAL},
		{5, 5, 0},
		{6, 5, -EINVAL},
		{0, 5, 0},
		{0, 60000, 0},
		{0, 60001, -EINVAL},
	};
	struct tscal_info info;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tscal_opts opts = TSCAL_OPTS_INIT;

		pc(1);
		opts.platform = &sim.plat;
		opts.window_ms = rows[i].window_ms;
		opts.budget_ms = rows[i].budget_ms;
		cr_expect(eq(int, tscal_calibrate(&opts, &info), rows[i].rc),
			"row %zu", i);
	}
}

Test(sim_run, the_exact_rate_is_inside_the_measured_interval)
{
	for (uint64_t seed = 0; seed < 50; seed++) {
		const struct tscal_line *raw, *vdso;
		struct tscal_report *r;

		pc(seed);
		r = calibrate();
		raw = line_of(r, TSCAL_SOURCE_CLOCK_RAW);
		vdso = line_of(r, TSCAL_SOURCE_VDSO);
		cr_assert(epsilon_eq(dbl, vdso->hz,
				  sim_hz(&sim, PLAT_COUNTER_CLOCK_RAW), 1e-6),
			"seed %lu: %s, %s", (unsigned long)seed, vdso->sentence,
			raw->sentence);
		cr_assert(le(dbl, raw->hz_lo, vdso->hz));
		cr_assert(le(dbl, vdso->hz, raw->hz_hi));
		/* One count of the clock. */
		cr_assert(lt(dbl, fabs(raw->hz / vdso->hz - 1) * 1e6, 0.1));
		cr_assert(lt(u64, sim.now_ps, 15 * MS));
		tscal_report_free(r);
	}
}

Test(sim_run, ntp_that_changes_its_frequency_is_not_used)
{
	struct tscal_report *r;
	const struct tscal_line *raw;
	double hz;

	pc(1);
	hz = sim_hz(&sim, PLAT_COUNTER_CLOCK_RAW);
	r = calibrate();
	cr_assert(epsilon_eq(dbl, line_of(r, TSCAL_SOURCE_ADJTIMEX)->hz,
		hz / (1 + 13e-6), 1));
	tscal_report_free(r);

	pc(1);
	sim.timex_freq_step = 65536; /* 1 ppm between two reads */
	sim.mono_ppm = 500;
	r = calibrate();
	raw = line_of(r, TSCAL_SOURCE_CLOCK_RAW);
	cr_assert(eq(int, line_of(r, TSCAL_SOURCE_ADJTIMEX)->status,
		TSCAL_STATUS_UNSTABLE));
	cr_assert(le(dbl, raw->hz_lo, hz));
	cr_assert(le(dbl, hz, raw->hz_hi));
	cr_assert(lt(dbl, fabs(tscal_report_info(r)->hz_raw / hz - 1), 1e-9));
	tscal_report_free(r);
}

Test(sim_run, a_default_run_keeps_its_budget_whatever_a_read_costs)
{
	static const uint64_t cost[] = {30 * NS, 2 * US, 60 * US, 600 * US};

	for (size_t i = 0; i < sizeof(cost) / sizeof(*cost); i++) {
		pc(2);
		sim.counters[PLAT_COUNTER_CLOCK_RAW].before_ps = cost[i];
		/* RDTSC is trapped as well. */
		sim.rdtsc_ps = i ? 2 * US : 10 * NS;
		tscal_report_free(calibrate());
		cr_assert(lt(u64, sim.now_ps, 50 * MS));
	}
}

static int (*cpuid_of_sim)(
	struct tscal_platform *, uint32_t, uint32_t, struct plat_cpuid *);
static unsigned n_cpuid;

static int counted_cpuid(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	n_cpuid++;
	return cpuid_of_sim(p, leaf, subleaf, out);
}

/* A CPUID traps in a guest: 256 bases would take longer than a window of 1 ms.
 */
Test(sim_run, a_short_window_has_no_time_for_all_bases)
{
	static const struct {
		unsigned budget_ms, window_ms;
		bool all;
	} cases[] = {{1, 0, false}, {4, 0, false}, {5, 0, true}, {50, 0, true},
		{50, 1, false}, {50, 4, false}, {50, 5, true}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tscal_opts opts = TSCAL_OPTS_INIT;
		struct plat_ops ops;
		struct tscal_info info;

		pc(4);
		sim.cpuid[1].regs.ecx |= UINT32_C(1) << 31;
		ops = *sim.plat.ops;
		cpuid_of_sim = ops.cpuid;
		ops.cpuid = counted_cpuid;
		sim.plat.ops = &ops;
		n_cpuid = 0;
		opts.platform = &sim.plat;
		opts.budget_ms = cases[i].budget_ms;
		opts.window_ms = cases[i].window_ms;
		cr_assert(eq(int, tscal_calibrate(&opts, &info), 0));
		cr_expect(eq(int, n_cpuid < 100, !cases[i].all), "%zu: %u", i,
			n_cpuid);
	}
}

Test(sim_run, a_dead_clock_leaves_no_number)
{
	struct tscal_report *r;

	pc(3);
	sim.counters[PLAT_COUNTER_CLOCK_RAW].dead = true;
	r = calibrate();
	cr_assert(eq(int, line_of(r, TSCAL_SOURCE_CLOCK_RAW)->status,
		TSCAL_STATUS_STUCK));
	cr_assert(eq(int, tscal_report_info(r)->rate, TSCAL_RATE_NONE));
	tscal_report_free(r);
}
