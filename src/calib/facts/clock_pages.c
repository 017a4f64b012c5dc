/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/facts/clock_pages.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* [vvar] had four pages in 6.1 and has five in 6.18; only the first ones carry
 * clock data. */
#define PAGES 4

static void consider(struct clock_pairs *p, double lo, double hi, uint32_t mult,
	uint32_t shift)
{
	double hz;

	/* Linux clocks_calc_mult_shift(): shift at most 32, and the mult of a
	 * TSC above 10 MHz is far from zero. */
	if (!shift || shift > 32 || mult < 1 << 8)
		return;
	hz = ldexp(1e9, (int)shift) / mult;
	if (!(hz >= lo && hz <= hi))
		return;
	for (size_t i = 0; i < p->n && i < CLOCK_PAIRS_MAX; i++)
		if (p->pair[i].hz == hz)
			return;
	if (p->n < CLOCK_PAIRS_MAX)
		p->pair[p->n] = (struct clock_pair){hz, mult, shift};
	p->n++;
}

int clock_pages_pairs(struct tscal_platform *plat, double lo, double hi,
	struct clock_pairs *out)
{
	uint32_t words[PLAT_PAGE_SIZE / 4];
	int rc = -ENOENT, first = 0, missing = 0;

	out->n = 0;
	/* A mult is an integer: its rate may miss the interval by rounding. */
	lo -= lo * 0.2e-6;
	hi += hi * 0.2e-6;
	/* All pairs are in one page: the first page that has any. */
	for (unsigned i = 0; i < PAGES && !out->n; i++) {
		rc = plat->ops->page(plat, PLAT_PAGE_VVAR, i, words);
		if (!i)
			first = rc;
		if (rc == -ENODATA)
			missing = rc;
		if (rc)
			continue;
		for (size_t k = 0; k + 1 < PLAT_PAGE_SIZE / 4; k++)
			consider(out, lo, hi, words[k], words[k + 1]);
	}
	if (!out->n)
		return first ? first : missing ? missing : -ENOENT;
	return 0;
}

/* KVM and Xen write mul with its highest bit set (kvm_get_time_scale(),
 * set_time_scale()).  With that, the zero pad and the unused flags, 39 bits
 * must be right: such a record is not there by chance, and its rate may be
 * another host's. */
#define PVCLOCK_NEAR 0.01
#define PVCLOCK_MOVED 0.3
#define PVCLOCK_SIZE 32
#define PVCLOCK_TRIES 3

static void parse_pvclock(const uint8_t *rec, double hz, struct pvclock *pv)
{
	uint32_t version, pad, mul;
	uint64_t tsc, system;
	uint8_t flags;
	int8_t shift;
	double off;

	memcpy(&version, rec, 4);
	memcpy(&pad, rec + 4, 4);
	memcpy(&tsc, rec + 8, 8);
	memcpy(&system, rec + 16, 8);
	memcpy(&mul, rec + 24, 4);
	memcpy(&shift, rec + 28, 1);
	flags = rec[29];
	/* An odd version is an update under way; flags has two bits. */
	if (!version || version & 1 || pad || !tsc || !mul || shift < -31 ||
		shift > 31 || flags > 3)
		return;
	pv->mul = mul;
	pv->shift = shift;
	pv->stable = flags & 1;
	/* ns = (ticks << shift) * mul >> 32, and mul is truncated to an
	 * integer. */
	pv->out.hz = ldexp(1e9, 32 - shift) / (mul + 0.5);
	pv->out.lo = ldexp(1e9, 32 - shift) / (mul + 1.0);
	pv->out.hi = ldexp(1e9, 32 - shift) / mul;
	off = fabs(pv->out.hz / hz - 1);
	if (off < PVCLOCK_NEAR || (mul >> 31 && off < PVCLOCK_MOVED))
		outcome_set(&pv->out, TSCAL_STATUS_READY,
			"pvclock mul %u, shift %d%s", mul, shift,
			pv->stable ? ""
				   : ", but each CPU may have its own "
				     "offset");
	else if (mul >> 31)
		outcome_set(&pv->out, TSCAL_STATUS_IMPLAUSIBLE,
			"the pvclock record gives %.0f MHz (mul %u, shift %d), "
			"not near the measured rate",
			pv->out.hz / 1e6, mul, shift);
}

