/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * What the evidence and the scan mean together: contradictions, layers, and
 * what the hypervisor offers for timing.  This changes no decision: which
 * hypervisor it is has been decided by the scan.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hv/cpu_name.h"
#include "hv/scan.h"
#include "hv/vendor.h"
#include "plat/text.h"

/* What CPUID reports of virtual machines besides the vendors' leaves. */
struct cpuid_reports {
	bool known; /* leaf 1 could be read */
	bool present;
	const char *nested; /* "VMX", "SVM" or NULL */
};

static struct cpuid_reports ask_cpuid(struct tscal_platform *plat)
{
	struct cpuid_reports reports = {0};
	struct plat_cpuid r;

	if (plat->ops->cpuid(plat, 1, 0, &r))
		return reports;
	reports.known = true;
	reports.present = r.ecx >> 31;
	/* Intel SDM vol. 2A, CPUID.1:ECX[5]; AMD64 APM vol. 3, E.4.2:
	 * CPUID Fn8000_0001 ECX[2], which Intel has reserved. */
	if (r.ecx >> 5 & 1)
		reports.nested = "VMX";
	else if (!plat->ops->cpuid(plat, 0x80000000, 0, &r) &&
		 r.eax >> 16 == 0x8000 && r.eax >= 0x80000001 &&
		 !plat->ops->cpuid(plat, 0x80000001, 0, &r) && r.ecx >> 2 & 1)
		reports.nested = "SVM";
	return reports;
}

/* Whether what a row means agrees with the hypervisor that CPUID names.  The
 * kernel's own knowledge of Xen agrees with any: see layers_below(). */
static bool agrees_with(const struct hv_evidence_row *row, const char *vendor)
{
	return !strcmp(vendor, "unknown") || row->without_bit ||
	       !strcmp(vendor, row->vendor) || !row->others ||
	       text_has_word(row->others, vendor);
}

/* Why CPUID and a row may differ, where that is known. */
static const char *explanation(
	const struct hv_evidence_row *row, const char *vendor)
{
	bool qemu = row->others && text_has_word(row->others, "tcg");

	if (qemu && !strcmp(vendor, "vmware"))
		return "QEMU on Windows (WHPX) shows VMware's signature";
	if (qemu && !strcmp(vendor, "hyperv"))
		return "QEMU and KVM may offer Hyper-V's leaves instead of "
		       "their own";
	return "one of the two is false, or copied from an outer host";
}

static void contradict(const struct tscal_hv *hv,
	const struct cpuid_reports *cpu, const struct hv_evidence *ev,
	char *buf, size_t size)
{
	const struct tscal_hv_match *other = hv_other_layer(hv);
	const struct tscal_hv_match *named = other ? other : &hv->main;
	char phrase[128];

	for (size_t i = 0; i < ev->n && cpu->known; i++) {
		const struct hv_evidence_row *row = ev->item[i].row;

		hv_evidence_phrase(&ev->item[i].shown, phrase, sizeof(phrase));
		if (row->means == TSCAL_HV_MEANS_VIRTUAL && !cpu->present &&
			!row->without_bit &&
			!(other && agrees_with(row, hv->main.vendor)))
			snprintf(buf, size,
				"CPUID reports no hypervisor, but %s: the "
				"hypervisor is hidden from CPUID.",
				phrase);
		else if (row->means == TSCAL_HV_MEANS_METAL && cpu->present)
			snprintf(buf, size,
				"CPUID names %s, but %s, which means bare "
				"metal.",
				named->name, phrase);
		else if (row->means == TSCAL_HV_MEANS_VIRTUAL && cpu->present &&
			 !agrees_with(row, hv->main.vendor) &&
			 !agrees_with(row, named->vendor))
			snprintf(buf, size, "CPUID names %s, but %s: %s.",
				named->name, phrase,
				explanation(row, named->vendor));
		else
			continue;
		return;
	}
}

__attribute__((format(printf, 2, 3))) static void add_layer(
	struct tscal_hv *hv, const char *fmt, ...)
{
	va_list ap;

	if (hv->layers[0])
		text_printf(hv->layers, sizeof(hv->layers), " ");
	va_start(ap, fmt);
	text_vprintf(hv->layers, sizeof(hv->layers), fmt, ap);
	va_end(ap);
}

static const struct tscal_hv_evidence *first(
	const struct hv_evidence *ev, enum tscal_hv_means means)
{
	for (size_t i = 0; i < ev->n; i++)
		if (ev->item[i].row->means == means)
			return &ev->item[i].shown;
	return NULL;
}

/* What the kernel itself knows of Xen, whatever CPUID shows. */
static const struct hv_evidence_row *xen_kernel(const struct hv_evidence *ev)
{
	const struct hv_evidence_row *found = NULL;

	for (size_t i = 0; i < ev->n; i++)
		if (ev->item[i].row->without_bit &&
			!strcmp(ev->item[i].row->vendor, "xen") &&
			(!found || ev->item[i].row->dom0))
			found = ev->item[i].row;
	return found;
}

