/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Machines made of estimates, for the tests of the comparison. */
#ifndef TSCAL_TESTS_COMPARING_H
#define TSCAL_TESTS_COMPARING_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "calib/source/source.h"
#include "calib/judge/judge.h"

#define HZ 2.5e9

#define HV TSCAL_ROOT_HV
#define CPU TSCAL_ROOT_CPU
#define HPET TSCAL_ROOT_HPET
#define PM TSCAL_ROOT_PM
#define PIT TSCAL_ROOT_PIT
#define NTP TSCAL_ROOT_NTP
#define UNKNOWN TSCAL_ROOT_UNKNOWN

/* Estimates in order of preference, as the table of sources would give them. */
struct machine {
	size_t n;
	struct estimate est[TSCAL_SOURCE_COUNT];
	struct kernel_rate kernel;
	struct tscal_info info;
};

/* The place of a source in the table. */
static inline size_t rank_of(enum tscal_source id)
{
	size_t i = 0;

	while (i < n_sources && sources[i]->id != id)
		i++;
	return i;
}

static inline struct estimate *add(struct machine *m, enum tscal_source id,
	enum tscal_kind kind, uint32_t roots, double off_ppm)
{
	struct estimate *e = &m->est[m->n++];

	*e = (struct estimate){.rank = rank_of(id),
		.line = {.name = tscal_source_str(id), .id = id, .kind = kind}};
	est_number(e, HZ * (1 + off_ppm / 1e6),
		HZ * (1 + (off_ppm - 0.1) / 1e6),
		HZ * (1 + (off_ppm + 0.1) / 1e6), roots, " ");
	return e;
}

static inline struct estimate *leaf(struct machine *m, double off_ppm)
{
	return add(m, TSCAL_SOURCE_HV_LEAF, TSCAL_KIND_REPORTED, HV, off_ppm);
}

static inline struct estimate *kvmclock(struct machine *m, double off_ppm)
{
	return add(m, TSCAL_SOURCE_KVMCLOCK, TSCAL_KIND_REPORTED, HV, off_ppm);
}

static inline struct estimate *cpuid(struct machine *m, double off_ppm)
{
	return add(
		m, TSCAL_SOURCE_CPUID_15, TSCAL_KIND_ENUMERATED, CPU, off_ppm);
}

/* The page and the measurement, both the kernel's. */
static inline void kernel(struct machine *m, uint32_t roots, double off_ppm)
{
	m->kernel.roots = m->kernel.khz_roots = roots;
	m->kernel.tsc = true;
	add(m, TSCAL_SOURCE_VDSO, TSCAL_KIND_KERNEL, roots, off_ppm)
		->by_kernel = true;
	add(m, TSCAL_SOURCE_CLOCK_RAW, TSCAL_KIND_MEASURED, roots, off_ppm)
		->by_kernel = true;
}

static inline struct estimate *counter(
	struct machine *m, uint32_t root, double off_ppm)
{
	return add(
		m, TSCAL_SOURCE_CLOCK_RAW, TSCAL_KIND_MEASURED, root, off_ppm);
}

static inline struct estimate *ntp(struct machine *m, double off_ppm)
{
	return add(m, TSCAL_SOURCE_ADJTIMEX, TSCAL_KIND_MEASURED, NTP, off_ppm);
}

static inline void judge(struct machine *m)
{
	compare(m->est, m->n, &m->kernel, &m->info);
}

static inline unsigned count(const struct machine *m, enum tscal_status status)
{
	unsigned n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += m->est[i].line.status == status;
	return n;
}

static inline enum tscal_status status(
	const struct machine *m, enum tscal_source id)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->est[i].line.id == id)
			return m->est[i].line.status;
	cr_fatal("no such estimate");
}

#define RATE(m) ((int)(m).info.rate)

#endif /* TSCAL_TESTS_COMPARING_H */