/* 6.18 has a region of its own, 6.1 further pages of [vvar]. */
static int read_vclock(struct tscal_platform *plat, unsigned of_vclock,
	unsigned of_vvar, uint8_t *page)
{
	int rc = plat->ops->page(plat, PLAT_PAGE_VVAR_VCLOCK, of_vclock, page);

	if (rc == -ENOENT)
		rc = plat->ops->page(plat, PLAT_PAGE_VVAR, of_vvar, page);
	return rc;
}

static void page_errno(struct outcome *out, int rc, const char *what)
{
	if (rc == -EBUSY)
		outcome_set(out, TSCAL_STATUS_UNSTABLE,
			"%s changes with every read", what);
	else
		outcome_errno(out, rc, what);
}

/* The first bytes of such a page.  The hypervisor may write while it is copied:
 * it is read until two reads are equal. */
static int read_steady(struct tscal_platform *plat, unsigned of_vclock,
	unsigned of_vvar, uint8_t *page, size_t size)
{
	uint8_t before[PVCLOCK_SIZE];
	int rc = read_vclock(plat, of_vclock, of_vvar, page);

	for (int i = 0; !rc && i < PVCLOCK_TRIES; i++) {
		memcpy(before, page, size);
		rc = read_vclock(plat, of_vclock, of_vvar, page);
		if (!rc && !memcmp(before, page, size))
			return 0;
	}
	return rc ? rc : -EBUSY;
}

void clock_pages_pvclock(
	struct tscal_platform *plat, double hz, struct pvclock *pv)
{
	uint8_t page[PLAT_PAGE_SIZE];
	int rc = read_steady(plat, 0, 1, page, PVCLOCK_SIZE);

	*pv = (struct pvclock){.not_mapped = rc == -EFAULT};
	outcome_set(
		&pv->out, TSCAL_STATUS_ABSENT, "no pvclock record mapped here");
	if (!rc)
		parse_pvclock(page, hz, pv);
	else if (rc == -EFAULT)
		outcome_set(&pv->out, TSCAL_STATUS_ABSENT,
			"the kernel does not let the vDSO use a pvclock");
	else if (rc != -ENOENT)
		page_errno(&pv->out, rc, "the pvclock record");
}

/* 100 ns = ticks * scale >> 64.  KVM computes the scale from its own mul by a
 * factor that is truncated to an integer, 2^32 / 100
 * (compute_tsc_page_parameters()): up to 0.022 ppm. */
#define HYPERV_HZ 1e7
#define HYPERV_CUT 0.03e-6
#define HYPERV_SIZE 24

void clock_pages_hyperv(
	struct tscal_platform *plat, double hz, struct hyperv_page *p)
{
	uint8_t page[PLAT_PAGE_SIZE];
	uint32_t sequence, reserved;
	int rc = read_steady(plat, 1, 2, page, HYPERV_SIZE);

	*p = (struct hyperv_page){0};
	outcome_set(&p->out, TSCAL_STATUS_ABSENT,
		"the vDSO maps no reference TSC page that fits the "
		"measurement");
	if (rc) {
		if (rc != -EFAULT && rc != -ENOENT)
			page_errno(&p->out, rc, "the reference TSC page");
		return;
	}
	memcpy(&sequence, page, 4);
	memcpy(&reserved, page + 4, 4);
	memcpy(&p->scale, page + 8, 8);
	/* Sequence 0: the page is not valid now. */
	if (!sequence || reserved || !p->scale)
		return;
	p->out.hz = ldexp(HYPERV_HZ, 64) / (double)p->scale;
	p->out.lo = p->out.hz * (1 - HYPERV_CUT);
	p->out.hi = p->out.hz * (1 + HYPERV_CUT);
	if (fabs(p->out.hz / hz - 1) < PVCLOCK_NEAR)
		outcome_set(&p->out, TSCAL_STATUS_READY,
			"reference TSC page, scale 0x%llx",
			(unsigned long long)p->scale);
}
