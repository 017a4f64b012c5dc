/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Timers whose reads are slow and disturbed, on thousands of machines of which
 * no two are alike: such a timer is known to hundreds or thousands of ppm.  It
 * must not contradict what lies inside its bounds, nor be used for what others
 * know better; what it does exclude is in conflict.
 */
#include <stdlib.h>

#include "pc.h"

/* How far the timers of a machine are off true seconds, at most. */
#define CRYSTAL_PPM 100.0

static double between(double lo, double hi)
{
	return lo + drand48() * (hi - lo);
}

static uint64_t ps(double lo_us, double hi_us)
{
	return (uint64_t)(between(lo_us, hi_us) * 1e6);
}

/* Reads of 2 to 500 us, most of them quick, and the host busy meanwhile. */
static void slow_timers(void)
{
	static const enum plat_counter_id ids[] = {HPET, PM, PIT};

	for (size_t i = 0; i < 3; i++) {
		struct sim_counter *c = &sim.counters[ids[i]];
		double us = pow(10, between(0.3, 2.7));

		c->before_ps = ps(us * 0.1, us * 0.9);
		c->after_ps = (uint64_t)(us * 1e6) - c->before_ps;
		c->jitter_ps = ps(0, us);
	}
	for (int i = 0; i < 4; i++)
		sim_add_event(
			&sim, SIM_STEAL, ps(0, 40000), (int64_t)ps(20, 2000));
}

/* A guest by DMI alone, whose kernel got its rate from the hypervisor. */
static void guest(double given_ppm)
{
	double host_ppm = between(-CRYSTAL_PPM, CRYSTAL_PPM) / 2;

	pc(given_ppm, host_ppm, host_ppm);
	sim.counters[PIT].error_ppm = host_ppm;
	for (size_t i = 0; i < sim.n_files; i++)
		if (!strcmp(sim.files[i].path, "/proc/cpuinfo"))
			sim.files[i].text = "flags\t\t: tsc tsc_known_freq\n";
	sim_add_file(&sim, "/sys/class/dmi/id/sys_vendor", "QEMU\n");
}

/* What the source counts by: the rate that its interval has to hold. */
static double truth_hz(enum tscal_source id)
{
	switch (id) {
	case TSCAL_SOURCE_HPET:
		return sim_hz(&sim, HPET);
	case TSCAL_SOURCE_ACPI_PM:
		return sim_hz(&sim, PM);
	case TSCAL_SOURCE_PIT:
		return sim_hz(&sim, PIT);
	default:
		return sim_hz(&sim, PLAT_COUNTER_CLOCK_RAW);
	}
}

static double bounds_ppm(const struct tscal_line *l)
{
	return (l->hz_hi - l->hz_lo) / 2 / l->hz * 1e6;
}

static bool is_timer(const struct tscal_line *l)
{
	return l->id == TSCAL_SOURCE_HPET || l->id == TSCAL_SOURCE_ACPI_PM ||
	       l->id == TSCAL_SOURCE_PIT;
}

/* Of every machine, whether anything on it is wrong or not. */
static void check_lines(uint64_t seed)
{
	const struct tscal_line *used = line_of(info->source);

	cr_expect(le(dbl, info->hz_lo, truth_hz(info->source)), "%lu", seed);
	cr_expect(le(dbl, truth_hz(info->source), info->hz_hi), "%lu", seed);
	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *l = tscal_report_line(report, i);

		if (!is_timer(l) || !(l->hz > 0))
			continue;
		cr_expect(eq(int, l->status == TSCAL_STATUS_COARSE,
				  l->status != TSCAL_STATUS_USED &&
					  l->status != TSCAL_STATUS_DISAGREES &&
					  bounds_ppm(l) > 500),
			"%lu: %s is %s, +-%g ppm", seed, l->name,
			tscal_status_str(l->status), bounds_ppm(l));
		if (used->status == TSCAL_STATUS_USED && is_timer(used) &&
			info->rate != TSCAL_RATE_CONFLICT)
			cr_expect(lt(dbl, bounds_ppm(used),
					  10 * bounds_ppm(l) + 500),
				"%lu", seed);
	}
}

/* Whether a timer excludes the kernel's rate by more than may lie between the
 * two: 500 ppm, or where both are the host's 1, 2 for what Linux rounds and 100
 * for the host's NTP. */
