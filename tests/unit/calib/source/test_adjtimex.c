/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* adjtimex: the kernel's rate, corrected by the frequency that NTP sets. */
#include "unit/asking.h"
#include "unit/unfit_ntp.h"

TestSuite(adjtimex, .init = init_metal);

Test(adjtimex, is_absent_unless_ntp_has_settled)
{
	measured(2.4e9);
	for (size_t i = 0; i < N_UNFIT; i++) {
		run.facts.timex = sim.timex = unfit[i].timex;
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX),
				  TSCAL_STATUS_ABSENT),
			"%s", unfit[i].what);
		sentence_has(unfit[i].sentence);
	}
	run.facts.timex_rc = -EPERM;
	cr_expect(eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_DENIED));
}

Test(adjtimex, just_within_its_conditions_is_ready)
{
	static const struct plat_timex fit[] = {
		{.freq = 1, .tick = 10000, .maxerror_us = 999999},
		{.freq = 499 * 65536 - 1, .tick = 10000, .offset_ns = 1000000},
		{.freq = 1 - 499 * 65536, .tick = 10000, .offset_ns = -1000000},
	};

	measured(2.4e9);
	for (size_t i = 0; i < sizeof(fit) / sizeof(*fit); i++) {
		run.facts.timex = sim.timex = fit[i];
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX),
				  TSCAL_STATUS_READY),
			"%zu: %s", i, est.line.sentence);
	}
}

/* The kernel's clock is slowed by 12.3 ppm to be right: its RAW second is too
 * short, so a true second has more ticks. */
Test(adjtimex, gives_ticks_per_true_second)
{
	run.facts.timex.freq = sim.timex.freq = -806093; /* -12.3 ppm */
	run.raw_rate.out = (struct outcome){
		TSCAL_STATUS_READY, 2.4e9, 2.4e9, 2.4e9, ""};
	measured(2.4e9 * (1 + 3e-6));
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_READY));
	cr_assert(epsilon_eq(dbl, ppm(est.line.hz, 2.4e9), 12.3, 0.001));
	cr_assert(eq(u32, est.line.roots, TSCAL_ROOT_NTP));
	cr_assert(lt(dbl, 0, est.line.tolerance_ppm));
	cr_assert(not(est.by_kernel));
}

Test(adjtimex, that_changes_meanwhile_is_unstable)
{
	measured(2.4e9);
	sim.timex.freq++;
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_UNSTABLE));
	sim.timex = run.facts.timex;
	sim.timex.tick = 9999;
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_UNSTABLE));
	sim.timex_rc = -EPERM;
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_UNSTABLE));
}

/* F6: what NTP follows may be the host's clock. */
Test(adjtimex, beside_a_ptp_clock_of_the_host_proves_nothing)
{
	measured(2.4e9);
	run.facts.host_ptp = true;
	cr_assert(
		eq(u32, ask(TSCAL_SOURCE_ADJTIMEX)->roots, TSCAL_ROOT_UNKNOWN));
	run.facts.host_ptp = false;
	run.kernel.guest = true;
	cr_assert(eq(u32, ask(TSCAL_SOURCE_ADJTIMEX)->roots, TSCAL_ROOT_NTP));
	/* In a guest without /sys this is unknown. */
	run.facts.clocksource_visible = false;
	cr_assert(
		eq(u32, ask(TSCAL_SOURCE_ADJTIMEX)->roots, TSCAL_ROOT_UNKNOWN));
	run.facts.clocksource_visible = true;
	run.facts.ptp_unseen = true;
	cr_assert(
		eq(u32, ask(TSCAL_SOURCE_ADJTIMEX)->roots, TSCAL_ROOT_UNKNOWN));
	/* No host, nothing to follow but the network. */
	run.kernel.guest = false;
	cr_assert(eq(u32, ask(TSCAL_SOURCE_ADJTIMEX)->roots, TSCAL_ROOT_NTP));
}

Test(adjtimex, does_not_rest_on_a_quick_measurement)
{
	measured(2.4e9);
	run.measured.quick = true;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_ABSENT));
	run.raw_rate.out = (struct outcome){
		TSCAL_STATUS_READY, 2.4e9, 2.4e9, 2.4e9, ""};
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_ADJTIMEX), TSCAL_STATUS_READY));
}
