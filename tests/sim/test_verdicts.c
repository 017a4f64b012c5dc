/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Whole calibrations: the verdicts. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>
#include <sys/timex.h>

#include <tscal/calibrate.h>

#include "plat/sim/sim.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"

static struct sim sim;
static struct tscal_info info;

/* pvclock's mul for a rate between 2 and 4 GHz, with shift -1. */
static uint32_t mul_of(double hz)
{
	return (uint32_t)(ldexp(1e9, 33) / hz);
}

static uint32_t mult_of(double hz)
{
	return (uint32_t)(ldexp(1e9, 24) / hz + 0.5);
}

/* Two CPUs, a TSC of 2.4 GHz and a kernel that runs on this clocksource. */
static void machine(const char *cs, const char *available, const char *flags)
{
	sim_init(&sim);
	sim_run_tsc(&sim, 2.4e9, 1);
	sim_add_clock_raw(&sim);
	sim_add_cpuid(&sim, 0, 0, 0xd, 0, 0, 0);
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", cs);
	sim_add_file(&sim, CLOCKSOURCE "available_clocksource", available);
	sim_add_file(&sim, "/proc/cpuinfo", flags);
	sim_add_file(&sim, "/sys/devices/system/cpu/online", "0-1");
}

static void metal(void)
{
	machine("tsc", "tsc hpet acpi_pm", "flags\t\t: tsc\nbogomips\t: 1\n");
	sim_add_cpuid(&sim, 1, 0, 0xa00f11, 0, 0, 1 << 4);
}

static void kvm(const char *cs, const char *available)
{
	machine(cs, available,
		"flags\t\t: tsc tsc_known_freq\nbogomips\t: 1\n");
	sim_add_cpuid(&sim, 1, 0, 0xa00f11, 0, UINT32_C(1) << 31, 1 << 4);
	sim_add_cpuid(
		&sim, 0x40000000, 0, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d);
}

static void calibrate(uint64_t only)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;

	opts.platform = &sim.plat;
	opts.only = only;
	cr_assert(eq(int, tscal_calibrate(&opts, &info), 0));
}

#define ONLY(source) (UINT64_C(1) << TSCAL_SOURCE_##source)

Test(verdicts, of_a_kvm_guest)
{
	kvm("tsc", "tsc kvm-clock");
	sim_add_mult_page(&sim, 0x108, mult_of(2.4e9), 24);
	sim_add_pvclock_page(&sim, mul_of(2.4e9), -1, 1);
	calibrate(0);
	cr_assert(eq(int, (int)info.rate, TSCAL_RATE_CONSISTENT));
	cr_assert(eq(int, (int)info.source, TSCAL_SOURCE_KVMCLOCK));
	cr_assert(eq(u32, info.roots, TSCAL_ROOT_HV));
	cr_assert(eq(int, (int)info.use, TSCAL_USE_UNTIL_MOVED));
	cr_assert(lt(dbl, fabs(info.hz / 2.4e9 - 1), 1e-9));
}

/* RAW is the TSC by the old host's mult, pvclock is the new host's. */
Test(verdicts, of_a_snapshot_restored_200_ppm_away)
{
	kvm("tsc", "tsc kvm-clock");
	sim_add_mult_page(&sim, 0x108, mult_of(2.4e9), 24);
	sim_add_pvclock_page(&sim, mul_of(2.4e9 * 1.0002), -1, 1);
	calibrate(0);
	cr_assert(eq(int, (int)info.rate, TSCAL_RATE_CONFLICT));
	cr_assert(eq(int, (int)info.source, TSCAL_SOURCE_KVMCLOCK));
	cr_assert(lt(dbl, fabs(info.hz / 2.40048e9 - 1), 1e-9));
	/* And the rate that converts to CLOCK_MONOTONIC_RAW is given too. */
	cr_assert(lt(dbl, fabs(info.hz_raw / 2.4e9 - 1), 0.2e-6));
	cr_assert(ne(ptr, strstr(info.rate_sentence, "200 ppm below"), NULL));
}

Test(verdicts, on_the_use_do_not_change_with_the_sources_asked)
{
	static const uint64_t only[] = {
		0, ONLY(CLOCK_RAW), ONLY(KVMCLOCK), ONLY(CLOCK_RAW)};

	for (size_t i = 0; i < 4; i++) {
		kvm("kvm-clock", "kvm-clock tsc");
		sim_add_pvclock_page(&sim, mul_of(2.4e9), -1, 0);
		calibrate(only[i]);
		cr_expect(eq(int, (int)info.use, TSCAL_USE_NO), "%zu", i);
		kvm("kvm-clock", "kvm-clock");
		sim_add_pvclock_page(&sim, mul_of(2.4e9), -1, 1);
		calibrate(only[i]);
		cr_expect(eq(int, (int)info.use, TSCAL_USE_UNTIL_MOVED), "%zu",
			i);
		cr_expect(eq(u32, info.watch, TSCAL_WATCH_PVCLOCK), "%zu", i);
	}
}