static bool excluded(void)
{
	const struct tscal_line *kernel = line_of(TSCAL_SOURCE_VDSO);

	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *l = tscal_report_line(report, i);
		double gap = fmax(
			l->hz_lo - kernel->hz_hi, kernel->hz_lo - l->hz_hi);

		if (is_timer(l) && l->hz > 0 &&
			gap / l->hz * 1e6 >
				(l->roots & kernel->roots ? 103 : 500))
			return true;
	}
	return false;
}

static unsigned timers(enum tscal_status status)
{
	unsigned n = 0;

	for (size_t i = 0; i < tscal_report_count(report); i++)
		n += is_timer(tscal_report_line(report, i)) &&
		     tscal_report_line(report, i)->status == status;
	return n;
}

/* All sources are right: nothing may contradict, however slow the timers. */
Test(sim_coarse, honest_machines_have_no_conflict)
{
	unsigned coarse = 0, verified = 0;

	for (uint64_t seed = 0; seed < RUNS / 2; seed++) {
		srand48((long)seed);
		if (seed % 2)
			guest(0);
		else
			pc(between(-1, 1) * 10, between(-1, 1) * 10,
				between(-1, 1) * CRYSTAL_PPM);
		slow_timers();
		calibrate(TSCAL_OPT_PIT);
		cr_expect(ne(int, (int)info->rate, TSCAL_RATE_CONFLICT),
			"%lu: %s", seed, info->rate_sentence);
		cr_expect(
			ne(int, (int)info->rate, TSCAL_RATE_NONE), "%lu", seed);
		/* The kernel's exact pair is there: no timer is better. */
		cr_expect(eq(int, (int)info->source, TSCAL_SOURCE_VDSO),
			"%lu: %s", seed, info->rate_sentence);
		check_lines(seed);
		coarse += timers(TSCAL_STATUS_COARSE);
		verified += info->rate == TSCAL_RATE_VERIFIED;
		cr_expect(le(dbl, info->agreement_ppm, 500), "%lu", seed);
		if (seed % 2)
			cr_expect(ne(int, (int)info->rate, TSCAL_RATE_VERIFIED),
				"%lu", seed);
		tscal_report_free(report);
	}
	/* Else nothing was tried. */
	cr_assert(lt(uint, RUNS / 20, coarse));
	cr_assert(lt(uint, RUNS / 100, verified));
}

/* The kernel got a wrong rate, by little or by much. */
Test(sim_coarse, a_wrong_kernel_is_in_conflict_where_a_timer_excludes_it)
{
	unsigned conflicts = 0, others = 0, right = 0;

	for (uint64_t seed = 0; seed < RUNS / 2; seed++) {
		double wrong_ppm;

		srand48((long)seed);
		wrong_ppm = pow(10, between(2.5, 6)) * (seed % 2 ? 1 : -0.5);
		guest(wrong_ppm);
		slow_timers();
		calibrate(TSCAL_OPT_PIT);
		check_lines(seed);
		cr_expect(
			eq(int, info->rate == TSCAL_RATE_CONFLICT, excluded()),
			"%lu: %g ppm, %s", seed, wrong_ppm,
			info->rate_sentence);
		/* Then what was measured is used, unless another timer is too
		 * wide to exclude the kernel. */
		if (info->rate == TSCAL_RATE_CONFLICT &&
			is_timer(line_of(info->source))) {
			cr_expect(lt(dbl, info->hz_lo * (1 - 1e-4), sim.tsc_hz),
				"%lu: %s", seed, info->rate_sentence);
			cr_expect(lt(dbl, sim.tsc_hz, info->hz_hi * (1 + 1e-4)),
				"%lu: %s", seed, info->rate_sentence);
			right++;
		} else if (info->rate == TSCAL_RATE_CONFLICT) {
			cr_expect(lt(uint, 0, timers(TSCAL_STATUS_AGREES)),
				"%lu: %s", seed, info->rate_sentence);
		}
		conflicts += info->rate == TSCAL_RATE_CONFLICT;
		others += info->rate != TSCAL_RATE_CONFLICT;
		tscal_report_free(report);
	}
	cr_assert(lt(uint, RUNS / 20, conflicts));
	cr_assert(lt(uint, RUNS / 20, others));
	cr_assert(lt(uint, conflicts * 9 / 10, right));
}
