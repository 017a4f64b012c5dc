/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* hv-leaf: the hypervisor's timing leaf as a source. */
#include "unit/asking.h"

TestSuite(hv_leaf_source, .init = init_metal);

Test(hv_leaf_source, states_why_it_has_no_rate)
{
	static const struct hv_vendor mute = {.id = "bhyve"};

	cr_assert(eq(int, STATUS(TSCAL_SOURCE_HV_LEAF), TSCAL_STATUS_ABSENT));
	sentence_has("no hypervisor");
	run.hv.id.present = true;
	strcpy(run.hv.id.main.name, "bhyve");
	run.hv.id.main.base = 0x40000000;
	run.hv.vendor = &mute;
	cr_assert(eq(int, STATUS(TSCAL_SOURCE_HV_LEAF), TSCAL_STATUS_ABSENT));
	sentence_has("bhyve defines no timing leaf");
}
