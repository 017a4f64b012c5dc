/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/facts/vmclock.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MAGIC 0x4b4c4356U /* "VCLK" */
#define VERSION 1
#define COUNTER_TSC 1
#define COUNTER_INVALID 0xff
/* With any other status the specification permits no use. */
#define STATUS_SYNCHRONIZED 2
#define STATUS_FREERUNNING 3
#define FLAG_MAXERROR (UINT64_C(1) << 4) /* of the period */

/* Offsets; a field is there if the structure's size covers it. */
#define AT_SIZE 4
#define AT_VERSION 8
#define AT_COUNTER_ID 10
#define AT_SEQ_COUNT 12
#define AT_MARKER 16
#define AT_FLAGS 24
#define AT_STATUS 34
#define AT_SHIFT 39
#define AT_PERIOD 48
#define AT_MAXERROR 64
#define SIZE_MAX_READ 128

/* The sequence is odd while the host writes, and changes with each write. */
#define TRIES 8

static uint64_t u64(const uint8_t *page, size_t at)
{
	uint64_t v;

	memcpy(&v, page + at, sizeof(v));
	return v;
}

static uint32_t u32(const uint8_t *page, size_t at)
{
	uint32_t v;

	memcpy(&v, page + at, sizeof(v));
	return v;
}

static uint16_t u16(const uint8_t *page, size_t at)
{
	return (uint16_t)(page[at] | page[at + 1] << 8);
}

static bool covers(const uint8_t *page, size_t at, size_t size)
{
	return u32(page, AT_SIZE) >= at + size;
}

static const char *no_rate(const uint8_t *page)
{
	uint8_t id = page[AT_COUNTER_ID];

	if (id == COUNTER_INVALID)
		return "reports disruptions only: it names no counter";
	if (id != COUNTER_TSC)
		return "describes a counter other than the TSC";
	if (!covers(page, AT_PERIOD, 8))
		return "ends before its period field";
	if (page[AT_STATUS] != STATUS_SYNCHRONIZED &&
		page[AT_STATUS] != STATUS_FREERUNNING)
		return "reports that its clock is not reliable";
	if (!u64(page, AT_PERIOD))
		return "has a period of zero";
	if (page[AT_SHIFT] > 63)
		return "has a shift above 63, which no TSC needs";
	return NULL;
}

/* The period is in 2^-(64 + shift) s. */
static void take_rate(const uint8_t *page, struct vmclock *v)
{
	double period = (double)u64(page, AT_PERIOD), error = 1;
	double unit_hz = ldexp(1, 64 + (page[AT_SHIFT]));

	if (u64(page, AT_FLAGS) & FLAG_MAXERROR && covers(page, AT_MAXERROR, 8))
		error = (double)u64(page, AT_MAXERROR) + 1;
	v->out.hz = unit_hz / period;
	v->out.lo = unit_hz / (period + error);
	v->out.hi = period > error ? unit_hz / (period - error) : HUGE_VAL;
	outcome_set(&v->out, TSCAL_STATUS_READY,
		"vmclock, relative to the host's clock; disruption marker %llu",
		(unsigned long long)v->disruption_marker);
}

static int parse(const uint8_t *page, struct vmclock *v)
{
	const char *why;

	if (u32(page, 0) != MAGIC || u16(page, AT_VERSION) != VERSION ||
		!covers(page, AT_MARKER, 8))
		return -EBADMSG;
	v->disruption_marker = u64(page, AT_MARKER);
	why = no_rate(page);
	if (why)
		outcome_set(&v->out, TSCAL_STATUS_ABSENT,
			"the vmclock device %s", why);
	else
		take_rate(page, v);
	return 0;
}

static int read_page(struct tscal_platform *plat, struct vmclock *v)
{
	uint8_t page[PLAT_PAGE_SIZE], again[PLAT_PAGE_SIZE];

	for (int i = 0; i < TRIES; i++) {
		int rc = plat->ops->page(plat, PLAT_PAGE_VMCLOCK, 0, page);

		if (!rc)
			rc = plat->ops->page(plat, PLAT_PAGE_VMCLOCK, 0, again);
		if (rc)
			return rc;
		if (!(u32(page, AT_SEQ_COUNT) & 1) &&
			!memcmp(page, again, SIZE_MAX_READ))
			return parse(page, v);
	}
	return -EBUSY;
}

void vmclock_read(struct tscal_platform *plat, struct vmclock *v)
{
	*v = (struct vmclock){0};
	v->rc = read_page(plat, v);
	if (v->rc == -EBUSY)
		outcome_set(&v->out, TSCAL_STATUS_UNSTABLE,
			"the host was writing the vmclock page at every read");
	else if (v->rc == -EBADMSG)
		outcome_set(&v->out, TSCAL_STATUS_ERROR,
			"/dev/vmclock0 holds no vmclock page of version 1, or "
			"only a part of one");
	else if (v->rc)
		outcome_errno(&v->out, v->rc, "/dev/vmclock0");
}
