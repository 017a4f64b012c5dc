/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Which layer the CPUID of this process is of.
 *
 * Linux registers a paravirtual clocksource only where it found that
 * interface's signature by CPUID itself (kvm_para_available(),
 * xen_cpuid_base(), ms_hyperv_platform()).  Where the CPUID read here has no
 * such signature, another layer answers it than answered the kernel: CPUID in
 * user space is not always intercepted by the hypervisor of the kernel.  This
 * is so in guests of PVM, whose kernel is told its CPUID by a hypercall, and in
 * paravirtual domains of Xen.
 */
#include <stdio.h>
#include <string.h>

#include "hv/kernel_layer.h"
#include "hv/vendor.h"
#include "plat/text.h"

/* Where Linux states what it runs on, having found it itself. */
#define BY_THE_KERNEL                                                          \
	(HV_AT_CLOCKS | HV_AT_SYS_HV | HV_AT_CAPS | HV_AT_FEATURES)

static bool fits(
	const struct hv_evidence_row *row, const struct tscal_hv_match *m)
{
	/* An unknown vendor may offer any interface. */
	return !strcmp(m->vendor, "unknown") ||
	       !strcmp(m->vendor, row->vendor) ||
	       (row->others && text_has_word(row->others, m->vendor));
}

/* Whether a signature that was found goes with the row. */
static bool shown(const struct hv_evidence_row *row, const struct tscal_hv *hv)
{
	for (size_t i = 0; i < hv->n_also; i++)
		if (fits(row, &hv->also[i]))
			return true;
	return fits(row, &hv->main);
}

/* The kernel's hypervisor, which has no leaves here. */
static void set_main(struct tscal_hv *hv, const char *vendor)
{
	hv->main = (struct tscal_hv_match){0};
	snprintf(hv->main.vendor, sizeof(hv->main.vendor), "%s", vendor);
	snprintf(hv->main.name, sizeof(hv->main.name), "%s",
		hv_vendor_by_id(vendor)->name);
}

/* Put the kernel's hypervisor first. */
static void put_first(struct tscal_hv *hv, const char *vendor)
{
	if (hv->n_also == TSCAL_HV_MAX) {
		hv->n_also--;
		hv->truncated = true;
	}
	memmove(hv->also + 1, hv->also, hv->n_also * sizeof(*hv->also));
	hv->also[0] = hv->main;
	hv->n_also++;
	for (size_t i = 0; i < hv->n_also; i++)
		hv->also[i].other_layer = 1;
	set_main(hv, vendor);
}

void hv_name_kernels(struct tscal_platform *plat, struct hv_evidence *ev,
	struct tscal_hv *hv)
{
	if (!hv->main.base)
		return;
	hv_evidence_read(plat, BY_THE_KERNEL, ev);
	for (size_t i = 0; i < ev->n; i++) {
		const struct hv_evidence_row *row = ev->item[i].row;

		if (ev->item[i].place & BY_THE_KERNEL &&
			row->means == TSCAL_HV_MEANS_VIRTUAL &&
			row->vendor[0] && !shown(row, hv)) {
			put_first(hv, row->vendor);
			return;
		}
	}
}

void hv_name_kernels_alone(struct tscal_platform *plat, struct hv_evidence *ev,
	struct tscal_hv *hv)
{
	hv_evidence_read(plat, HV_AT_CLOCKS, ev);
	for (size_t i = 0; i < ev->n; i++) {
		const struct hv_evidence_row *row = ev->item[i].row;

		/* Xen's paravirtual domains are known by Xen's files. */
		if (!(ev->item[i].place & HV_AT_CLOCKS) || row->without_bit)
			continue;
		hv->present = true;
		set_main(hv, row->vendor);
		return;
	}
}

const struct tscal_hv_match *hv_other_layer(const struct tscal_hv *hv)
{
	static const struct tscal_hv_match nothing = {
		.vendor = "none", .name = "one that shows no hypervisor"};

	if (hv->n_also && hv->also[0].other_layer)
		return &hv->also[0];
	return hv->present && !hv->main.base &&
			       strcmp(hv->main.vendor, "unknown") != 0
		       ? &nothing
		       : NULL;
}
