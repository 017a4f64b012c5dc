/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The target of a whole calibration: when it ends the measuring, and whether it
 * was met. */
#include "pc.h"

#define ONLY(source) (UINT64_C(1) << TSCAL_SOURCE_##source)

static struct tscal_opts opts;

/* A guest of KVM whose pvclock declares the rate to 0.00015 ppm; its
 * CLOCK_MONOTONIC_RAW is read to 1 us. */
static void kvm_guest(void)
{
	opts = (struct tscal_opts)TSCAL_OPTS_INIT;
	machine(1);
	sim.tsc_hz = TSC_HZ;
	sim.counters[PLAT_COUNTER_CLOCK_RAW].before_ps = 500 * NS;
	sim.counters[PLAT_COUNTER_CLOCK_RAW].after_ps = 500 * NS;
	sim_add_cpuid(&sim, 0, 0, 0xd, 0, 0, 0);
	sim_add_cpuid(&sim, 1, 0, 0xa00f11, 0, UINT32_C(1) << 31, 1 << 4);
	sim_add_cpuid(
		&sim, 0x40000000, 0, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d);
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", "kvm-clock");
	sim_add_file(
		&sim, CLOCKSOURCE "available_clocksource", "kvm-clock tsc");
	sim_add_file(&sim, "/proc/cpuinfo",
		"flags\t\t: tsc tsc_known_freq\nbogomips\t: 1\n");
	sim_add_pvclock_page(&sim, (uint32_t)(ldexp(1e9, 33) / TSC_HZ), -1, 1);
}

/* Within the budget, as any run; returns the ms it took. */
static double run(double target_ppm, uint32_t budget_ms)
{
	uint64_t begun_ps = sim.now_ps;

	opts.platform = &sim.plat;
	opts.target_ppm = target_ppm;
	opts.budget_ms = budget_ms;
	cr_assert(zero(int, tscal_report_new(&opts, &report)));
	info = tscal_report_info(report);
	cr_assert(lt(dbl, (double)(sim.now_ps - begun_ps) / 1e9, budget_ms));
	return (double)(sim.now_ps - begun_ps) / 1e9;
}

static double bounds_ppm(void)
{
	return fmax(info->hz_hi - info->hz, info->hz - info->hz_lo) / info->hz *
	       1e6;
}

Test(sim_target, that_the_chosen_source_meets_ends_the_measuring)
{
	kvm_guest();
	cr_assert(lt(dbl, run(1, 3000), 20));
	cr_assert(eq(int, (int)info->source, TSCAL_SOURCE_KVMCLOCK));
	cr_assert(eq(int, info->target_met, 1));
	/* The other source was measured in an ordinary window. */
	cr_assert(lt(dbl, 9, line_of(TSCAL_SOURCE_CLOCK_RAW)->ms));
}

Test(sim_target, that_a_declared_number_misses_does_not_start_a_measuring)
{
	kvm_guest();
	cr_assert(lt(dbl, run(1e-5, 3000), 20));
	cr_assert(eq(int, (int)info->source, TSCAL_SOURCE_KVMCLOCK));
	cr_assert(eq(int, info->target_met, 0));
}

Test(sim_target, that_the_measured_source_misses_grows_its_window)
{
	static const double targets[] = {20, 5, 1};

	for (size_t i = 0; i < 3; i++) {
		kvm_guest();
		opts.only = ONLY(CLOCK_RAW);
		/* 1 us of bracket at each end. */
		cr_assert(lt(dbl, run(targets[i], 10000),
			2 * 2e-3 / (targets[i] * 1e-6) + 30));
		cr_assert(eq(int, (int)info->source, TSCAL_SOURCE_CLOCK_RAW));
		cr_assert(eq(int, info->target_met, 1), "%g", targets[i]);
		cr_assert(le(dbl, bounds_ppm(), targets[i]));
		cr_assert(le(dbl, info->hz_lo, TSC_HZ));
		cr_assert(le(dbl, TSC_HZ, info->hz_hi));
		/* The rate of that clock is known as well, or exactly: by the
		 * longer window, or by the page of kvm-clock. */
		cr_assert(le(dbl, info->hz_raw_hi - info->hz_raw_lo,
			info->hz_hi - info->hz_lo));
		cr_assert(le(dbl, info->hz_lo, info->hz_raw));
		cr_assert(le(dbl, info->hz_raw, info->hz_hi));
	}
}

Test(sim_target, that_the_budget_is_too_short_for_is_missed)
{
	kvm_guest();
	opts.only = ONLY(CLOCK_RAW);
	cr_assert(lt(dbl, 30, run(0.1, 50)));
	cr_assert(eq(int, info->target_met, 0));
	cr_assert(lt(dbl, 0.1, bounds_ppm()));
}

Test(sim_target, without_a_rate_is_missed)
{
	kvm_guest();
	opts.only = ONLY(HV_LEAF);
	run(1, 100);
	cr_assert(eq(int, (int)info->rate, TSCAL_RATE_NONE));
	cr_assert(eq(int, info->target_met, 0));
}

Test(sim_target, none_is_neither_met_nor_missed)
{
	kvm_guest();
	cr_assert(lt(dbl, run(0, 3000), 20));
	cr_assert(eq(int, info->target_met, -1));
	opts.flags = TSCAL_OPT_SURVEY;
	run(1, 3000);
	cr_assert(eq(int, info->target_met, -1));
}

/* Slower counters need not reach the target of the chosen one. */
Test(sim_target, is_that_of_the_chosen_counter_alone)
{
	opts = (struct tscal_opts)TSCAL_OPTS_INIT;
	pc(0, 0, 0);
	sim.counters[PM].before_ps = 20 * US;
	opts.only = ONLY(CLOCK_RAW) | ONLY(ACPI_PM);
	cr_assert(lt(dbl, run(0.1, 20000), 1000));
	cr_assert(eq(int, (int)info->source, TSCAL_SOURCE_CLOCK_RAW));
	cr_assert(eq(int, info->target_met, 1));
	cr_assert(lt(dbl, 1,
		(line_of(TSCAL_SOURCE_ACPI_PM)->hz_hi -
			line_of(TSCAL_SOURCE_ACPI_PM)->hz) /
			info->hz * 1e6));
}

Test(sim_target, above_400_ppm_allows_wider_bounds)
{
	kvm_guest();
	opts.only = ONLY(CLOCK_RAW);
	sim.counters[PLAT_COUNTER_CLOCK_RAW].before_ps = 4 * US;
	cr_assert(lt(dbl, run(1000, 3000), 20));
	cr_assert(eq(int, info->target_met, 1));
}
