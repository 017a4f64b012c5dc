/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Hardware counters in whole runs: whose they are, and what they tell of a host
 * behind them. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "unit/opening.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"
#define EMULATE_PM 0x121

static struct tscal_report *report;

/* An Intel PC whose kernel runs on its TSC. */
static void init_pc(void)
{
	sim_init(&sim);
	add_counters();
	sim_add_cpuid(&sim, 0, 0, 0x16, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_add_cpuid(&sim, 1, 0, 0x906ed, 0, 0, 1 << 4);
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", "tsc\n");
	sim_add_file(&sim, CLOCKSOURCE "available_clocksource",
		"tsc hpet acpi_pm \n");
	sim_add_file(&sim, "/proc/cpuinfo", "flags\t\t: tsc\n");
	sim_add_file(&sim, "/sys/class/ptp/ptp0/clock_name", "ena-ptp-05\n");
}

static void done(void)
{
	tscal_report_free(report);
}

TestSuite(counters_run, .init = init_pc, .fini = done);

static void calibrate(uint32_t flags)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;

	opts.platform = &sim.plat;
	opts.flags = flags;
	tscal_report_free(report);
	report = NULL;
	forget();
	cr_assert(zero(int, tscal_report_new(&opts, &report)));
}

static const struct tscal_line *line(enum tscal_source id)
{
	for (size_t i = 0; i < tscal_report_count(report); i++)
		if (tscal_report_line(report, i)->id == id)
			return tscal_report_line(report, i);
	cr_fatal("no such source");
}

static bool rate_says(const char *part)
{
	return strstr(tscal_report_info(report)->rate_sentence, part);
}

/* In a guest the first three are the host's; a PTP clock is whose it is. */
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

Test(counters_run, a_healthy_pc_has_witnesses_of_its_own)
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
	/* CPUID's word is no mere look. */
	calibrate(TSCAL_OPT_PIT | TSCAL_OPT_ASSUME_METAL);
	expect_roots(true);
}

struct look {
	const char *what, *sentence; /* NULL: no sign */
	uint64_t period_fs;
	double hpet_us, pm_us; /* what a read takes */
};

static const struct look looks[] = {
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

static void look_like(const struct look *l)
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

Test(counters_run, timers_that_look_emulated)
{
	for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
		const struct look *l = &looks[i];
		const struct tscal_info *info;

		look_like(l);
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
		/* A laboratory may know better. */
		calibrate(TSCAL_OPT_PIT | TSCAL_OPT_ASSUME_METAL);
		expect_roots(false);
	}
}

Test(counters_run, what_was_not_measured_looks_like_nothing)
{
	look_like(&looks[9]);
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
	{-EIO, TSCAL_STATUS_ERROR, "(errno 5)"},
};

/* Beside the others, which are none the worse for it. */
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
Test(counters_run, an_hpet_with_a_nonsense_period_contradicts_nobody)
{
	sim.counters[HPET].open_error = -ERANGE;
	calibrate(0);
	cr_expect(eq(int, tscal_report_info(report)->rate, TSCAL_RATE_VERIFIED),
		"%s", tscal_report_info(report)->rate_sentence);
	cr_expect(eq(int, line(TSCAL_SOURCE_HPET)->status, TSCAL_STATUS_ERROR));
}

/* The PM timer that microcode makes of the CPU's crystal ----------------- */

struct microcode {
	uint64_t msr;
	uint32_t vendor_ebx;
	bool told;
};

#define INTEL 0x756e6547
#define EN 0x10000

static const struct microcode microcodes[] = {
	{EN | PORT, INTEL, true},
	{UINT64_C(0x262e8b55) << 32 | EN | PORT, INTEL, true},
	/* Switched off, for another port, of another maker. */
	{PORT, INTEL, false},
	{EN | 0x1808, INTEL, false},
	{EN | PORT, 0x68747541, false},
	{0, INTEL, false},
};

Test(counters_run, a_pm_timer_of_microcode_counts_the_cpus_crystal)
{
	/* The kernel believed CPUID; the best witness is the PM timer. */
	sim_add_cpuid(&sim, 0x15, 0, 2, 192, 25000000, 0);
	sim.files[3].text = "flags\t\t: tsc tsc_known_freq\n";
	sim.counters[HPET].present = sim.counters[PHC].present = false;
	for (size_t i = 0; i < sizeof(microcodes) / sizeof(*microcodes); i++) {
		const struct microcode *m = &microcodes[i];

		sim.n_msrs = 0;
		sim_add_msr(&sim, 0, EMULATE_PM, m->msr);
		sim.cpuid[0].regs.ebx = m->vendor_ebx;
		calibrate(0);
		cr_assert(eq(int, tscal_report_info(report)->rate,
			TSCAL_RATE_VERIFIED));
		cr_expect(eq(int, rate_says("derive from the CPU's crystal"),
				  m->told),
			"%zu: %s", i, tscal_report_info(report)->rate_sentence);
	}
}

