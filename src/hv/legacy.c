/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What callers ask of the evidence, in few words. */
#include "hv/legacy.h"

#include <string.h>

#include "hv/evidence.h"

#define FIRMWARE (HV_AT_DMI | HV_AT_FADT | HV_AT_OEM)

bool hv_legacy_sign(struct tscal_platform *plat, char *buf, size_t size)
{
	struct hv_evidence ev;

	hv_evidence_read(plat, HV_AT_ALL & ~HV_AT_CONTAINER, &ev);
	for (size_t i = 0; i < ev.n; i++)
		if (ev.item[i].means == TSCAL_HV_MEANS_VIRTUAL) {
			hv_evidence_phrase(&ev.item[i], buf, size);
			return true;
		}
	if (size)
		buf[0] = '\0';
	return false;
}

/* Where firmware can name this vendor: no other place need be read. */
static unsigned firmware_of(const char *vendor)
{
	const struct hv_sign *row;
	unsigned places = 0;

	for (size_t i = 0; (row = hv_sign_row(i)) != NULL; i++)
		if (!strcmp(row->vendor, vendor))
			places |= row->places;
	return places & FIRMWARE;
}

bool hv_firmware_says(struct tscal_platform *plat, const char *vendor)
{
	struct hv_evidence ev;

	hv_evidence_read(plat, firmware_of(vendor), &ev);
	for (size_t i = 0; i < ev.n; i++)
		if (!strcmp(ev.item[i].vendor, vendor))
			return true;
	return false;
}

bool hv_firmware_is_virtualbox(struct tscal_platform *plat)
{
	return hv_firmware_says(plat, "virtualbox");
}

bool hv_firmware_is_vmware(struct tscal_platform *plat)
{
	return hv_firmware_says(plat, "vmware");
}

bool hv_legacy_dom0(struct tscal_platform *plat)
{
	struct hv_evidence ev;

	hv_evidence_read(plat, HV_AT_CAPS | HV_AT_FEATURES, &ev);
	for (size_t i = 0; i < ev.n; i++)
		if (ev.row[i]->dom0)
			return true;
	return false;
}

bool hv_legacy_below_xen(struct tscal_platform *plat, char *buf, size_t size)
{
	struct hv_evidence ev;

	hv_evidence_read(plat, FIRMWARE, &ev);
	for (size_t i = 0; i < ev.n; i++)
		if (ev.item[i].means == TSCAL_HV_MEANS_VIRTUAL &&
			strcmp(ev.item[i].vendor, "xen") != 0) {
			hv_evidence_phrase(&ev.item[i], buf, size);
			return true;
		}
	if (size)
		buf[0] = '\0';
	return false;
}
