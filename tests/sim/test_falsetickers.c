/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Whole calibrations of machines on which one of several roots is wrong: the
 * truth is chosen, the falseticker alone is named, and the verdict is conflict.
 */
#include <math.h>

#include <tscal/calibrate.h>

#include "measuring.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"
#define TSC_HZ 2.4e9

static struct tscal_report *report;

/*
 * Rates in ppm off the truth.  NTP steers the kernel's clock, so its rate is
 * the kernel's, corrected.
 */
struct story {
	char what[48];
	double kernel, cpu, ntp; /* on metal */
	double leaf, pvclock;	 /* in a guest */
	enum tscal_source falseticker, chosen;
	double hz_si; /* ppm off the truth; HUGE_VAL: none */
};

static void kernel_that_measures(const struct story *s)
{
	struct sim_counter *raw;
	uint32_t mult;

	sim_init(&sim);
	sim_run_tsc(&sim, TSC_HZ, 1);
	raw = sim_add_clock_raw(&sim);
	mult = (uint32_t)(ldexp(1e9, 24) / (TSC_HZ * (1 + s->kernel * 1e-6)) +
			  0.5);
	raw->mult = mult;
	raw->shift = 24;
	sim_add_mult_page(&sim, 0x108, mult, 24);
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", "tsc");
	sim_add_file(
		&sim, CLOCKSOURCE "available_clocksource", "tsc hpet acpi_pm");
	sim_add_file(&sim, "/proc/cpuinfo", "flags\t\t: tsc\nbogomips\t: 1\n");
	sim.timex_rc = 0;
	sim.timex = (struct plat_timex){
		.tick = 10000, .freq = (int64_t)((s->kernel - s->ntp) * 65536)};
}

static void metal(const struct story *s)
{
	kernel_that_measures(s);
	sim_add_cpuid(&sim, 0, 0, 0x15, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_add_cpuid(&sim, 1, 0, 0x906ed, 0, 0, 1 << 4);
	/* A crystal of 24 MHz, cpu ppm off. */
	sim_add_cpuid(&sim, 0x15, 0, 1, 100,
		(uint32_t)(24e6 * (1 + s->cpu * 1e-6)), 0);
}

static void guest(const struct story *s)
{
	kernel_that_measures(s);
	sim_add_cpuid(&sim, 0, 0, 1, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_add_cpuid(&sim, 1, 0, 0x906ed, 0, UINT32_C(1) << 31, 1 << 4);
	sim_add_cpuid(
		&sim, 0x40000000, 0, 0x40000010, 0x4b4d564b, 0x564b4d56, 0x4d);
	sim_add_cpuid(&sim, 0x40000010, 0,
		(uint32_t)(TSC_HZ / 1e3 * (1 + s->leaf * 1e-6) + 0.5), 0, 0, 0);
	sim_add_pvclock_page(&sim,
		(uint32_t)(ldexp(1e9, 33) / (TSC_HZ * (1 + s->pvclock * 1e-6))),
		-1, 1);
}

static bool is(const struct tscal_line *l, enum tscal_status status)
{
	return l->status == status;
}

/* A number of the falseticker; the kernel has two. */
static bool is_of(enum tscal_source id, enum tscal_source falseticker)
{
	return id == falseticker || (falseticker == TSCAL_SOURCE_VDSO &&
					    id == TSCAL_SOURCE_CLOCK_RAW);
}

static bool names(const char *sentence, const struct tscal_line *l)
{
	return strstr(sentence, l->name) ||
	       (is(l, TSCAL_STATUS_STALE) && strstr(sentence, "The kernel"));
}

static void assert_story(const struct story *s)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	const struct tscal_info *info;
	double off_ppm, si_ppm;

	opts.platform = &sim.plat;
	cr_assert(eq(int, tscal_report_new(&opts, &report), 0));
	info = tscal_report_info(report);
	off_ppm = (info->hz / TSC_HZ - 1) * 1e6;
	si_ppm = (info->hz_si / TSC_HZ - 1) * 1e6;
	cr_expect(eq(int, (int)info->rate, TSCAL_RATE_CONFLICT), "%s: %s",
		s->what, info->rate_sentence);
	cr_expect(eq(int, (int)info->source, (int)s->chosen), "%s: %s", s->what,
		info->rate_sentence);
	cr_expect(lt(dbl, fabs(off_ppm), 50), "%s: %g ppm", s->what, off_ppm);
	if (s->hz_si > 1e6)
		cr_expect(zero(dbl, info->hz_si), "%s", s->what);
	else
		cr_expect(
			epsilon_eq(dbl, si_ppm, s->hz_si, 0.2), "%s", s->what);
	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *l = tscal_report_line(report, i);

		if (is_of(l->id, s->falseticker))
			cr_expect(is(l, TSCAL_STATUS_DISAGREES) ||
					  is(l, TSCAL_STATUS_STALE),
				"%s: %s %s, %s", s->what, l->name,
				tscal_status_str(l->status), l->sentence);
		else
			cr_expect(not(is(l, TSCAL_STATUS_DISAGREES) ||
					  is(l, TSCAL_STATUS_STALE)),
				"%s: %s", s->what, l->name);
		if (l->id == s->falseticker)
			cr_expect(names(info->rate_sentence, l), "%s: %s",
				s->what, info->rate_sentence);
	}
	tscal_report_free(report);
}

