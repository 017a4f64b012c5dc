/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Reads the evidence: each place once, a bounded number of bytes, and keeps
 * what is found as printable text. */
#include "hv/evidence.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plat/text.h"

struct place {
	enum hv_place place;
	const char *where, *path;
	void (*read)(struct tscal_platform *plat, const struct place *place,
		struct hv_evidence *ev);
};

/* A place in item for what was read at this place, before those of later
 * places; the last makes room when all are taken.  NULL: there is no room. */
static struct hv_evidence_item *insert(
	struct hv_evidence *ev, enum hv_place place)
{
	size_t at = ev->n;

	while (at && ev->item[at - 1].place > place)
		at--;
	if (ev->n == TSCAL_HV_EVIDENCE_MAX) {
		ev->truncated = true;
		if (at == ev->n)
			return NULL;
		ev->n--;
	}
	memmove(&ev->item[at + 1], &ev->item[at],
		(ev->n++ - at) * sizeof(*ev->item));
	return &ev->item[at];
}

static void add(
	struct hv_evidence *ev, const struct place *place, const char *text)
{
	const struct hv_evidence_row *row = hv_evidence_row_for(
		place->place, text);
	struct hv_evidence_item *item = row ? insert(ev, place->place) : NULL;
	struct tscal_hv_evidence *e;

	if (!item)
		return;
	*item = (struct hv_evidence_item){.place = place->place, .row = row};
	e = &item->shown;
	e->means = row->means;
	snprintf(e->where, sizeof(e->where), "%s", place->where);
	snprintf(e->says, sizeof(e->says), "%s", text);
	snprintf(e->name, sizeof(e->name), "%s", row->name ? row->name : text);
	snprintf(e->vendor, sizeof(e->vendor), "%s", row->vendor);
}

/* The n bytes of text as a string: up to a NUL or the end of the line, without
 * blanks at the ends, with '?' for what cannot be printed.  There is room for a
 * NUL behind them. */
