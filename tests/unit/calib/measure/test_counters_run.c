/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Hardware counters in whole runs: their roots, and signs of a host that
 * emulates them. */
#include "unit/whole_run.h"

TestSuite(counters_run, .init = init_pc, .fini = done);

/* In a guest the first three are the host's; a PTP clock keeps its root. */
static void expect_roots(bool host)
{
	for (size_t i = 0; i < N_HARDWARE; i++) {
		const struct tscal_line *l = line(hardware[i].source);
		bool hosts = host && hardware[i].id != PHC;

		cr_expect(eq(u32, l->roots,
				  hosts ? TSCAL_ROOT_HV : hardware[i].root),
			"%s: %s", l->name, l->sentence);
		cr_expect(eq(int,
				  strstr(l->sentence, "emulated by the host") !=
					  NULL,
				  hosts),
			"%s: %s", l->name, l->sentence);
		cr_expect(le(dbl, l->hz_lo, 2.4e9), "%s", l->name);
		cr_expect(le(dbl, 2.4e9, l->hz_hi), "%s", l->name);
	}
}

Test(counters_run, a_healthy_pc_has_independent_sources)
{
	calibrate(TSCAL_OPT_PIT);
	expect_roots(false);
	cr_expect(
		eq(int, tscal_report_info(report)->rate, TSCAL_RATE_VERIFIED));
	cr_expect(eq(dbl, line(TSCAL_SOURCE_HPET)->tolerance_ppm, 500));
	cr_expect(eq(dbl, line(TSCAL_SOURCE_PHC)->tolerance_ppm, 100));
	cr_expect(lt(dbl, line(TSCAL_SOURCE_ACPI_PM)->tolerance_ppm, 0));
	cr_expect(lt(dbl, line(TSCAL_SOURCE_PIT)->tolerance_ppm, 0));
	cr_expect(eq(uint, total(opened), total(closed)));
	cr_expect(eq(uint, total(opened), 2 + N_HARDWARE));
}

Test(counters_run, a_guests_timers_are_its_hosts)
{
	sim.cpuid[1].regs.ecx = UINT32_C(1) << 31;
	calibrate(TSCAL_OPT_PIT);
	expect_roots(true);
	/* CPUID's hypervisor bit is more than a sign. */
	calibrate(TSCAL_OPT_PIT | TSCAL_OPT_ASSUME_METAL);
	expect_roots(true);
}

struct timing {
	const char *what, *sentence; /* NULL: no sign */
	uint64_t period_fs;
	double hpet_us, pm_us; /* what a read takes */
};

static const struct timing timings[] = {
	{"a PC", NULL, 69841279, 0.6, 1.2},
	{"24 MHz, as Skylake's", NULL, 41666667, 0.6, 1.2},
	{"QEMU's", "exactly 10 ns", 10000000, 0.6, 1.2},
	{"one fs less", NULL, 9999999, 0.6, 1.2},
	{"one fs more", NULL, 10000001, 0.6, 1.2},
	{"slow, but hardware", NULL, 69841279, 4.9, 4.9},
	{"an HPET behind an exit", "A read of the HPET takes 5 us", 69841279,
		5.1, 1.2},
	{"a PM timer behind an exit", "A read of the ACPI PM timer takes 20 us",
		69841279, 0.6, 20},
	{"both", "A read of the HPET takes 20 us", 69841279, 20, 20},
	{"both, QEMU's", "exactly 10 ns", 10000000, 20, 20},
};

static void set_timing(const struct timing *l)
{
	struct sim_counter *hpet = &sim.counters[HPET];

	hpet->num = 1000000000000000;
	hpet->den = l->period_fs;
	/* With 10 ns of the RDTSC before it. */
	hpet->before_ps = (uint64_t)(l->hpet_us * 1e6) / 2;
	hpet->after_ps = hpet->before_ps - 10000;
	sim.counters[PM].before_ps = (uint64_t)(l->pm_us * 1e6) / 2;
	sim.counters[PM].after_ps = sim.counters[PM].before_ps - 10000;
}

Test(counters_run, timers_that_seem_emulated)
{
	for (size_t i = 0; i < sizeof(timings) / sizeof(*timings); i++) {
		const struct timing *l = &timings[i];
		const struct tscal_info *info;

		set_timing(l);
		calibrate(TSCAL_OPT_PIT);
		info = tscal_report_info(report);
		expect_roots(l->sentence);
		cr_expect(eq(int, info->use,
				  l->sentence ? TSCAL_USE_UNTIL_MOVED
					      : TSCAL_USE_YES),
			"%s", l->what);
		if (l->sentence)
			cr_expect(
				ne(ptr, strstr(info->use_sentence, l->sentence),
					NULL),
				"%s: %s", l->what, info->use_sentence);
		/* The user may know that it is bare metal. */
		calibrate(TSCAL_OPT_PIT | TSCAL_OPT_ASSUME_METAL);
		expect_roots(false);
	}
}

