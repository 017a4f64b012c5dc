/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The exact rates that errors are errors from. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench.h"

/* Twenty times the default: its point tells even the NTP-corrected mult from
 * the one of CLOCK_MONOTONIC_RAW. */
#define WINDOW_MS 200
#define BUDGET_MS 2000

static const struct tscal_line *line_of(
	const struct tscal_report *r, enum tscal_source id)
{
	for (size_t i = 0; i < tscal_report_count(r); i++)
		if (tscal_report_line(r, i)->id == id)
			return tscal_report_line(r, i);
	return NULL;
}

static bool has_number(const struct tscal_line *l)
{
	return l && l->hz > 0;
}

static void find_declared(struct truth *t, const struct tscal_report *r)
{
	const struct tscal_line *pv = line_of(r, TSCAL_SOURCE_KVMCLOCK);
	const struct tscal_line *leaf = line_of(r, TSCAL_SOURCE_HV_LEAF);
	double khz;

	if (has_number(pv)) {
		/* Linux, kvm_guest_time_update(): the record is made from a
		 * whole number of kHz and then rounded. */
		khz = round(pv->hz / 1e3);
		if (khz * 1e3 >= pv->hz_lo && khz * 1e3 <= pv->hz_hi) {
			t->declared_hz = khz * 1e3;
			snprintf(t->declared_from, sizeof(t->declared_from),
				"the whole number of kHz that the pvclock "
				"record was made from");
		} else {
			t->declared_hz = pv->hz;
			snprintf(t->declared_from, sizeof(t->declared_from),
				"the pvclock record, by a 200 ms run");
		}
	} else if (has_number(leaf)) {
		t->declared_hz = leaf->hz;
		snprintf(t->declared_from, sizeof(t->declared_from),
			"the timing leaf itself: an error here is one of "
			"reading, not of the kHz it is cut to");
	} else {
		snprintf(t->declared_from, sizeof(t->declared_from),
			"no hypervisor declares a rate here");
	}
}

static void find_raw(struct truth *t, const struct tscal_report *r)
{
	const struct tscal_line *vdso = line_of(r, TSCAL_SOURCE_VDSO);
	const struct tscal_line *raw = line_of(r, TSCAL_SOURCE_CLOCK_RAW);
	const char *clocksource = tscal_report_machine(r)->clocksource;

	if (has_number(vdso) && has_number(raw)) {
		t->raw_hz = vdso->hz;
		snprintf(t->raw_from, sizeof(t->raw_from),
			"the kernel's mult and shift in the vDSO page; a "
			"%d ms measurement is %.2g ppm from it",
			WINDOW_MS, fabs(raw->hz / vdso->hz - 1) * 1e6);
	} else if (!strcmp(clocksource, "kvm-clock") && t->declared_hz > 0) {
		/* Linux, kvmclock_init(): registered as 10^9 Hz, so its mult
		 * and shift add nothing to the record's. */
		t->raw_hz = t->declared_hz;
		snprintf(t->raw_from, sizeof(t->raw_from),
			"the pvclock record, which clocksource kvm-clock "
			"runs by");
	} else {
		snprintf(t->raw_from, sizeof(t->raw_from),
			"the kernel's mult and shift cannot be read here");
	}
}

int truth_find(struct truth *t)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_report *r;
	int rc;

	memset(t, 0, sizeof(*t));
	opts.window_ms = WINDOW_MS;
	opts.budget_ms = BUDGET_MS;
	rc = tscal_report_new(&opts, &r);
	if (rc)
		return rc;
	find_declared(t, r);
	find_raw(t, r);
	tscal_report_free(r);
	return 0;
}

enum against truth_against(const struct truth *t, const char *source)
{
	enum against declared = t->declared_hz > 0 ? AGAINST_DECLARED
						   : AGAINST_NOTHING;
	enum against raw = t->raw_hz > 0 ? AGAINST_RAW : AGAINST_NOTHING;

	switch (tscal_source_by_name(source)) {
	case TSCAL_SOURCE_HV_LEAF:
	case TSCAL_SOURCE_KVMCLOCK:
		return declared;
	case TSCAL_SOURCE_VDSO:
	case TSCAL_SOURCE_CLOCK_RAW:
		return raw;
	/* The kernel's tsc_khz and what the CPU enumerates: what a hypervisor
	 * declares is what they should be.  RAW is the next best, a rounding
	 * of mult away. */
	case TSCAL_SOURCE_PERF_PAGE:
	case TSCAL_SOURCE_KVM_IOCTL:
	case TSCAL_SOURCE_TSC_FREQ_KHZ:
	case TSCAL_SOURCE_BOGOMIPS:
	case TSCAL_SOURCE_CPUID_15:
	case TSCAL_SOURCE_CPUID_16:
	case TSCAL_SOURCE_BRAND:
		return declared ? declared : raw;
	default:
		/* adjtimex: nothing here knows true seconds better. */
		return AGAINST_NOTHING;
	}
}

double truth_hz(const struct truth *t, enum against against)
{
	switch (against) {
	case AGAINST_RAW:
		return t->raw_hz;
	case AGAINST_DECLARED:
		return t->declared_hz;
	case AGAINST_NOTHING:
		break;
	}
	return 0;
}

const char *against_str(enum against against)
{
	switch (against) {
	case AGAINST_RAW:
		return "raw";
	case AGAINST_DECLARED:
		return "declared";
	case AGAINST_NOTHING:
		break;
	}
	return "nothing";
}
