/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "unit/asking.h"

TestSuite(clock_raw, .init = init_metal);

/* A container that masks /sys: the kernel's clock may be the TSC's. */
Test(clock_raw, is_the_kernels_unless_the_clocksource_is_seen)
{
	measured(2.4e9);
	ask(TSCAL_SOURCE_CLOCK_RAW);
	cr_assert(est.by_kernel);
	run.kernel.tsc = false;
	ask(TSCAL_SOURCE_CLOCK_RAW);
	cr_assert(not(est.by_kernel));
	run.facts.clocksource_visible = false;
	ask(TSCAL_SOURCE_CLOCK_RAW);
	cr_assert(est.by_kernel);
}

/* With clocksource=hpet RAW is the HPET's, tsc_khz is not. */
Test(clock_raw, the_kernels_khz_have_roots_of_their_own)
{
	run.kernel.roots = TSCAL_ROOT_HPET;
	run.kernel.khz_roots = TSCAL_ROOT_CPU;
	run.kernel.tsc = false;
	sim.perf_rc = sim.kvm_rc = 0;
	sim.kvm_khz = 2400000;
	sim.perf = (struct plat_perf_page){true, 31, 1 << 30};
	run.facts.bogomips = 4800;
	sim_add_file(&sim, TSC_FREQ_KHZ, "2400000");
	measured(2.4e9);
	cr_expect(eq(u32, ask(TSCAL_SOURCE_PERF_PAGE)->roots, TSCAL_ROOT_CPU));
	cr_expect(eq(u32, ask(TSCAL_SOURCE_KVM_IOCTL)->roots, TSCAL_ROOT_CPU));
	cr_expect(eq(u32, ask(TSCAL_SOURCE_BOGOMIPS)->roots, TSCAL_ROOT_CPU));
	cr_expect(
		eq(u32, ask(TSCAL_SOURCE_TSC_FREQ_KHZ)->roots, TSCAL_ROOT_CPU));
	cr_expect(eq(u32, ask(TSCAL_SOURCE_CLOCK_RAW)->roots, TSCAL_ROOT_HPET));
	cr_expect(not(est.by_kernel));
}
