/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "unit/asking.h"

TestSuite(kvm_ioctl, .init = init_metal);

Test(kvm_ioctl, runs_only_when_named)
{
	for (size_t i = 0; i < n_sources; i++)
		cr_expect(eq(int, sources[i]->only_named,
			sources[i]->id == TSCAL_SOURCE_KVM_IOCTL));
	sim.kvm_rc = 0;
	sim.kvm_khz = 0;
	cr_assert(eq(
		int, STATUS(TSCAL_SOURCE_KVM_IOCTL), TSCAL_STATUS_IMPLAUSIBLE));
	sim.kvm_rc = -EOPNOTSUPP;
	cr_assert(
		eq(int, STATUS(TSCAL_SOURCE_KVM_IOCTL), TSCAL_STATUS_SKIPPED));
}