static void tidy(char *text, size_t n)
{
	size_t len = 0, from;

	while (len < n && text[len] && text[len] != '\n')
		len++;
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	text[len] = '\0';
	from = strspn(text, " \t\r\v\f");
	memmove(text, text + from, len - from + 1);
	for (char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

/* A file's content, as much as an item holds; -errno if there is none. */
static int read_text(struct tscal_platform *plat, const char *path,
	char text[sizeof(((struct tscal_hv_evidence *)0)->says)])
{
	size_t room = sizeof(((struct tscal_hv_evidence *)0)->says) - 1;
	int n = plat->ops->read_file(plat, path, text, room);

	tidy(text, n > 0 ? (size_t)n : 0);
	return n < 0 ? n : 0;
}

static void read_string(struct tscal_platform *plat, const struct place *place,
	struct hv_evidence *ev)
{
	char text[sizeof(ev->item->shown.says)];
	int rc = read_text(plat, place->path, text);

	if (rc == -ENODATA)
		ev->unrecorded |= place->place;
	if (!rc && text[0])
		add(ev, place, text);
}

/* That the file exists is enough. */
static void read_presence(struct tscal_platform *plat,
	const struct place *place, struct hv_evidence *ev)
{
	char text[sizeof(ev->item->shown.says)];

	if (!read_text(plat, place->path, text))
		add(ev, place, "");
}

/* Xen's, which is empty except in the control domain. */
static void read_capabilities(struct tscal_platform *plat,
	const struct place *place, struct hv_evidence *ev)
{
	char text[sizeof(ev->item->shown.says)];

	if (!read_text(plat, place->path, text))
		add(ev, place, text);
}

/* xen/include/public/features.h: XENFEAT_dom0 is bit 11; Linux prints them in
 * hexadecimal. */
static void read_features(struct tscal_platform *plat,
	const struct place *place, struct hv_evidence *ev)
{
	char text[sizeof(ev->item->shown.says)];

	if (!read_text(plat, place->path, text) &&
		isxdigit((unsigned char)text[0]) &&
		strtoul(text, NULL, 16) >> 11 & 1)
		add(ev, place, text);
}

/* A name that no table has. */
#define NO_TABLE "/sys/firmware/acpi/tables/tscal"

/* A table that only root may read is listed for all users, unless the whole
 * directory is closed. */
static void read_listed(struct tscal_platform *plat, const struct place *place,
	struct hv_evidence *ev)
{
	char text[sizeof(ev->item->shown.says)];
	int rc = read_text(plat, place->path, text);

	if (!rc ||
		(rc == -EACCES && read_text(plat, NO_TABLE, text) != -EACCES))
		add(ev, place, "");
}

/* SMBIOS 2.4 and later (DMTF DSP0134, BIOS Information): type 0, byte 13h bit
 * 4, "this table describes a virtual machine". */
static void read_smbios(struct tscal_platform *plat, const struct place *place,
	struct hv_evidence *ev)
{
	uint8_t raw[20];
	int n = plat->ops->read_file(plat, place->path, raw, sizeof(raw));

	if (n == (int)sizeof(raw) && raw[0] == 0 && raw[1] >= sizeof(raw) &&
		raw[0x13] & 1 << 4)
		add(ev, place, "");
}

static void read_fadt_id(struct tscal_platform *plat, const struct place *place,
	struct hv_evidence *ev)
{
	char id[sizeof(ev->fadt.hypervisor_id)];

	acpi_fadt_read(plat, &ev->fadt);
	snprintf(id, sizeof(id), "%s",
		place->place == HV_AT_OEM ? ev->fadt.oem_id
					  : ev->fadt.hypervisor_id);
	tidy(id, strlen(id));
	if (id[0])
		add(ev, place, id);
}

static void read_clocks(struct tscal_platform *plat, const struct place *place,
	struct hv_evidence *ev)
{
	char list[512], word[sizeof(ev->item->shown.says)];

	if (text_read_line(plat, place->path, list, sizeof(list)) <= 0)
		return;
	for (char *at = list + strspn(list, " "); *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		snprintf(word, sizeof(word), "%.*s", (int)len, at);
		add(ev, place, word);
		at += len;
	}
}

static void read_leaf_0(struct tscal_platform *plat, const struct place *place,
	struct hv_evidence *ev)
{
	struct plat_cpuid r;
	char text[13];

	if (plat->ops->cpuid(plat, 0, 0, &r))
		return;
	memcpy(text, &r.ebx, 4);
	memcpy(text + 4, &r.edx, 4);
	memcpy(text + 8, &r.ecx, 4);
	tidy(text, 12);
	if (text[0])
		add(ev, place, text);
}

#define ACPI "/sys/firmware/acpi/tables/"
#define DMI "/sys/class/dmi/id/"
#define SAME(path) path, path

/*
 * Firmware first: DMI in systemd's order (src/basic/virt.c), as a product's
 * name means more than its parts' vendors.  Then the kernel, then containers.
 *
 * Not read: /proc/self/cgroup and Podman's /run/.containerenv.  They hold ids
 * that every recording would have, and in a namespace of its own a cgroup
 * has no name.
 */
static const struct place places[] = {
	{HV_AT_PRODUCT, "DMI product_name", DMI "product_name", read_string},
	{HV_AT_SYS, "DMI sys_vendor", DMI "sys_vendor", read_string},
	{HV_AT_BOARD, "DMI board_vendor", DMI "board_vendor", read_string},
	{HV_AT_BIOS, "DMI bios_vendor", DMI "bios_vendor", read_string},
	{HV_AT_VERSION, "DMI product_version", DMI "product_version",
		read_string},
	{HV_AT_SMBIOS, "SMBIOS virtual machine bit",
		"/sys/firmware/dmi/entries/0-0/raw", read_smbios},
	{HV_AT_FADT, "ACPI hypervisor id", NULL, read_fadt_id},
	{HV_AT_OEM, "ACPI OEM id", NULL, read_fadt_id},
	/* Windows ACPI Emulated devices Table: describes a guest's timers. */
	{HV_AT_WAET, "ACPI table WAET", ACPI "WAET", read_listed},
	{HV_AT_TREE, SAME("/proc/device-tree/hypervisor/compatible"),
		read_string},
	{HV_AT_SYS_HV, SAME("/sys/hypervisor/type"), read_string},
	{HV_AT_CAPS, SAME("/proc/xen/capabilities"), read_capabilities},
	{HV_AT_FEATURES, SAME("/sys/hypervisor/properties/features"),
		read_features},
	{HV_AT_RELEASE, SAME("/proc/sys/kernel/osrelease"), read_string},
	/* Linux, drivers/ptp/ptp_vmclock.c. */
	{HV_AT_VMCLOCK, "/sys/class/misc/vmclock0",
		"/sys/class/misc/vmclock0/dev", read_presence},
	{HV_AT_CLOCKS, "available_clocksource",
		"/sys/devices/system/clocksource/clocksource0/"
		"available_clocksource",
		read_clocks},
	{HV_AT_LEAF_0, "CPUID leaf 0", NULL, read_leaf_0},
	/* https://systemd.io/CONTAINER_INTERFACE, and Docker's own file. */
	{HV_AT_SYSTEMD, SAME("/run/systemd/container"), read_string},
	{HV_AT_MANAGER, SAME("/run/host/container-manager"), read_string},
	{HV_AT_DOCKER, SAME("/.dockerenv"), read_presence},
};

void hv_evidence_read(
	struct tscal_platform *plat, unsigned at, struct hv_evidence *ev)
{
	at &= ~ev->places;
	ev->places |= at;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (at & places[i].place)
			places[i].read(plat, &places[i], ev);
}

void hv_evidence_phrase(
	const struct tscal_hv_evidence *e, char *buf, size_t size)
{
	if (e->says[0])
		snprintf(buf, size, "%s %s \"%s\"", e->where,
			!strcmp(e->where, "available_clocksource") ? "has"
								   : "is",
			e->says);
	else
		snprintf(buf, size, "%s is %s", e->where,
			!strncmp(e->where, "SMBIOS", 6) ? "set" : "there");
}

const char *tscal_hv_means_str(enum tscal_hv_means means)
{
	static const char *const names[] = {
		[TSCAL_HV_MEANS_VIRTUAL] = "virtual",
		[TSCAL_HV_MEANS_CONTAINER] = "container",
		[TSCAL_HV_MEANS_METAL] = "metal",
		[TSCAL_HV_MEANS_EITHER] = "either",
	};

	return (unsigned)means < sizeof(names) / sizeof(*names) && means
		       ? names[means]
		       : "?";
}
