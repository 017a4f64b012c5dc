/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "hv/evidence.h"

#include <string.h>

#define FIRMWARE (HV_AT_DMI | HV_AT_FADT | HV_AT_OEM)

/* The first piece at these places that means a virtual machine, of another
 * vendor than `except`. */
static bool first_virtual(struct tscal_platform *plat, unsigned places,
	const char *except, struct hv_evidence *ev, char *buf, size_t size)
{
	hv_evidence_read(plat, places, ev);
	for (size_t i = 0; i < ev->n; i++) {
		const struct hv_evidence_item *item = &ev->item[i];

		if (item->place & places &&
			item->row->means == TSCAL_HV_MEANS_VIRTUAL &&
			strcmp(item->row->vendor, except) != 0) {
			hv_evidence_phrase(&item->shown, buf, size);
			return true;
		}
	}
	if (size)
		buf[0] = '\0';
	return false;
}

bool hv_evidence_virtual(struct tscal_platform *plat, struct hv_evidence *ev,
	char *buf, size_t size)
{
	return first_virtual(
		plat, HV_AT_ALL & ~HV_AT_CONTAINER, "any", ev, buf, size);
}

bool hv_evidence_below_xen(struct tscal_platform *plat, struct hv_evidence *ev,
	char *buf, size_t size)
{
	return first_virtual(plat, FIRMWARE, "xen", ev, buf, size);
}

/* Where firmware can name this vendor: no other place need be read. */
static unsigned firmware_of(const char *vendor)
{
	const struct hv_evidence_row *row;
	unsigned places = 0;

	for (size_t i = 0; (row = hv_evidence_row_at(i)) != NULL; i++)
		if (!strcmp(row->vendor, vendor))
			places |= row->places;
	return places & FIRMWARE;
}

bool hv_evidence_names(struct tscal_platform *plat, unsigned places,
	struct hv_evidence *ev, const char *vendor)
{
	hv_evidence_read(plat, places, ev);
	for (size_t i = 0; i < ev->n; i++)
		if (ev->item[i].place & places &&
			!strcmp(ev->item[i].row->vendor, vendor))
			return true;
	return false;
}

bool hv_firmware_names(
	struct tscal_platform *plat, struct hv_evidence *ev, const char *vendor)
{
	return hv_evidence_names(plat, firmware_of(vendor), ev, vendor);
}

bool hv_evidence_dom0(struct tscal_platform *plat, struct hv_evidence *ev)
{
	/* Only rows of these places have dom0. */
	hv_evidence_read(plat, HV_AT_CAPS | HV_AT_FEATURES, ev);
	for (size_t i = 0; i < ev->n; i++)
		if (ev->item[i].row->dom0)
			return true;
	return false;
}
