/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The scan for signatures: every 0x100 from 0x40000000 to 0x4000FF00, as Linux
 * (cpuid_base_hypervisor()), FreeBSD and Xen's own tools do it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hv/kernel_layer.h"
#include "hv/leaf.h"
#include "hv/scan.h"
#include "hv/vendor.h"

#define BASE_FIRST 0x40000000U
#define BASE_STEP 0x100U

/* The vendor that these 12 bytes mean here; the last row if unknown. */
static const struct hv_vendor *recognise(struct tscal_platform *plat,
	struct hv_evidence *ev, const struct tscal_hv_match *m)
{
	const struct hv_vendor *row;
	size_t i;

	for (i = 0; (row = hv_vendor_row(i)) != NULL && row->n_signatures; i++)
		if (hv_vendor_has_signature(row, m->signature) &&
			(!row->confirm || row->confirm(plat, ev, m)))
			return row;
	return row;
}

static void set_vendor(
	struct tscal_hv_match *m, const char *vendor, const char *name)
{
	snprintf(m->vendor, sizeof(m->vendor), "%s", vendor);
	snprintf(m->name, sizeof(m->name), "%s", name);
}

/* What is at a base, read in the way that m->forced gives; false if it cannot
 * be read. */
static bool read_base(struct tscal_platform *plat, struct hv_evidence *ev,
	uint32_t base, struct tscal_hv_match *m)
{
	const struct hv_vendor *row;
	struct plat_cpuid r;

	if (hv_cpuid(plat, m, base, 0, &r))
		return false;
	*m = (struct tscal_hv_match){.base = base,
		.max_leaf = base,
		.eax = r.eax,
		.forced = m->forced};
	memcpy(m->signature, &r.ebx, 4);
	memcpy(m->signature + 4, &r.ecx, 4);
	memcpy(m->signature + 8, &r.edx, 4);
	row = recognise(plat, ev, m);
	set_vendor(m, row->id, row->name);
	/* A maximum outside this base does not mean that leaves exist: old
	 * NVMM has the host's out-of-range data there. */
	if (r.eax >= base && r.eax < base + BASE_STEP)
		m->max_leaf = r.eax;
	else if (!r.eax)
		m->max_leaf = base + row->leaves_if_zero;
	return true;
}

static bool known(const struct tscal_hv_match *m)
{
	return hv_vendor_of(m)->n_signatures != 0;
}

static bool is_blank(const struct tscal_hv_match *m)
{
	static const uint8_t blank[12];

	return !memcmp(m->signature, blank, 12);
}

/* bhyve answers every leaf beyond its last with the data of 0x40000000: the
 * same signature again, with a maximum that belongs to a lower base. */
static bool echo(const struct tscal_hv_match *found, size_t n,
	const struct tscal_hv_match *m)
{
	if (m->eax >= m->base)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!memcmp(found[i].signature, m->signature, 12))
			return true;
	return false;
}

/* Put m before the others; the lowest base makes room when all are taken. */
static size_t push(struct tscal_hv_match *found, size_t n, bool *truncated,
	const struct tscal_hv_match *m)
{
	if (n == TSCAL_HV_MAX + 1) {
		*truncated = true;
		n--;
	}
	memmove(found + 1, found, n * sizeof(*found));
	found[0] = *m;
	return n + 1;
}

/* As Linux, take the highest base: KVM and Xen have Hyper-V's interface at the
 * first base. */
static size_t chosen(const struct tscal_hv_match *found, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (hv_vendor_of(&found[i])->keeps_identity)
			return i;
	return 0;
}

static void none(struct tscal_hv *hv)
{
	memset(hv, 0, sizeof(*hv));
	set_vendor(&hv->main, "none", "none");
}

/* The first base is the one that each hypervisor has. */
static const char *name_of_unread(struct tscal_platform *plat)
{
	struct plat_cpuid r;

	return plat->ops->cpuid(plat, BASE_FIRST, 0, &r) == -ENODATA
		       ? "one that is not recorded"
		       : "an unreadable hypervisor";
}

/* Xen read by its prefix, where the kernel reports that it runs on Xen: a
 * paravirtual domain has Xen's leaves at the first base, as Hyper-V's are for
 * other domains. */
static bool xen_paravirtual(struct tscal_platform *plat, struct hv_evidence *ev,
	struct tscal_hv_match *match)
{
	bool xen = hv_evidence_names(
		plat, HV_AT_SYS_HV | HV_AT_CAPS, ev, "xen");

	*match = (struct tscal_hv_match){.forced = 1};
	return xen && read_base(plat, ev, BASE_FIRST, match) &&
	       !strcmp(match->vendor, "xen");
}

void hv_scan_by_bit(struct tscal_platform *plat, bool guest, unsigned gap,
	struct hv_evidence *ev, struct tscal_hv *hv)
{
	struct tscal_hv_match found[TSCAL_HV_MAX + 1], m;
	size_t n = 0, best;
	unsigned missed = 0;
	bool second = false;

	none(hv);
	if (!guest) {
		hv->present = xen_paravirtual(plat, ev, &m);
		if (hv->present)
			hv->main = m;
		else
			hv_name_kernels_alone(plat, ev, hv);
		return;
	}
	hv->present = true;
	for (unsigned i = 0; i < HV_SCAN_ALL && missed < gap; i++) {
		/* An unknown signature is kept only at the first base: beyond
		 * it, most hypervisors answer with data of other leaves. */
		bool read, kept;

		m.forced = 0;
		read = read_base(plat, ev, BASE_FIRST + i * BASE_STEP, &m);
		second |= i == 1 && read;
		kept = read && (known(&m) || !i) && !echo(found, n, &m);

		missed = kept && known(&m) ? 0 : missed + 1;
		if (kept)
			n = push(found, n, &hv->truncated, &m);
	}
	if (!n) {
		set_vendor(&hv->main, "unknown", name_of_unread(plat));
		return;
	}
	/* Twelve NUL bytes mean no vendor where there is another match. */
	if (n > 1 && !known(&found[n - 1]) && is_blank(&found[n - 1]))
		n--;
	best = chosen(found, n);
	hv->main = found[best];
	for (size_t i = 0; i < n; i++)
		if (i != best)
			hv->also[hv->n_also++] = found[i];
	/* A dump may hold the first base alone, and not the kernel's. */
	if (second)
		hv_name_kernels(plat, ev, hv);
}

int hv_scan(struct tscal_platform *plat, unsigned gap, struct hv_evidence *ev,
	struct tscal_hv *hv)
{
	struct plat_cpuid r;
	int rc = plat->ops->cpuid(plat, 1, 0, &r);

	if (rc) {
		none(hv);
		set_vendor(&hv->main, "unknown", "not known");
	} else {
		hv_scan_by_bit(plat, r.ecx >> 31, gap, ev, hv);
	}
	return rc;
}
