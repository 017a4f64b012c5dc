/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The table of evidence in the code, and its twin in docs/hypervisors.md. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "hv/evidence.h"
#include "hv/vendor.h"
#include "plat/text.h"

#define TEXT_MAX 65536

/* What the page calls the places. */
static const struct {
	unsigned places;
	const char *name;
} places[] = {
	{HV_AT_DMI, "DMI"},
	{HV_AT_PRODUCT, "DMI product_name"},
	{HV_AT_SMBIOS, "SMBIOS virtual machine bit"},
	{HV_AT_FADT, "ACPI hypervisor id"},
	{HV_AT_OEM, "ACPI OEM id"},
	{HV_AT_WAET, "ACPI table WAET"},
	{HV_AT_TREE, "/proc/device-tree/hypervisor/compatible"},
	{HV_AT_SYS_HV, "/sys/hypervisor/type"},
	{HV_AT_CAPS, "/proc/xen/capabilities"},
	{HV_AT_FEATURES, "/sys/hypervisor/properties/features"},
	{HV_AT_RELEASE, "/proc/sys/kernel/osrelease"},
	{HV_AT_VMCLOCK, "/sys/class/misc/vmclock0"},
	{HV_AT_CLOCKS, "available_clocksource"},
	{HV_AT_LEAF_0, "CPUID leaf 0"},
	{HV_AT_SYSTEMD, "/run/systemd/container"},
	{HV_AT_SYSTEMD | HV_AT_MANAGER,
		"/run/systemd/container, /run/host/container-manager"},
	{HV_AT_DOCKER, "/.dockerenv"},
};

static const char *place(const struct hv_evidence_row *row)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (places[i].places == row->places)
			return places[i].name;
	cr_fatal("\"%s\" is at places without a name", row->text);
}

/* "kvm, tcg": what CPUID shows without a contradiction. */
static char *spell_vendors(const struct hv_evidence_row *row, char *out)
{
	if (!row->others)
		return out + sprintf(out, "any vendor");
	out += sprintf(out, "%s", row->vendor);
	for (const char *at = row->others; *at; at += strspn(at, " ")) {
		int len = (int)strcspn(at, " ");

		out += sprintf(out, "%s%.*s",
			at == row->others && !row->vendor[0] ? "" : ", ", len,
			at);
		at += len;
	}
	return out;
}

/* "| place | `text` | name | means | CPUID |" */
static void spell(const struct hv_evidence_row *row, char *out)
{
	out += sprintf(out, "| %s | ", place(row));
	if (row->text[0])
		out += sprintf(out, "%s`%s`%s",
			row->how == HV_CONTAINS ? "..." : "", row->text,
			row->how == HV_WHOLE ? "" : "...");
	else
		out += sprintf(out, "any");
	out += sprintf(out, " | %s | %s | ",
		row->name && row->name[0] ? row->name : "-",
		tscal_hv_means_str(row->means));
	if (row->means == TSCAL_HV_MEANS_METAL)
		out += sprintf(out, "none");
	else
		out = spell_vendors(row, out);
	sprintf(out, "%s |", row->without_bit ? ", none" : "");
}

Test(hv_evidence_rows, the_page_has_the_rows_of_the_code)
{
	static char text[TEXT_MAX], want[512];
	const struct hv_evidence_row *row;
	FILE *f = fopen(TSCAL_DOCS "/hypervisors.md", "r");
	size_t rows = 0, lines = 0;
	const char *at;

	cr_assert(f != NULL);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	for (size_t i = 0; (row = hv_evidence_row_at(i)) != NULL; i++, rows++) {
		spell(row, want);
		cr_expect(strstr(text, want) != NULL, "not in the page: %s",
			want);
	}
	/* No line without a row. */
	at = strstr(text, "| where | what |");
	cr_assert(at != NULL);
	at = strchr(strchr(at, '\n') + 1, '\n') + 1;
	for (; *at == '|'; at = strchr(at, '\n') + 1)
		lines++;
	cr_expect(eq(sz, lines, rows));
}

static bool is_vendor(const char *id, size_t len)
{
	const struct hv_vendor *row;

	for (size_t i = 0; (row = hv_vendor_row(i)) != NULL; i++)
		if (strlen(row->id) == len && !strncmp(row->id, id, len))
			return true;
	return false;
}

Test(hv_evidence_rows, every_vendor_that_a_row_names_is_one)
{
	const struct hv_evidence_row *row;

	for (size_t i = 0; (row = hv_evidence_row_at(i)) != NULL; i++) {
		const char *at = row->others ? row->others : "";

		if (row->vendor[0])
			cr_expect(is_vendor(row->vendor, strlen(row->vendor)),
				"%s", row->text);
		for (; *at; at += strspn(at, " ")) {
			cr_expect(is_vendor(at, strcspn(at, " ")), "%s: %s",
				row->text, at);
			at += strcspn(at, " ");
		}
	}
}

Test(hv_evidence_rows, every_row_can_be_reached_and_fits_into_an_item)
{
	struct tscal_hv_evidence e;
	const struct hv_evidence_row *row;

	for (size_t i = 0; (row = hv_evidence_row_at(i)) != NULL; i++) {
		unsigned lowest = row->places & -row->places;

		cr_expect(hv_evidence_row_for(
				  (enum hv_place)lowest, row->text) == row,
			"row %zu, \"%s\", comes too late", i, row->text);
		cr_expect(lt(sz, strlen(row->text), sizeof(e.says)));
		cr_expect(lt(sz, strlen(row->name ? row->name : ""),
			sizeof(e.name)));
		cr_expect(lt(sz, strlen(row->vendor), sizeof(e.vendor)));
		cr_expect(ne(str, (char *)tscal_hv_means_str(row->means),
			(char *)"?"));
	}
	cr_expect(eq(str, (char *)tscal_hv_means_str(0), (char *)"?"));
	cr_expect(eq(str, (char *)tscal_hv_means_str((enum tscal_hv_means)99),
		(char *)"?"));
}