/* Bytes like a record on bare metal are none: they would be a second source. */
Test(verdicts, of_metal_see_no_pvclock)
{
	metal();
	sim_add_mult_page(&sim, 0x108, mult_of(2.4e9), 24);
	sim_add_pvclock_page(&sim, mul_of(2.4e9), -1, 1);
	calibrate(0);
	cr_assert(eq(int, (int)info.rate, TSCAL_RATE_CONSISTENT));
	cr_assert(eq(int, (int)info.source, TSCAL_SOURCE_VDSO));
	cr_assert(eq(u32, info.roots, TSCAL_ROOT_HPET));
	cr_assert(eq(int, (int)info.use, TSCAL_USE_YES));
}

Test(verdicts, of_metal_that_ntp_has_measured)
{
	metal();
	sim_add_mult_page(&sim, 0x20, mult_of(2.4e9 * (1 + 12.3e-6)), 24);
	sim_add_mult_page(&sim, 0x108, mult_of(2.4e9), 24);
	sim.timex_rc = 0;
	sim.timex = (struct plat_timex){.freq = -806093, .tick = 10000};
	calibrate(0);
	cr_assert(eq(int, (int)info.rate, TSCAL_RATE_VERIFIED));
	cr_assert(eq(int, (int)info.source, TSCAL_SOURCE_VDSO));
	cr_assert(epsilon_eq(dbl, info.agreement_ppm, 12.3, 0.3));
	cr_assert(epsilon_eq(dbl, (info.hz_si / info.hz - 1) * 1e6, 12.3, 0.2));
	/* chrony still slews: the same machine without NTP as a source. */
	sim.timex.tick = 10833;
	calibrate(0);
	cr_assert(eq(int, (int)info.rate, TSCAL_RATE_CONSISTENT));
	cr_assert(zero(dbl, info.hz_si));
	cr_assert(ne(ptr,
			  strstr(info.rate_sentence,
				  "NTP is not used as a reference: it runs the "
				  "kernel's "
				  "clock 83288 ppm fast now"),
			  NULL),
		"%s", info.rate_sentence);
	/* Of a clock that nobody keeps nothing is said. */
	sim.timex.status = STA_UNSYNC;
	calibrate(0);
	cr_assert(zero(ptr, strstr(info.rate_sentence, "NTP")));
}

/* The machine's PTP clock, by name, this many ppm off. */
static void with_ptp(const char *name, double ppm, uint64_t read_ps)
{
	struct sim_counter *c;

	metal();
	sim_add_mult_page(&sim, 0x108, mult_of(2.4e9), 24);
	sim_add_file(&sim, "/sys/class/ptp/ptp0/clock_name", name);
	c = sim_add_counter(&sim, PLAT_COUNTER_PHC, 1000000000, 1, 64);
	c->error_ppm = ppm;
	c->before_ps = read_ps;
}

/* No driver tells whether a program steers a card's clock. */
Test(verdicts, of_true_seconds_by_a_ptp_clock_only_where_it_follows_them)
{
	static const char *const others[] = {"mlx5_ptp\n",
		"00:1b:21:12:34:56\n", "KVM virtual PTP\n", "ptp0_virt\n"};

	with_ptp("ena-ptp-05\n", -12.3, 50000);
	calibrate(0);
	cr_assert(eq(int, (int)info.rate, TSCAL_RATE_VERIFIED));
	cr_assert(
		epsilon_eq(dbl, (info.hz_si / sim.tsc_hz - 1) * 1e6, 12.3, 5));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		with_ptp(others[i], -12.3, 50000);
		calibrate(0);
		cr_expect(zero(dbl, info.hz_si), "%s", others[i]);
	}
	/* One that kernel and CPU contradict, and one that is known too
	 * coarsely. */
	with_ptp("ena-ptp-05\n", -2000, 50000);
	sim.cpuid[0].regs = (struct plat_cpuid){
		0x15, 0x756e6547, 0x6c65746e, 0x49656e69};
	sim_add_cpuid(&sim, 0x15, 0, 1, 100, 24000000, 0);
	calibrate(0);
	cr_assert(eq(int, (int)info.rate, TSCAL_RATE_CONFLICT));
	cr_assert(zero(dbl, info.hz_si));
	with_ptp("ena-ptp-05\n", -12.3, 3000000);
	calibrate(0);
	cr_assert(zero(dbl, info.hz_si));
}

/* Hours of NTP are worth more than a window of a PTP clock. */
Test(verdicts, of_true_seconds_by_ntp_before_a_ptp_clock)
{
	with_ptp("ena-ptp-05\n", -40, 50000);
	sim.timex_rc = 0;
	sim.timex = (struct plat_timex){.freq = -806093, .tick = 10000};
	calibrate(0);
	cr_assert(epsilon_eq(
		dbl, (info.hz_si / sim.tsc_hz - 1) * 1e6, 12.3, 0.2));
}

