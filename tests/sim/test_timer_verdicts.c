/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Whole calibrations of a PC whose timers are read: which of them is right. */
#include <errno.h>

#include "pc.h"

/* An HPET that is right, as far as crystals are. */
#define HPET_PPM 10.0
/* How far the kernel's rate, and what this machine measures, may be off. */
#define KERNEL_PPM 12.0

/*
 * Whichever timer is wrong: the rate is the TSC's own and not what that timer
 * shows.
 */
static void assert_rate_is_the_tscs(void)
{
	double off_ppm = (info->hz / sim.tsc_hz - 1) * 1e6;

	cr_assert(lt(dbl, fabs(off_ppm), KERNEL_PPM + 1), "%g ppm off: %s",
		off_ppm, info->rate_sentence);
}

static void assert_verdict(
	enum tscal_rate rate, enum tscal_source source, const char *phrase)
{
	cr_assert(eq(int, (int)info->rate, (int)rate), "%s: %s",
		tscal_rate_str(info->rate), info->rate_sentence);
	cr_assert(eq(int, (int)info->source, (int)source), "%s",
		info->rate_sentence);
	cr_assert(ne(ptr, strstr(info->rate_sentence, phrase), NULL), "%s",
		info->rate_sentence);
	cr_assert(eq(int, (int)info->use, TSCAL_USE_YES));
	assert_rate_is_the_tscs();
}

/* A timer that is this much off is listed with the rate that it shows, which is
 * not the TSC's. */
static void assert_shows(enum tscal_source id, double timer_ppm)
{
	double hz = sim.tsc_hz / (1 + timer_ppm * 1e-6);

	cr_assert(lt(dbl, fabs(line_of(id)->hz / hz - 1), 100e-6), "%g Hz",
		line_of(id)->hz);
	cr_assert(fabs(line_of(id)->hz / sim.tsc_hz - 1) > 300e-6);
}

static void assert_status(enum tscal_source id, enum tscal_status status)
{
	const struct tscal_line *l = line_of(id);

	cr_assert(eq(int, (int)l->status, (int)status), "%s is %s: %s", l->name,
		tscal_status_str(l->status), l->sentence);
}

Test(timer_verdicts, of_a_pc_whose_timers_agree)
{
	pc(KERNEL_PPM, HPET_PPM, -5);
	calibrate(0);
	/* The kernel's rate is derived from the HPET, so another timer confirms
	 * it. */
	assert_verdict(TSCAL_RATE_VERIFIED, TSCAL_SOURCE_VDSO,
		"measured it against the HPET; acpi-pm confirms vdso");
	assert_status(TSCAL_SOURCE_HPET, TSCAL_STATUS_AGREES);
	assert_status(TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_AGREES);
	/* It would have to be set counting. */
	assert_status(TSCAL_SOURCE_PIT, TSCAL_STATUS_SKIPPED);
	cr_assert(lt(dbl, info->agreement_ppm, 400));
	cr_assert(epsilon_eq(dbl, line_of(TSCAL_SOURCE_HPET)->hz,
		sim_hz(&sim, HPET), TSC_HZ * 1e-4));
	cr_assert(lt(u64, sim.now_ps, 50 * MS));
	tscal_report_free(report);
}

Test(timer_verdicts, with_a_pit_that_was_asked_for)
{
	pc(KERNEL_PPM, HPET_PPM, -5);
	calibrate(TSCAL_OPT_PIT);
	assert_verdict(TSCAL_RATE_VERIFIED, TSCAL_SOURCE_VDSO, "confirms vdso");
	assert_status(TSCAL_SOURCE_PIT, TSCAL_STATUS_AGREES);
	tscal_report_free(report);
}

Test(timer_verdicts, name_a_pm_timer_at_double_speed)
{
	pc(KERNEL_PPM, HPET_PPM, 1e6);
	calibrate(0);
	assert_verdict(TSCAL_RATE_CONFLICT, TSCAL_SOURCE_VDSO,
		"acpi-pm (50 % below) contradicts the source used, vdso");
	assert_status(TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_DISAGREES);
	assert_shows(TSCAL_SOURCE_ACPI_PM, 1e6);
	assert_status(TSCAL_SOURCE_HPET, TSCAL_STATUS_AGREES);
	tscal_report_free(report);
}

/* The kernel took its rate from elsewhere: so the HPET is alone. */
static void not_by_the_hpet(double hpet_ppm)
{
	pc(0, hpet_ppm, -5);
	for (size_t i = 0; i < sim.n_files; i++)
		if (!strcmp(sim.files[i].path, "/proc/cpuinfo"))
			sim.files[i].text = "flags\t\t: tsc tsc_known_freq\n";
	/* A crystal of 24 MHz, times 100. */
	sim.cpuid[0].regs.eax = 0x15;
	sim_add_cpuid(&sim, 0x15, 0, 1, 100, 24000000, 0);
	calibrate(0);
}

Test(timer_verdicts, name_an_hpet_400_ppm_off_as_loose)
{
	not_by_the_hpet(400);
	assert_verdict(TSCAL_RATE_VERIFIED, TSCAL_SOURCE_CPUID_15,
		"hpet agrees only loosely: 4");
	assert_status(TSCAL_SOURCE_HPET, TSCAL_STATUS_AGREES);
	cr_assert(
		ne(ptr, strstr(info->rate_sentence, "acpi-pm confirms"), NULL),
		"%s", info->rate_sentence);
	tscal_report_free(report);
}