Test(counters_run, what_was_not_measured_is_no_sign)
{
	set_timing(&timings[9]);
	sim.counters[HPET].dead = true;
	sim.counters[PM].dead = true;
	calibrate(0);
	cr_expect(eq(int, line(TSCAL_SOURCE_HPET)->status, TSCAL_STATUS_STUCK));
	cr_expect(eq(int, tscal_report_info(report)->use, TSCAL_USE_YES));
}

static const char *sign(
	bool present, const char *before, enum tscal_status status)
{
	init_counters();
	run.hv.id.present = present;
	strcpy(run.facts.virtual_sign, before);
	run.measured.counters.timer[HPET] = (struct measured){
		.out.status = status,
		.what = "the HPET",
		.counter = {.num = 100000000, .den = 1},
		.read_ns = 20000};
	run.measured.counters.timer[PM] = run.measured.counters.timer[HPET];
	measurements_finish(&(struct counters_wanted){.plat = run.plat,
				    .facts = &run.facts},
		&run.measured, NULL);
	return run.measured.timer_sign;
}

Test(counters_run, a_better_sign_is_kept)
{
	enum tscal_status ready = TSCAL_STATUS_READY;

	cr_expect(eq(str, (char *)sign(false, "", ready),
		"The HPET's period is exactly 10 ns, as QEMU's is"));
	/* What was read before it failed is no sign. */
	cr_expect(eq(str, (char *)sign(false, "", TSCAL_STATUS_UNSTABLE), ""));
}

Test(counters_run, a_survey_and_a_disabled_tsc_open_nothing)
{
	calibrate(TSCAL_OPT_SURVEY | TSCAL_OPT_PIT);
	cr_expect(zero(uint, total(opened)));
	cr_expect(eq(int, line(TSCAL_SOURCE_HPET)->status, TSCAL_STATUS_READY));
	sim.tsc_access = PLAT_TSC_SIGSEGV;
	calibrate(TSCAL_OPT_PIT);
	cr_expect(zero(uint, total(opened)));
	for (size_t i = 0; i < N_HARDWARE; i++) {
		cr_expect(eq(int, line(hardware[i].source)->status,
			TSCAL_STATUS_SKIPPED));
		cr_expect(ne(ptr,
			strstr(line(hardware[i].source)->sentence,
				"RDTSC is disabled"),
			NULL));
	}
}

Test(counters_run, a_run_without_measuring_opens_no_device)
{
	calibrate(TSCAL_OPT_NO_MEASURE | TSCAL_OPT_PIT);
	cr_expect(eq(uint, total(opened), 2));
	cr_expect(eq(uint, opened[RAW] + opened[RDTSC], 2));
	cr_expect(eq(uint, total(closed), 2));
}

static const struct {
	int rc;
	enum tscal_status status;
	const char *sentence;
} errors[] = {
	{-ENOENT, TSCAL_STATUS_ABSENT, "not on this machine"},
	{-EACCES, TSCAL_STATUS_DENIED, "no permission for the "},
	{-EPERM, TSCAL_STATUS_DENIED, "no permission for the "},
	{-EOPNOTSUPP, TSCAL_STATUS_SKIPPED, "not asked to use "},
	{-EFAULT, TSCAL_STATUS_DENIED, "faults"},
	{-ETIMEDOUT, TSCAL_STATUS_UNSTABLE, "did not answer in time"},
	{-ENODEV, TSCAL_STATUS_STUCK, "does not count"},
	{-ECHILD, TSCAL_STATUS_ERROR, "was killed"},
	{-ENODATA, TSCAL_STATUS_ABSENT, "not in the recording"},
	{-EIO, TSCAL_STATUS_ERROR, "(EIO: input/output error)"},
};

/* The other counters are not affected. */
Test(counters_run, what_reading_them_may_fail_by)
{
	for (size_t i = 0; i < N_HARDWARE; i++)
		for (size_t k = 0; k < sizeof(errors) / sizeof(*errors); k++) {
			const struct tscal_line *l;

			sim.counters[hardware[i].id].error = errors[k].rc;
			calibrate(TSCAL_OPT_PIT);
			l = line(hardware[i].source);
			cr_expect(eq(int, l->status, errors[k].status),
				"%s, %d: %s", l->name, errors[k].rc,
				l->sentence);
			cr_expect(
				ne(ptr, strstr(l->sentence, errors[k].sentence),
					NULL),
				"%s, %d: %s", l->name, errors[k].rc,
				l->sentence);
			cr_expect(zero(dbl, l->hz));
			cr_expect(eq(uint, total(opened), total(closed)));
			cr_expect(eq(int, tscal_report_info(report)->rate,
				TSCAL_RATE_VERIFIED));
			sim.counters[hardware[i].id].error = 0;
		}
}

/* Nothing was counted by it, so nothing that was counted contradicts. */
Test(counters_run, an_hpet_with_a_nonsense_period_contradicts_no_source)
{
	sim.counters[HPET].open_error = -ERANGE;
	calibrate(0);
	cr_expect(eq(int, tscal_report_info(report)->rate, TSCAL_RATE_VERIFIED),
		"%s", tscal_report_info(report)->rate_sentence);
	cr_expect(eq(int, line(TSCAL_SOURCE_HPET)->status, TSCAL_STATUS_ERROR));
}
