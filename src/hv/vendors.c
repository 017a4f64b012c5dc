/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The table of vendors.  A new one is a row here and, if it defines a timing
 * leaf, one file. */
#include <string.h>

#include "hv/vendor.h"

static const struct hv_vendor rows[] = {
	{.id = "kvm",
		.name = "KVM",
		.signature = "KVMKVMKVM\0\0",
		.linux_calibrates = true,
		.watch = TSCAL_WATCH_PVCLOCK,
		.timing = hv_kvm_timing,
		.timing_leaf = "0x40000010 EAX, kHz"},
	/* The last row takes what no other does. */
	{.id = "unknown", .name = "an unknown hypervisor"},
};
#define N_ROWS (sizeof(rows) / sizeof(*rows))

const struct hv_vendor *hv_vendor_row(size_t i)
{
	return i < N_ROWS ? &rows[i] : NULL;
}

const struct hv_vendor *hv_vendor_of(const struct tscal_hv_match *match)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (!strcmp(rows[i].id, match->vendor))
			return &rows[i];
	return &rows[N_ROWS - 1];
}