/* NTP corrects by less than 499 ppm, so it contradicts the kernel only where
 * the kernel itself is a little off. */
Test(sim_falsetickers, on_metal)
{
	static const struct story stories[] = {
		{"the CPU, a little", 5, 700, -2, 0, 0, TSCAL_SOURCE_CPUID_15,
			TSCAL_SOURCE_VDSO, -2},
		{"the CPU, grossly", 5, -3e4, -2, 0, 0, TSCAL_SOURCE_CPUID_15,
			TSCAL_SOURCE_VDSO, -2},
		{"the kernel", 515, -10, 20, 0, 0, TSCAL_SOURCE_VDSO,
			TSCAL_SOURCE_CPUID_15, 20},
		{"the kernel, the other way", -515, 10, -20, 0, 0,
			TSCAL_SOURCE_VDSO, TSCAL_SOURCE_CPUID_15, -20},
		{"NTP", -20, 20, -515, 0, 0, TSCAL_SOURCE_ADJTIMEX,
			TSCAL_SOURCE_CPUID_15, HUGE_VAL},
	};

	for (size_t i = 0; i < sizeof(stories) / sizeof(*stories); i++) {
		metal(&stories[i]);
		assert_story(&stories[i]);
	}
}

/* The guest's kernel measured its TSC against emulated timers: up to 50 ppm off
 * the host's number is no contradiction. */
Test(sim_falsetickers, in_a_guest)
{
	static const struct story stories[] = {
		{"the leaf, a little", 2, 0, 12, 700, 0, TSCAL_SOURCE_HV_LEAF,
			TSCAL_SOURCE_KVMCLOCK, 12},
		{"the leaf, grossly", 2, 0, 12, 1.8e6, 0, TSCAL_SOURCE_HV_LEAF,
			TSCAL_SOURCE_KVMCLOCK, 12},
		{"the record", 2, 0, 12, 0, 5e3, TSCAL_SOURCE_KVMCLOCK,
			TSCAL_SOURCE_HV_LEAF, 12},
		{"the kernel, which is old", 300, 0, 12, 0, 0,
			TSCAL_SOURCE_VDSO, TSCAL_SOURCE_HV_LEAF, 12},
		{"NTP", -30, 0, -520, 0, 0, TSCAL_SOURCE_ADJTIMEX,
			TSCAL_SOURCE_HV_LEAF, HUGE_VAL},
	};

	for (size_t i = 0; i < sizeof(stories) / sizeof(*stories); i++) {
		guest(&stories[i]);
		assert_story(&stories[i]);
	}
}

/* What NTP follows may be the host's clock: no true seconds then. */
Test(sim_falsetickers, a_guest_beside_its_hosts_clock_knows_no_true_seconds)
{
	static const struct story s = {.kernel = 2, .ntp = 12};

	for (int ptp = 0; ptp < 2; ptp++) {
		struct tscal_info info;
		struct tscal_opts opts = TSCAL_OPTS_INIT;

		guest(&s);
		if (ptp)
			sim_add_file(&sim, "/sys/class/ptp/ptp0/clock_name",
				"KVM virtual PTP\n");
		opts.platform = &sim.plat;
		cr_assert(eq(int, tscal_calibrate(&opts, &info), 0));
		cr_expect(eq(int, info.hz_si > 0, !ptp));
	}
}
