/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A machine's CPUID, who is believed there and what the timing leaf says. */
#ifndef TSCAL_TESTS_SCANNING_H
#define TSCAL_TESTS_SCANNING_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hv/scan.h"
#include "hv/vendor.h"
#include "plat/sim/sim.h"

static struct sim sim;
static struct tscal_hv hv;
static struct hv_answer answer;

static inline uint32_t dword(const char *s)
{
	uint32_t v;

	memcpy(&v, s, 4);
	return v;
}

/* A signature of 12 bytes at a base, with EAX. */
static inline void add_base(uint32_t base, uint32_t eax, const char *signature)
{
	sim_add_cpuid(&sim, base, 0, eax, dword(signature),
		dword(signature + 4), dword(signature + 8));
}

static inline void guest(void)
{
	sim_init(&sim);
	sim_add_cpuid(&sim, 1, 0, 0, 0, UINT32_C(1) << 31, 0);
}

static inline void detect(void)
{
	cr_assert(eq(int, tscal_hv_detect(&sim.plat, &hv), 0));
}

/* Ask the timing leaf of whoever is believed. */
static inline void ask(void)
{
	const struct hv_vendor *row;

	detect();
	row = hv_vendor_of(&hv.main);
	cr_assert(row->timing != NULL, "%s has none", row->name);
	row->timing(&sim.plat, &hv.main, &answer);
}

static inline void assert_main(
	const char *vendor, uint32_t base, uint32_t max_leaf)
{
	cr_assert(eq(str, hv.main.vendor, (char *)vendor));
	cr_assert(eq(u32, hv.main.base, base));
	cr_assert(eq(u32, hv.main.max_leaf, max_leaf));
}

static inline void assert_also(size_t i, const char *vendor, uint32_t base)
{
	cr_assert(lt(sz, i, hv.n_also));
	cr_assert(eq(str, hv.also[i].vendor, (char *)vendor));
	cr_assert(eq(u32, hv.also[i].base, base));
}

static inline void assert_no_number(enum tscal_status status)
{
	cr_assert(eq(int, answer.outcome.status, status));
	cr_assert(lt(sz, 10, strlen(answer.outcome.sentence)));
	cr_assert(answer.outcome.hz == 0);
}

static inline void assert_khz(uint32_t khz)
{
	cr_assert(eq(int, answer.outcome.status, TSCAL_STATUS_READY), "%s",
		answer.outcome.sentence);
	cr_assert(answer.outcome.hz == khz * 1e3);
	cr_assert(answer.outcome.lo < answer.outcome.hz &&
		  answer.outcome.hz < answer.outcome.hi);
}

#endif /* TSCAL_TESTS_SCANNING_H */
