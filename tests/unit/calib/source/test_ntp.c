/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* CLOCK_REALTIME as a source: the network's seconds, while it is not slewed. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "unit/opening.h"
#include "unit/unfit_ntp.h"

#define FREQ_PPM 13

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"

static struct tscal_report *report;
static uint32_t window_ms;

/* A PC whose kernel runs on its TSC and is 13 ppm slow by it, as RAW shows; NTP
 * makes CLOCK_REALTIME true again. */
static void init_synchronised(void)
{
	init_metal();
	sim_run_tsc(&sim, 2.4e9, 1);
	sim_add_clock_raw(&sim)->error_ppm = -FREQ_PPM;
	sim_add_counter(&sim, REALTIME, 1000000000, 1, 64);
	sim.timex = (struct plat_timex){
		.state = TIME_OK, .tick = 10000, .freq = FREQ_PPM * 65536};
	sim_add_cpuid(&sim, 0, 0, 1, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_add_cpuid(&sim, 1, 0, 0x906ed, 0, 0, 1 << 4);
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", "tsc\n");
	sim_add_file(&sim, CLOCKSOURCE "available_clocksource", "tsc hpet\n");
	run.facts.timex = sim.timex;
	run.opts = (struct tscal_opts){.budget_ms = 1500, .window_ms = 10};
}

static void done(void)
{
	tscal_report_free(report);
}

TestSuite(ntp, .init = init_synchronised, .fini = done);

static const struct tscal_line *calibrate(uint32_t budget_ms, uint32_t flags)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;

	opts.platform = &sim.plat;
	opts.budget_ms = budget_ms;
	opts.window_ms = window_ms;
	opts.flags = flags;
	tscal_report_free(report);
	report = NULL;
	cr_assert(zero(int, tscal_report_new(&opts, &report)));
	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *l = tscal_report_line(report, i);

		if (l->id != TSCAL_SOURCE_NTP)
			continue;
		est.line = *l;
		return l;
	}
	cr_fatal("no such source");
}

static void expect(enum tscal_status status, const char *sentence)
{
	cr_expect(eq(int, est.line.status, status), "%s", est.line.sentence);
	sentence_has(sentence);
	if (status != TSCAL_STATUS_AGREES)
		cr_expect(zero(dbl, est.line.hz), "%s", est.line.sentence);
}

Test(ntp, a_clean_run_agrees_over_a_second)
{
	const struct tscal_line *l = calibrate(1500, 0);

	expect(TSCAL_STATUS_AGREES, "CLOCK_REALTIME, which NTP steers");
	cr_expect(le(dbl, 1000, l->ms));
	cr_expect(lt(dbl, fabs(l->hz / 2.4e9 - 1), 1e-9));
	cr_expect(le(dbl, l->hz_lo, 2.4e9));
	cr_expect(le(dbl, 2.4e9, l->hz_hi));
	cr_expect(lt(dbl, (l->hz_hi - l->hz_lo) / l->hz, 0.3e-6));
	cr_expect(eq(u32, l->roots, TSCAL_ROOT_NTP));
	cr_expect(eq(dbl, l->tolerance_ppm, 1));
	cr_expect(lt(u64, sim.now_ps, UINT64_C(1500000000000)));
}

/* The window grows for this clock alone, so a run without it stays short. */
Test(ntp, a_budget_below_1200_ms_is_too_short)
{
	static const uint32_t budgets_ms[] = {1, 50, 1199};

	for (size_t i = 0; i < sizeof(budgets_ms) / sizeof(*budgets_ms); i++) {
		sim.now_ps = 0;
		calibrate(budgets_ms[i], 0);
		expect(TSCAL_STATUS_SKIPPED, "--budget-ms 1200");
		cr_expect(lt(u64, sim.now_ps, UINT64_C(50000000000)));
	}
	cr_expect(le(dbl, 1000, calibrate(1200, 0)->ms));
	expect(TSCAL_STATUS_AGREES, "reads over");
}

Test(ntp, is_absent_unless_it_has_settled)
{
	for (size_t i = 0; i < N_UNFIT; i++) {
		sim.timex = unfit[i].timex;
		calibrate(1500, 0);
		expect(TSCAL_STATUS_ABSENT, unfit[i].sentence);
	}
	sim.timex_rc = -EPERM;
	calibrate(1500, 0);
	expect(TSCAL_STATUS_DENIED, "no permission for adjtimex");
}

Test(ntp, is_surveyed_and_not_measured_when_told_so)
{
	calibrate(1500, TSCAL_OPT_SURVEY);
	expect(TSCAL_STATUS_READY, "would measure");
	calibrate(1199, TSCAL_OPT_SURVEY);
	expect(TSCAL_STATUS_SKIPPED, "--budget-ms 1200");
	calibrate(1500, TSCAL_OPT_NO_MEASURE);
	expect(TSCAL_STATUS_SKIPPED, "measuring is switched off");
	cr_expect(lt(u64, sim.now_ps, UINT64_C(2000000000)));
	sim.tsc_access = PLAT_TSC_SIGSEGV;
	calibrate(1500, 0);
	expect(TSCAL_STATUS_SKIPPED, "RDTSC is disabled");
}

Test(ntp, that_changes_its_frequency_meanwhile_is_unstable)
{
	sim.timex_freq_step = 1;
	calibrate(1500, 0);
	expect(TSCAL_STATUS_UNSTABLE, "changed its frequency meanwhile");
	sim.timex_freq_step = -1;
	calibrate(1500, 0);
	expect(TSCAL_STATUS_UNSTABLE, "changed its frequency meanwhile");
}

