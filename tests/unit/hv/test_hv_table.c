/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The table of vendors in the code, and its twin in docs/hypervisors.md. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "hv/vendor.h"

#define TEXT_MAX 65536

static const char blank[12];

static const char *const ids[] = {"none", "unknown", "vmware", "kvm", "hyperv",
	"xen", "virtualbox", "bhyve", "acrn", "jailhouse", "qnx", "nvmm",
	"openbsd-vmm", "haxm", "kgt", "parallels", "apple-vz", "unisys", "lmhs",
	"tcg", "fex", "napoca"};
#define N_IDS (sizeof(ids) / sizeof(*ids))

Test(hv_table, every_row_has_id_name_and_signature)
{
	const struct hv_vendor *row;

	for (size_t i = 0; (row = hv_vendor_row(i)) != NULL; i++) {
		bool last = !hv_vendor_row(i + 1);

		cr_assert(row->id && row->id[0], "row %zu", i);
		cr_assert(lt(sz, strlen(row->id), 16));
		cr_assert(row->name && row->name[0], "row %zu", i);
		cr_assert(lt(sz, strlen(row->name), 32));
		/* Only the last takes what no other does. */
		cr_assert(last == !row->n_signatures, "row %zu", i);
		cr_assert(le(sz, row->n_signatures, HV_SIGNATURES));
		/* The spellings that are not counted would never match. */
		for (size_t k = row->n_signatures; k < HV_SIGNATURES; k++)
			cr_assert(eq(
				int, memcmp(row->signatures[k], blank, 12), 0));
		for (size_t k = 0; k < row->n_signatures; k++)
			cr_assert(row->confirm ||
				  memcmp(row->signatures[k], blank, 12) != 0);
		if ((row->timing == NULL) != (row->timing_leaf == NULL))
			cr_fail("%s", row->name);
		if (row->timing && row->instead)
			cr_fail("%s", row->name);
		/* tscal hv shows it with the leaf's number. */
		if (row->timing_leaf)
			cr_assert(eq(int,
				strncmp(row->timing_leaf, "base + ", 7), 0));
	}
}

Test(hv_table, no_two_rows_share_a_signature)
{
	const struct hv_vendor *a, *b;
	size_t same;

	for (size_t i = 0; (a = hv_vendor_row(i)) != NULL; i++)
		for (size_t k = 0; k < a->n_signatures; k++) {
			same = 0;
			for (size_t j = 0; (b = hv_vendor_row(j)) != NULL; j++)
				for (size_t l = 0; l < b->n_signatures; l++)
					same += !memcmp(a->signatures[k],
						b->signatures[l], 12);
			cr_assert(eq(sz, same, 1), "%s", a->name);
		}
}

Test(hv_table, every_id_is_a_stable_one_and_every_stable_one_has_a_row)
{
	const struct hv_vendor *row;
	bool seen[N_IDS] = {true};

	for (size_t i = 0; (row = hv_vendor_row(i)) != NULL; i++) {
		bool found = false;

		for (size_t k = 1; k < N_IDS; k++)
			if (!strcmp(ids[k], row->id))
				found = seen[k] = true;
		cr_assert(found, "%s is not in the list", row->id);
	}
	for (size_t k = 0; k < N_IDS; k++)
		cr_assert(seen[k], "%s has no row", ids[k]);
}

/* As the page has it: NUL as \0, a space at either end as \x20, which
 * Markdown would drop. */
static void spell(const char *signature, char *out)
{
	out += sprintf(out, "`");
	for (int i = 0; i < 12; i++)
		if (!signature[i])
			out += sprintf(out, "\\0");
		else if (signature[i] == ' ' && (i == 0 || i == 11))
			out += sprintf(out, "\\x20");
		else
			*out++ = signature[i];
	sprintf(out, "`");
}

/* "| `id` | name | signatures | leaf |" */
static void spell_row(const struct hv_vendor *row, char *out)
{
	out += sprintf(out, "| `%s` | %s | ", row->id, row->name);
	for (size_t k = 0; k < row->n_signatures; k++) {
		out += sprintf(out, k ? ", " : "");
		spell(row->signatures[k], out);
		out += strlen(out);
	}
	sprintf(out, " | %s |", row->timing_leaf ? row->timing_leaf : "none");
}

Test(hv_table, the_page_has_the_rows_of_the_code)
{
	static char text[TEXT_MAX], want[512];
	const struct hv_vendor *row;
	FILE *f = fopen(TSCAL_DOCS "/hypervisors.md", "r");
	size_t rows = 0, lines = 0;
	char *at;

	cr_assert(f != NULL);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	for (size_t i = 0; (row = hv_vendor_row(i)) != NULL; i++) {
		if (!row->n_signatures)
			continue;
		spell_row(row, want);
		at = strstr(text, want);
		cr_assert(at != NULL, "not in the page: %s", want);
		/* condition, unit, source, tested: all filled in. */
		at += strlen(want);
		for (int column = 0; column < 4; column++) {
			size_t len = strcspn(at, "|\n");

			cr_assert(at[len] == '|' && len > 2, "%s", want);
			at += len + 1;
		}
		rows++;
	}
	/* No line without a row. */
	for (at = text; (at = strstr(at, "\n| `")) != NULL; at++)
		lines++;
	cr_assert(eq(sz, lines, rows));
}
