/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The hypervisor as a person reads of it. */
#include <string.h>

#include "cli/cli.h"
#include "cli/report/text.h"

#define GAP 2

static void match(struct term *t, const struct tscal_hv_match *m)
{
	char signature[PRINTABLE_SIZE(sizeof(m->signature))];

	printable_signature(signature, sizeof(signature), m);
	term_wrap(t, TERM_TEXT, STYLE_PLAIN, "%s,", m->name);
	if (signature[0])
		term_wrap(t, TERM_TEXT, STYLE_PLAIN, " \"%s\"", signature);
	else
		term_wrap(t, TERM_TEXT, STYLE_PLAIN, " no signature");
	term_wrap(t, TERM_TEXT, STYLE_PLAIN, " at 0x%08x, leaves to 0x%08x",
		m->base, m->max_leaf);
	term_end(t);
}

static void signatures(struct term *t, const struct tscal_hv *hv)
{
	bool other = hv->n_also && hv->also[0].other_layer;
	bool kernels = hv->present && !hv->main.base &&
		       strcmp(hv->main.vendor, "unknown") != 0;

	if (kernels)
		term_row(t, "hypervisor", STYLE_PLAIN,
			"%s, reported by the kernel; not in CPUID",
			hv->main.name);
	else if (!hv->main.base) {
		term_row(t, "hypervisor", STYLE_PLAIN, "%s",
			strcmp(hv->main.vendor, "none") ? hv->main.name
							: "none found");
		return;
	} else {
		term_label(t, "hypervisor");
		match(t, &hv->main);
	}
	for (size_t i = 0; i < hv->n_also; i++) {
		term_pad(t, TERM_TEXT);
		term_put(t, STYLE_FAINT, other ? "CPUID: " : "also ");
		match(t, &hv->also[i]);
	}
	if (hv->truncated)
		term_row(t, "", STYLE_FAINT, "and more signatures");
}

void text_hypervisor(struct term *t, const struct tscal_hv *hv)
{
	signatures(t, hv);
	if (hv->contradiction[0])
		term_row(
			t, "contradicted", STYLE_FAIR, "%s", hv->contradiction);
}

/* The text found there, as it is shown. */
static const char *quoted(
	char *out, size_t size, const struct tscal_hv_evidence *e)
{
	if (!e->says[0])
		return "is there";
	snprintf(out, size, "\"%s\"", e->says);
	return out;
}

/* What it means.  A name alone is a virtual machine's. */
static const char *meaning(
	char *out, size_t size, const struct tscal_hv_evidence *e)
{
	static const char *const kinds[] = {
		[TSCAL_HV_MEANS_CONTAINER] = "a container",
		[TSCAL_HV_MEANS_METAL] = "bare metal",
		[TSCAL_HV_MEANS_EITHER] = "virtual or not",
	};

	if (e->means != TSCAL_HV_MEANS_VIRTUAL)
		snprintf(out, size, "%s, %s", e->name, kinds[e->means]);
	else
		snprintf(out, size, "%s",
			e->name[0] ? e->name : "a virtual machine");
	return out;
}

static void evidence(struct term *t, const struct tscal_hv *hv)
{
	size_t where = 0, says = 0, who = 0, indent;
	char text[128];

	if (!hv->n_evidence)
		return;
	for (size_t i = 0; i < hv->n_evidence; i++) {
		const struct tscal_hv_evidence *e = &hv->evidence[i];
		size_t len = strlen(quoted(text, sizeof(text), e));

		where = strlen(e->where) > where ? strlen(e->where) : where;
		says = len > says ? len : says;
		len = strlen(meaning(text, sizeof(text), e));
		who = len > who ? len : who;
	}
	where += TERM_TEXT + GAP;
	indent = where + says + GAP;
	/* Where there is no room for a third column, it follows the second. */
	if (indent + who > t->width)
		indent = where;
	term_label(t, "evidence");
	for (size_t i = 0; i < hv->n_evidence; i++) {
		const struct tscal_hv_evidence *e = &hv->evidence[i];

		term_cell(t, STYLE_PLAIN, TERM_TEXT, e->where);
		term_pad(t, where);
		term_wrap(t, where, STYLE_PLAIN, "%s",
			quoted(text, sizeof(text), e));
		if (indent == where)
			term_wrap(t, where, STYLE_FAINT, "  %s",
				meaning(text, sizeof(text), e));
		else {
			term_pad(t, indent);
			term_wrap(t, indent, STYLE_FAINT, "%s",
				meaning(text, sizeof(text), e));
		}
		term_end(t);
	}
	if (hv->evidence_truncated)
		term_row(t, "", STYLE_FAINT, "and more");
}

void text_hv(const struct tscal_report *report)
{
	const struct tscal_hv *hv = &tscal_report_machine(report)->hv;
	struct term t;

	term_init(&t, stdout);
	text_hypervisor(&t, hv);
	evidence(&t, hv);
	if (hv->layers[0])
		term_row(&t, "layers", STYLE_PLAIN, "%s", hv->layers);
	if (hv->timing[0])
		term_row(&t, "timing", STYLE_PLAIN, "%s", hv->timing);
	term_label(&t, "sources");
	text_surveyed(&t, report, true, TERM_TEXT);
}
