/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Calibrations of a machine whose CPUs the platform compares. */
#include <errno.h>
#include <math.h>

#include "pc.h"

#define TRUST TSCAL_OPT_TRUST_OVER_KERNEL

static char online[16];
static struct tscal_info found;

/* Each pair takes 600 us, and has bounds of +-100 ns. */
static void cpus(unsigned n)
{
	pc(0, 0, 0);
	snprintf(online, sizeof(online), "0-%u\n", n - 1);
	sim_add_file(&sim, "/sys/devices/system/cpu/online", online);
	sim.n_cpus = n;
	sim.pair_ps = 600 * US;
	sim.pair_ticks = 240;
}

static void run_with(uint32_t flags, uint32_t budget_ms)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;

	opts.platform = &sim.plat;
	opts.flags = flags;
	opts.budget_ms = budget_ms;
	cr_assert(zero(int, tscal_calibrate(&opts, &found)));
}

static void says(const char *sentence)
{
	cr_expect(eq(str, found.cpus_sentence, (char *)sentence));
}

Test(sim_cpus, that_agree)
{
	cpus(2);
	run_with(0, 0);
	cr_assert(eq(int, found.synchronised, 1));
	cr_assert(eq(int, found.cpus_compared, 2));
	cr_assert(epsilon_eq(dbl, found.skew_ns, 100, 0.5));
	cr_assert(eq(int, (int)found.use, (int)TSCAL_USE_YES));
	says("2 CPUs within 100 ns");
}

Test(sim_cpus, that_differ_are_named)
{
	cpus(4);
	sim.cpu_ahead[2] = 2400000;
	run_with(0, 0);
	cr_assert(eq(int, found.synchronised, 0));
	cr_assert(eq(int, found.skew_a, 0));
	cr_assert(eq(int, found.skew_b, 2));
	cr_assert(epsilon_eq(dbl, found.skew_ns, 1000100, 10));
	cr_assert(eq(int, (int)found.use, (int)TSCAL_USE_NO));
	cr_assert(eq(str, found.use_sentence,
		"CPU 2 is ahead of CPU 0 by 999.9 to 1000.1 us: a stamp is a "
		"time only on the CPU that took it."));
	says("CPUs 0 and 2 differ");
}

/* The worst is named, however the others differ. */
Test(sim_cpus, of_which_several_differ)
{
	cpus(4);
	sim.cpu_ahead[1] = 24000;
	sim.cpu_ahead[3] = -48000;
	run_with(TRUST, 0);
	cr_assert(eq(int, found.skew_b, 3));
	cr_assert(eq(int, (int)found.use, (int)TSCAL_USE_NO));
	cr_assert(not(zero(
		ptr, strstr(found.use_sentence, "It is the worst of 2 that "
						"differ."))));
}

/* 0.2 us is less than a message takes. */
Test(sim_cpus, of_which_nobody_can_see_a_difference)
{
	cpus(2);
	sim.cpu_ahead[1] = 230;
	run_with(0, 0);
	cr_assert(eq(int, found.synchronised, 1));
	cr_assert(epsilon_eq(dbl, found.skew_ns, 100 + 230 / 2.4, 0.5));
}

/* 63 pairs do not fit 50 ms, and fit 1000. */
Test(sim_cpus, that_do_not_fit_the_budget_are_not_begun)
{
	cpus(64);
	run_with(0, 0);
	cr_assert(eq(int, found.synchronised, -1));
	cr_assert(zero(int, found.cpus_compared));
	cr_assert(lt(dbl, found.skew_ns, 0));
	says("64 CPUs not compared, which takes longer: `tscal sync` does "
	     "that");
	cpus(64);
	run_with(0, 1000);
	cr_assert(eq(int, found.synchronised, 1));
	says("64 CPUs within 100 ns");
}