/* What NTP reports after the window. */
static void after(struct plat_timex now, int rc)
{
	run.measured.counters.timer[REALTIME] = run.measured.counters.raw;
	strcpy(run.measured.counters.timer[REALTIME].out.sentence,
		"3 and 3 reads");
	run.measured.counters.timer[REALTIME].ms = 1000;
	run.facts.timex.freq = 1;
	sim.timex = now;
	sim.timex_rc = rc;
	ask(TSCAL_SOURCE_NTP);
}

Test(ntp, that_is_unfit_after_the_window_is_unstable)
{
	struct plat_timex now = {.state = TIME_OK, .tick = 10000, .freq = 1};

	measured(2.4e9);
	after(now, 0);
	cr_expect(eq(int, est.line.status, TSCAL_STATUS_READY), "%s",
		est.line.sentence);
	now.tick = 9999;
	after(now, 0);
	expect(TSCAL_STATUS_UNSTABLE, "meanwhile");
	now.tick = 10000;
	after(now, -EPERM);
	expect(TSCAL_STATUS_UNSTABLE, "meanwhile");
}

/* adjtime(3) slews by up to 500 ppm, and 1 ms that NTP still makes up for by
 * 60: what is left is not NTP's frequency. */
Test(ntp, a_clock_that_is_slewed_is_no_second)
{
	static const double slews_ppm[] = {60, -60, 500, -500, 2, -2};

	for (size_t i = 0; i < sizeof(slews_ppm) / sizeof(*slews_ppm); i++) {
		double by = 0;

		sim.counters[REALTIME].error_ppm = slews_ppm[i];
		calibrate(1500, 0);
		expect(TSCAL_STATUS_UNSTABLE, "a program slews it");
		cr_expect(eq(int, 1,
			sscanf(est.line.sentence, "the clock runs %lf", &by)));
		/* As far as the bounds of both leave no doubt. */
		cr_expect(epsilon_eq(dbl, by, fabs(slews_ppm[i]), 0.3), "%s",
			est.line.sentence);
	}
}

Test(ntp, half_a_ppm_of_slew_is_ntps_own_wandering)
{
	static const double slews_ppm[] = {0.5, -0.5};

	for (size_t i = 0; i < 2; i++) {
		sim.counters[REALTIME].error_ppm = slews_ppm[i];
		calibrate(1500, 0);
		expect(TSCAL_STATUS_AGREES, "which NTP steers");
	}
}

Test(ntp, a_realtime_that_cannot_be_measured_says_so)
{
	sim.counters[REALTIME].open_error = -EPERM;
	calibrate(1500, 0);
	expect(TSCAL_STATUS_DENIED, "no permission");
	sim.counters[REALTIME].open_error = 0;
	sim.counters[REALTIME].back_at_ps = UINT64_C(500000000000);
	sim.counters[REALTIME].back_by = 1000000000;
	calibrate(1500, 0);
	expect(TSCAL_STATUS_UNSTABLE, "went back");
}

/* The clock it is compared with to see a slew. */
Test(ntp, without_clock_raw_a_slew_cannot_be_excluded)
{
	sim.counters[RAW].dead = true;
	calibrate(1500, 0);
	expect(TSCAL_STATUS_ABSENT, "CLOCK_MONOTONIC_RAW is not known");
	sim.counters[RAW].present = false;
	calibrate(1500, 0);
	expect(TSCAL_STATUS_ABSENT, "CLOCK_MONOTONIC_RAW is not known");
}

/* A us of CLOCK_REALTIME is 1 ppm only over a second: what was stolen from the
 * budget is missing in the window. */
Test(ntp, a_window_that_came_out_shorter_is_none)
{
	sim_add_event(&sim, SIM_STEAL, 1000000, INT64_C(900000000000));
	calibrate(1200, 0);
	expect(TSCAL_STATUS_UNSTABLE, "of 1 s");
}

/* A window up to the whole budget leaves less than that for the first one. */
Test(ntp, a_second_passes_whatever_window_is_asked_for)
{
	static const uint32_t windows_ms[] = {1, 10, 500, 900, 1000, 1200};

	for (size_t i = 0; i < sizeof(windows_ms) / sizeof(*windows_ms); i++) {
		window_ms = windows_ms[i];
		sim.now_ps = 0;
		calibrate(1200, 0);
		expect(TSCAL_STATUS_AGREES, "which NTP steers");
		/* One that is longer by less than a quarter is not waited for.
		 */
		cr_expect(le(dbl, 800, est.line.ms), "%u: %.0f", window_ms,
			est.line.ms);
		cr_expect(lt(u64, sim.now_ps, UINT64_C(1200000000000)));
	}
}

Test(ntp, roots_of_its_seconds)
{
	measured(2.4e9);
	sim.timex.freq = 1;
	run.facts.host_ptp = true;
	after(sim.timex, 0);
	cr_expect(eq(u32, est.line.roots, TSCAL_ROOT_UNKNOWN));
	run.facts.host_ptp = false;
	after(sim.timex, 0);
	cr_expect(eq(u32, est.line.roots, TSCAL_ROOT_NTP));
	run.kernel.guest = run.facts.ptp_unseen = true;
	after(sim.timex, 0);
	cr_expect(eq(u32, est.line.roots, TSCAL_ROOT_UNKNOWN));
}