Test(timer_verdicts, name_an_hpet_600_ppm_off_as_falseticker)
{
	not_by_the_hpet(600);
	assert_verdict(TSCAL_RATE_CONFLICT, TSCAL_SOURCE_CPUID_15, "hpet (6");
	assert_shows(TSCAL_SOURCE_HPET, 600);
	assert_status(TSCAL_SOURCE_HPET, TSCAL_STATUS_DISAGREES);
	assert_status(TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_AGREES);
	tscal_report_free(report);
}

/* Both have one root: it cannot be 400 ppm off itself. */
Test(timer_verdicts, an_hpet_off_the_kernel_that_was_measured_by_it_disagrees)
{
	static const double ppm[] = {400, -400, 500, -500, 600, -600};

	for (size_t i = 0; i < sizeof(ppm) / sizeof(*ppm); i++) {
		pc(KERNEL_PPM, ppm[i], -5);
		calibrate(0);
		assert_verdict(
			TSCAL_RATE_CONFLICT, TSCAL_SOURCE_VDSO, "hpet (");
		assert_status(TSCAL_SOURCE_HPET, TSCAL_STATUS_DISAGREES);
		assert_shows(TSCAL_SOURCE_HPET, ppm[i]);
		assert_status(TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_AGREES);
		tscal_report_free(report);
	}
}

Test(timer_verdicts, a_timer_that_fails_leaves_the_others_alone)
{
	pc(KERNEL_PPM, HPET_PPM, -5);
	sim.counters[PM].dead = true;
	calibrate(0);
	assert_verdict(TSCAL_RATE_CONSISTENT, TSCAL_SOURCE_VDSO,
		"hpet is the only reference");
	assert_status(TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_STUCK);
	tscal_report_free(report);
	pc(KERNEL_PPM, HPET_PPM, -5);
	sim.counters[HPET].open_error = -EACCES;
	calibrate(0);
	assert_verdict(TSCAL_RATE_VERIFIED, TSCAL_SOURCE_VDSO,
		"acpi-pm confirms vdso");
	assert_status(TSCAL_SOURCE_HPET, TSCAL_STATUS_DENIED);
	tscal_report_free(report);
}

/* The kernel still refines its first guess, 1500 ppm off. */
#define GUESS_PPM 1500.0

static void refining(double hpet_ppm, double pm_ppm, bool guest, bool pit)
{
	pc(GUESS_PPM, hpet_ppm, pm_ppm);
	for (size_t i = 0; i < sim.n_files; i++) {
		struct sim_file *f = &sim.files[i];

		if (!strcmp(f->path, CLOCKSOURCE "current_clocksource"))
			f->text = "tsc-early\n";
		if (!strcmp(f->path, CLOCKSOURCE "available_clocksource"))
			f->text = "tsc-early hpet acpi_pm \n";
	}
	if (guest)
		sim.cpuid[1].regs.ecx |= 1u << 31;
	if (pit)
		sim.counters[PM].dead = true;
	calibrate(pit ? TSCAL_OPT_PIT : 0);
}

/* Any two timers that agree: whichever number is used, it is the TSC's rate,
 * within its bounds and what the crystals differ by. */
Test(timer_verdicts, two_that_agree_verify_while_the_kernel_refines)
{
	for (int pit = 0; pit < 2; pit++) {
		refining(HPET_PPM, -5, false, pit);
		cr_assert(eq(int, (int)info->rate, TSCAL_RATE_VERIFIED), "%s",
			info->rate_sentence);
		cr_assert(eq(int, (int)info->use, TSCAL_USE_PROVISIONAL));
		cr_assert(
			not(zero(int,
				(int)(info->source == TSCAL_SOURCE_HPET ||
					info->source == TSCAL_SOURCE_ACPI_PM ||
					info->source == TSCAL_SOURCE_PIT))),
			"%s", info->rate_sentence);
		cr_assert(le(dbl, info->hz_lo * (1 - HPET_PPM * 1e-6), TSC_HZ));
		cr_assert(ge(dbl, info->hz_hi * (1 + HPET_PPM * 1e-6), TSC_HZ));
		cr_assert(lt(dbl, fabs(info->hz / TSC_HZ - 1), 100e-6), "%g",
			info->hz);
		tscal_report_free(report);
	}
}

Test(timer_verdicts, two_that_contradict_are_a_conflict_while_it_refines)
{
	static const double ppm[] = {-3000, 3000, 1e6};

	for (size_t i = 0; i < sizeof(ppm) / sizeof(*ppm); i++) {
		refining(HPET_PPM, ppm[i], false, false);
		cr_assert(eq(int, (int)info->rate, TSCAL_RATE_CONFLICT), "%s",
			info->rate_sentence);
		tscal_report_free(report);
	}
}

/* Emulated timers are one clock, the host's. */
Test(timer_verdicts, of_a_guest_never_verify)
{
	for (int pit = 0; pit < 2; pit++) {
		refining(HPET_PPM, HPET_PPM, true, pit);
		cr_assert(eq(int, (int)info->rate, TSCAL_RATE_CONSISTENT), "%s",
			info->rate_sentence);
		tscal_report_free(report);
	}
	refining(HPET_PPM, -3000, true, false);
	cr_assert(eq(int, (int)info->rate, TSCAL_RATE_CONFLICT), "%s",
		info->rate_sentence);
	tscal_report_free(report);
}