static bool wsl2(const struct hv_evidence *ev)
{
	for (size_t i = 0; i < ev->n; i++)
		if (!strcmp(ev->item[i].shown.name, "WSL 2"))
			return true;
	return false;
}

/*
 * A hypervisor that intercepts CPUID makes up every answer: all answers are of
 * the layer next below.  It need not intercept the CPUID of user space: Xen's
 * paravirtual domains and PVM's guests read there what the layer below their
 * hypervisor answers (kernel_layer.c).
 */
static void layers_below(struct tscal_platform *plat, struct tscal_hv *hv,
	const struct cpuid_reports *cpu, const struct hv_evidence *ev)
{
	char brand[HV_BRAND], model_name[HV_BRAND];
	const struct hv_evidence_row *xen = xen_kernel(ev);
	const struct tscal_hv_match *other = hv_other_layer(hv);

	if (xen && xen->dom0)
		add_layer(hv, "This is Xen's control domain.");
	if (wsl2(ev))
		add_layer(hv,
			"This is WSL 2: a virtual machine of Hyper-V on a "
			"Windows machine.");
	if (other)
		add_layer(hv,
			"Two layers: a layer below (%s) answers CPUID, and "
			"the kernel runs on %s.",
			other->name, hv->main.name);
	else if (xen && cpu->known && !cpu->present)
		add_layer(hv,
			"The kernel runs on Xen as a paravirtual domain, which "
			"reads the CPUID of the machine%s.",
			hv->main.forced ? "; Xen's own leaves were read "
					  "with Xen's CPUID prefix"
					: "");
	else if (cpu->known && hv_cpu_names_differ(plat, brand, model_name))
		add_layer(hv,
			"CPUID names the CPU \"%s\", but the kernel read "
			"\"%s\" when it started: another layer answers "
			"CPUID here, or the guest was moved since.",
			brand, model_name);
	else if (cpu->present && hv->main.base)
		add_layer(hv,
			"The nearest layer answers CPUID; layers below it "
			"are not visible.");
}

static void layers(struct tscal_platform *plat, struct tscal_hv *hv,
	const struct cpuid_reports *cpu, const struct hv_evidence *ev)
{
	const struct tscal_hv_evidence *container = first(
		ev, TSCAL_HV_MEANS_CONTAINER);

	layers_below(plat, hv, cpu, ev);
	if (hv->n_also && !hv_other_layer(hv))
		add_layer(hv,
			"The other signatures are interfaces that %s offers, "
			"not layers.",
			hv->main.name);
	if (cpu->present && cpu->nested)
		add_layer(hv,
			"This guest has %s, so it can host guests itself.",
			cpu->nested);
	if (container)
		add_layer(hv,
			"This is a container (%s): its clocks are those of the "
			"kernel that it shares.",
			container->name);
}

/* "base + 0x10 EAX, kHz", as the table has it, with the leaf's number. */
static void timing(struct tscal_hv *hv)
{
	static const char base[] = "base + ";
	const struct hv_vendor *row = hv_vendor_of(&hv->main);
	char *rest;

	if (!hv->main.base || !row->n_signatures)
		return;
	if (!row->timing_leaf) {
		snprintf(hv->timing, sizeof(hv->timing), "no leaf%s%s",
			row->instead ? "; " : "",
			row->instead ? row->instead : "");
		return;
	}
	hv->timing_leaf = hv->main.base +
			  (uint32_t)strtoul(row->timing_leaf + sizeof(base) - 1,
				  &rest, 0);
	snprintf(hv->timing, sizeof(hv->timing), "leaf 0x%08x%s",
		hv->timing_leaf, rest);
	if (hv->main.max_leaf < hv->timing_leaf)
		text_printf(hv->timing, sizeof(hv->timing),
			", but the hypervisor's leaves end at 0x%08x",
			hv->main.max_leaf);
}

void hv_describe(struct tscal_platform *plat, struct hv_evidence *ev,
	struct tscal_hv *hv)
{
	struct cpuid_reports cpu = ask_cpuid(plat);

	hv_evidence_read(plat, HV_AT_ALL, ev);
	hv->n_evidence = ev->n;
	hv->evidence_truncated = ev->truncated;
	for (size_t i = 0; i < ev->n; i++)
		hv->evidence[i] = ev->item[i].shown;
	contradict(hv, &cpu, ev, hv->contradiction, sizeof(hv->contradiction));
	layers(plat, hv, &cpu, ev);
	timing(hv);
}

int tscal_hv_detect_sized(
	struct tscal_platform *plat, struct tscal_hv *hv, size_t hv_size)
{
	struct hv_evidence ev = {0};
	struct tscal_hv found;
	int rc;

	if (!plat)
		plat = tscal_platform_passive();
	rc = hv_scan(plat, HV_SCAN_ALL, &ev, &found);
	if (rc)
		return rc;
	hv_describe(plat, &ev, &found);
	memset(hv, 0, hv_size);
	memcpy(hv, &found, hv_size < sizeof(found) ? hv_size : sizeof(found));
	return 0;
}