Test(verdicts, of_a_tsc_that_the_kernel_rejected)
{
	machine("hpet", "hpet acpi_pm", "flags\t\t: tsc\nbogomips\t: 1\n");
	sim_add_cpuid(&sim, 1, 0, 0xa00f11, 0, 0, 1 << 4);
	calibrate(0);
	cr_assert(eq(int, (int)info.rate, TSCAL_RATE_SINGLE));
	cr_assert(eq(int, (int)info.use, TSCAL_USE_NO));
	cr_assert(eq(int, info.rejected_by_kernel, 1));
}

/* hz_raw ------------------------------------------------------------------ */

static void expect_raw(double hz, bool exact, const char *what)
{
	if (exact) {
		cr_expect(ieee_ulp_eq(dbl, info.hz_raw, hz, 2), "%s", what);
		cr_expect(eq(dbl, info.hz_raw_lo, info.hz_raw), "%s", what);
		cr_expect(eq(dbl, info.hz_raw_hi, info.hz_raw), "%s", what);
	} else {
		cr_expect(lt(dbl, info.hz_raw_lo, hz), "%s", what);
		cr_expect(lt(dbl, hz, info.hz_raw_hi), "%s", what);
		cr_expect(le(dbl, info.hz_raw_lo, info.hz_raw), "%s", what);
		cr_expect(le(dbl, info.hz_raw, info.hz_raw_hi), "%s", what);
	}
}

/* RAW is pvclock itself, if the record is of the CPU that read it and the
 * measurement does not contradict it. */
Test(verdicts, hz_raw_by_the_clocksource)
{
	static const struct {
		const char *cs;
		double off; /* of the record */
		uint8_t flags;
		bool exact;
	} rows[] = {
		{"kvm-clock", 1, 1, true},
		{"xen", 1, 1, true},
		{"kvm-clock", 1, 0, false},
		{"hpet", 1, 1, false},
		{"kvm-clock", 1.002, 1, false},
		{"xen", 1.002, 1, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint32_t mul = mul_of(2.4e9 * rows[i].off);

		kvm(rows[i].cs, rows[i].cs);
		/* KVM_FEATURE_CLOCKSOURCE_STABLE_BIT. */
		sim_add_cpuid(&sim, 0x40000001, 0, 1 << 24 | 1 << 3, 0, 0, 0);
		sim_add_pvclock_page(&sim, mul, -1, rows[i].flags);
		calibrate(0);
		expect_raw(rows[i].exact ? ldexp(1e9, 33) / mul : 2.4e9,
			rows[i].exact, rows[i].cs);
		calibrate(ONLY(CLOCK_RAW));
		expect_raw(rows[i].exact ? ldexp(1e9, 33) / mul : 2.4e9,
			rows[i].exact, rows[i].cs);
	}
}

/* With clocksource tsc it is the kernel's mult, and not pvclock. */
Test(verdicts, hz_raw_by_the_kernels_mult)
{
	kvm("tsc", "tsc kvm-clock");
	sim_add_mult_page(&sim, 0x108, mult_of(2.4e9), 24);
	sim_add_pvclock_page(&sim, mul_of(2.4e9 * 1.00001), -1, 1);
	calibrate(0);
	expect_raw(ldexp(1e9, 24) / mult_of(2.4e9), true, "tsc");
}

static void hyperv_page(double hz)
{
	struct sim_page *p = &sim.pages[sim.n_pages++];
	uint64_t scale = (uint64_t)(ldexp(1e7, 64) / hz);
	uint32_t sequence = 1;

	memset(p, 0, sizeof(*p));
	p->which = PLAT_PAGE_VVAR_VCLOCK;
	p->index = 1;
	memcpy(p->bytes, &sequence, 4);
	memcpy(p->bytes + 8, &scale, 8);
}

Test(verdicts, hz_raw_by_hypervs_page)
{
	kvm("hyperv_clocksource_tsc_page", "hyperv_clocksource_tsc_page");
	hyperv_page(2.4e9 * (1 + 1e-7));
	calibrate(0);
	expect_raw(2.4e9 * (1 + 1e-7), true, "as the page");
	kvm("hyperv_clocksource_tsc_page", "hyperv_clocksource_tsc_page");
	hyperv_page(2.4e9 * 1.002);
	calibrate(0);
	expect_raw(2.4e9, false, "contradicted");
	kvm("hyperv_clocksource_msr", "hyperv_clocksource_msr");
	hyperv_page(2.4e9 * (1 + 1e-7));
	calibrate(0);
	expect_raw(2.4e9, false, "not the page");
}
