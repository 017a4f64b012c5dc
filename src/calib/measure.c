/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/measure.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "calib/estimator.h"

__attribute__((format(printf, 3, 4))) static void outcome(
	struct measured *m, enum tscal_status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	m->status = status;
	vsnprintf(m->sentence, sizeof(m->sentence), fmt, ap);
	va_end(ap);
}

static void open_failed(struct measured *m, int rc)
{
	switch (rc) {
	case -EOPNOTSUPP:
		outcome(m, TSCAL_STATUS_SKIPPED, "not asked to open it");
		break;
	case -EACCES:
	case -EPERM:
		outcome(m, TSCAL_STATUS_DENIED, "no permission to open it");
		break;
	case -ENODATA:
		outcome(m, TSCAL_STATUS_ABSENT, "not in the recording");
		break;
	case -ENOENT:
		outcome(m, TSCAL_STATUS_ABSENT, "not on this machine");
		break;
	default:
		outcome(m, TSCAL_STATUS_ERROR, "cannot be opened (error %d)",
			-rc);
	}
}

/*
 * References as 64-bit values that never wrap: `width` bits are extended from
 * the one before.  False if the reference went back.
 */
static bool unwrap(
	struct plat_sample *s, size_t n, unsigned width, uint64_t *last)
{
	uint64_t mask = width < 64 ? (UINT64_C(1) << width) - 1 : UINT64_MAX;

	for (size_t i = 0; i < n; i++) {
		uint64_t step = (s[i].ref - *last) & mask;

		if (step > mask / 2)
			return false;
		*last += step;
		s[i].ref = *last;
	}
	return true;
}

static void conclude(struct measured *m, const struct plat_counter *c,
	struct measure_space *space, int n_first, int n_last)
{
	double hz_per_count = (double)c->num / (double)c->den;
	struct burst first = {space->first, (size_t)n_first};
	struct burst last = {space->last, (size_t)n_last};
	uint64_t prev;
	struct rate r;

	if (n_first <= 0 || n_last <= 0) {
		outcome(m, TSCAL_STATUS_ERROR, "reads fail (error %d)",
			n_first < 0 ? -n_first : -n_last);
		return;
	}
	prev = space->first[0].ref;
	if (!unwrap(space->first, first.n, c->width, &prev) ||
		!unwrap(space->last, last.n, c->width, &prev)) {
		outcome(m, TSCAL_STATUS_UNSTABLE, "its counter went back");
		return;
	}
	if (space->first[0].ref == prev) {
		outcome(m, TSCAL_STATUS_STUCK, "its counter does not count");
		return;
	}
	switch (rate_estimate(first, last, &r)) {
	case RATE_TOO_FEW:
		outcome(m, TSCAL_STATUS_UNSTABLE,
			"too few reads within the window");
		return;
	case RATE_UNEVEN:
		outcome(m, TSCAL_STATUS_UNSTABLE,
			"no steady rate fits its reads: something jumped");
		return;
	case RATE_OK:
		break;
	}
	m->status = TSCAL_STATUS_READY;
	m->hz = r.middle * hz_per_count;
	m->lo = r.lo * hz_per_count;
	m->hi = r.hi * hz_per_count;
	m->ms = (double)(space->last[last.n - 1].tsc_after -
			 space->first[0].tsc_before) /
		m->hz * 1e3;
	outcome(m, TSCAL_STATUS_READY, "%zu and %zu reads over %.1f ms",
		first.n, last.n, m->ms);
}

void measure_window(struct tscal_platform *plat,
	const struct measure_plan *plan, struct measured *m, size_t n,
	struct measure_space *space)
{
	struct plat_counter counters[PLAT_COUNTER_COUNT];
	int n_first[PLAT_COUNTER_COUNT], n_last[PLAT_COUNTER_COUNT];
	uint64_t burst_ns = plan->window_ns / 8;
	bool spin = false, any = false;

	for (size_t i = 0; i < n; i++) {
		int rc = plat->ops->counter_open(plat, m[i].id, &counters[i]);

		m[i].status = TSCAL_STATUS_READY;
		if (rc) {
			open_failed(&m[i], rc);
			continue;
		}
		any = true;
		spin |= counters[i].spin;
	}
	if (!any)
		return;
	for (size_t i = 0; i < n; i++)
		if (m[i].status == TSCAL_STATUS_READY)
			n_first[i] = plat->ops->burst(plat, m[i].id,
				space[i].first, MEASURE_BURST, burst_ns);
	plat->ops->wait(plat, plan->window_ns, spin);
	for (size_t i = 0; i < n; i++) {
		if (m[i].status != TSCAL_STATUS_READY)
			continue;
		n_last[i] = plat->ops->burst(
			plat, m[i].id, space[i].last, MEASURE_BURST, burst_ns);
		plat->ops->counter_close(plat, m[i].id);
		conclude(&m[i], &counters[i], &space[i], n_first[i], n_last[i]);
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double measure_rdtsc_ticks(
	struct tscal_platform *plat, struct measure_space *space)
{
	struct plat_counter c;
	double d[64];
	int n;

	if (plat->ops->counter_open(plat, PLAT_COUNTER_RDTSC, &c))
		return -1;
	n = plat->ops->burst(
		plat, PLAT_COUNTER_RDTSC, space->first, 64, 200000);
	plat->ops->counter_close(plat, PLAT_COUNTER_RDTSC);
	if (n <= 0)
		return -1;
	/* Three reads in a row: two intervals of one read each. */
	for (int i = 0; i < n; i++)
		d[i] = (double)(space->first[i].tsc_after -
				space->first[i].tsc_before) /
		       2;
	qsort(d, (size_t)n, sizeof(*d), by_value);
	return d[n / 2];
}