Test(counters_run, a_guests_register_of_microcode_is_not_asked)
{
	init_counters();
	sim_add_msr(&sim, 0, EMULATE_PM, EN | PORT);
	strcpy(run.facts.cpu_vendor, "GenuineIntel");
	run.measured.counters.pm_port = PORT;
	run.measured.counters.timer[PM] = (struct measured){
		.out = {TSCAL_STATUS_READY, 2.4e9, 2.4e9, 2.4e9,
			"3 and 3 reads"}};
	run.kernel.guest = true;
	ask(TSCAL_SOURCE_ACPI_PM);
	cr_expect(not(est.of_cpu_crystal));
	run.kernel.guest = false;
	ask(TSCAL_SOURCE_ACPI_PM);
	cr_expect(est.of_cpu_crystal);
}

/* PTP clocks --------------------------------------------------------------- */

struct ptp {
	int number;
	const char *name;
	bool guest;
	uint32_t root;
};

static const struct ptp ptps[] = {
	{0, "ena-ptp-05", false, TSCAL_ROOT_PHC(0)},
	{3, "mlx5_ptp", false, TSCAL_ROOT_PHC(3)},
	{7, "mlx5_ptp", false, TSCAL_ROOT_PHC(7)},
	/* No bit is left for these. */
	{8, "mlx5_ptp", false, TSCAL_ROOT_UNKNOWN},
	{15, "mlx5_ptp", true, TSCAL_ROOT_UNKNOWN},
	/* A card that was passed through is not the host's. */
	{1, "mlx5_ptp", true, TSCAL_ROOT_PHC(1)},
	/* A card's address is all that e1000e and igb say: on metal it is one,
	 * in a guest most likely QEMU's, which counts by the host's clock. */
	{0, "52:54:00:12:34:56", false, TSCAL_ROOT_PHC(0)},
	{0, "52:54:00:12:34:56", true, TSCAL_ROOT_UNKNOWN},
	{0, "KVM virtual PTP", true, TSCAL_ROOT_HV},
	{0, "ptp_vmw", true, TSCAL_ROOT_HV},
	{0, "Mock-up PTP clock", false, TSCAL_ROOT_UNKNOWN},
	{0, "ptp1_virt", false, TSCAL_ROOT_UNKNOWN},
	{2, "hyperv", true, TSCAL_ROOT_HV},
	{4, "vmclock0", true, TSCAL_ROOT_HV},
};

Test(counters_run, whose_a_ptp_clock_is)
{
	for (size_t i = 0; i < sizeof(ptps) / sizeof(*ptps); i++) {
		const struct ptp *p = &ptps[i];
		const struct tscal_line *l;
		char path[64], dev[24];

		/* Cards that have gone leave gaps of up to 7. */
		init_pc();
		sim.n_files--;
		snprintf(path, sizeof(path), "/sys/class/ptp/ptp%d/clock_name",
			p->number);
		if (p->number > 7)
			sim_add_file(&sim, "/sys/class/ptp/ptp7/clock_name",
				"KVM virtual PTP\n");
		sim_add_file(&sim, path, p->name);
		if (p->guest)
			sim.cpuid[1].regs.ecx = UINT32_C(1) << 31;
		calibrate(0);
		l = line(TSCAL_SOURCE_PHC);
		cr_expect(
			eq(u32, l->roots, p->root), "%zu: %s", i, l->sentence);
		cr_expect(eq(int,
				  strstr(l->sentence, ", the host's clock") !=
					  NULL,
				  p->root == TSCAL_ROOT_HV),
			"%zu: %s", i, l->sentence);
		snprintf(dev, sizeof(dev), "/dev/ptp%u", given[PHC].number);
		cr_expect(zero(int, strncmp(l->sentence, dev, strlen(dev))),
			"%zu: %s", i, l->sentence);
		cr_expect(eq(dbl, l->tolerance_ppm, 100));
	}
}

/* It goes by its own time, as NTP steers it, and not by its TSC: 100 ppm are
 * no contradiction. */
Test(counters_run, a_hosts_ptp_clock_goes_by_the_hosts_clock)
{
	init_counters();
	run.measured.counters.timer[PHC] = (struct measured){
		.out = {TSCAL_STATUS_READY, 2.4e9, 2.4e9, 2.4e9, "reads"}};
	run.kernel.guest = true;
	ask(TSCAL_SOURCE_PHC);
	cr_expect(not(est.by_host_clock));
	run.facts.ptp_kind = FACTS_PTP_HOST;
	ask(TSCAL_SOURCE_PHC);
	cr_expect(est.by_host_clock);
	run.measured.counters.timer[PHC].out.hz = 1e3;
	cr_expect(eq(int, STATUS(TSCAL_SOURCE_PHC), TSCAL_STATUS_IMPLAUSIBLE));
	cr_expect(lt(dbl, est.line.tolerance_ppm, 0));
}