Test(sim_cpus, are_not_compared_where_that_is_not_wanted)
{
	static const uint32_t flags[] = {TSCAL_OPT_NO_SYNC,
		TSCAL_OPT_NO_MEASURE,
		TSCAL_OPT_NO_SYNC | TSCAL_OPT_TRUST_OVER_KERNEL};

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		cpus(2);
		run_with(flags[i], 0);
		cr_expect(zero(int, found.cpus_compared));
		says("2 CPUs not compared: `tscal sync` does that");
	}
	cpus(2);
	sim.tsc_access = PLAT_TSC_SIGSEGV;
	run_with(0, 0);
	cr_expect(zero(int, found.cpus_compared));
}

Test(sim_cpus, one_has_nothing_to_be_compared_with)
{
	cpus(1);
	run_with(0, 0);
	cr_assert(eq(int, found.synchronised, -1));
	says("1 CPU");
}

/* A CPU that came after the process began to run: row 40. */
Test(sim_cpus, that_were_added)
{
	cpus(10);
	sim.n_cpus = 9;
	run_with(0, 0);
	cr_assert(eq(int, found.synchronised, 1));
	says("9 of 10 CPUs within 100 ns, CPU 9 not compared");
	cpus(10);
	sim.n_cpus = 3;
	run_with(0, 0);
	says("3 of 10 CPUs within 100 ns, 7 not compared");
	cpus(10);
	sim.n_cpus = 1;
	run_with(0, 0);
	cr_assert(eq(int, found.synchronised, -1));
	says("10 CPUs not compared: this process may use one of them");
}

Test(sim_cpus, that_cannot_be_used)
{
	static const struct {
		int rc;
		const char *sentence;
	} rows[] = {
		{-EAGAIN, "2 CPUs not compared: no thread could be started"},
		{-ENOMEM, "2 CPUs not compared: no thread could be started"},
		{-EPERM, "2 CPUs not compared: no thread could be started"},
		{-ENXIO, "2 CPUs not compared: no other one could be used"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		cpus(2);
		sim.pair_rc = rows[i].rc;
		run_with(0, 0);
		cr_expect(eq(int, found.synchronised, -1));
		cr_expect(eq(int, (int)found.use, (int)TSCAL_USE_YES));
		says(rows[i].sentence);
	}
}

/* Bounds of 12 us say nothing that anybody can use. */
Test(sim_cpus, that_hardly_ever_run_at_the_same_time)
{
	cpus(2);
	sim.pair_ticks = 14400;
	run_with(TRUST, 0);
	cr_assert(eq(int, found.synchronised, -1));
	cr_assert(lt(dbl, found.skew_ns, 0));
	says("2 CPUs not compared: they hardly ever ran at the same time; "
	     "`tscal sync` takes longer");
}

static void rejected(unsigned n)
{
	cpus(n);
	sim_add_file(&sim, "/proc/uptime", "4000.00 9000.00\n");
	for (size_t i = 0; i < sim.n_files; i++) {
		if (strstr(sim.files[i].path, "/current_clocksource"))
			sim.files[i].text = "hpet\n";
		if (strstr(sim.files[i].path, "/available_clocksource"))
			sim.files[i].text = "hpet acpi_pm \n";
	}
}

/* Row 13. */
Test(sim_cpus, overrule_the_kernel_only_when_asked_and_all_compared)
{
	rejected(2);
	run_with(0, 0);
	cr_assert(eq(int, found.rejected_by_kernel, 1));
	cr_assert(eq(int, (int)found.use, (int)TSCAL_USE_NO));
	cr_assert(not(zero(ptr, strstr(found.use_sentence,
					"The TSCs of 2 CPUs differ by 100 ns "
					"at most."))));
	cr_assert(not(zero(
		ptr, strstr(found.advice, "--trust-over-kernel uses it."))));
	rejected(2);
	run_with(TRUST, 0);
	cr_assert(eq(int, (int)found.use, (int)TSCAL_USE_YES));
	cr_assert(eq(int, found.rejected_by_kernel, 1));
	rejected(64);
	run_with(TRUST, 0);
	cr_assert(eq(int, (int)found.use, (int)TSCAL_USE_NO));
	cr_assert(not(zero(ptr,
		strstr(found.advice, "only if all CPUs that "
				     "this process may use were compared."))));
}
