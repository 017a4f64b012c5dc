/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "calib/facts/clock_pages.h"
#include "plat/sim/sim.h"

#define MULT 6462345u /* 2.596 GHz with shift 24 */
#define SHIFT 24u

static struct sim sim;

static double rate(uint32_t mult)
{
	return ldexp(1e9, (int)SHIFT) / mult;
}

static void page(unsigned index)
{
	struct sim_page *p = &sim.pages[sim.n_pages++];

	memset(p, 0, sizeof(*p));
	p->which = PLAT_PAGE_VVAR;
	p->index = index;
}

/* A pair into the page added last. */
static void pair(size_t offset, uint32_t mult)
{
	uint32_t words[2] = {mult, SHIFT};

	memcpy(sim.pages[sim.n_pages - 1].bytes + offset, words, sizeof(words));
}

static struct clock_pairs found;

static int search(double ppm)
{
	double hz = rate(MULT);

	return clock_pages_pairs(
		&sim.plat, hz * (1 - ppm / 1e6), hz * (1 + ppm / 1e6), &found);
}

static void init(void)
{
	sim_init(&sim);
}

TestSuite(clock_pages, .init = init);

/* In a time namespace the first page holds offsets, and the data a later one.
 */
Test(clock_pages, a_first_page_without_a_rate_is_not_the_end)
{
	page(0);
	page(2);
	pair(0x20, MULT);
	cr_assert(eq(int, search(100), 0));
	cr_assert(eq(sz, found.n, 1));
	cr_assert(eq(u32, found.pair[0].mult, MULT));
}

Test(clock_pages, an_accident_in_a_later_page_does_not_undo_the_first)
{
	page(0);
	pair(0x20, MULT);
	pair(0x108, MULT);
	page(1);
	pair(0x40, MULT + 100);
	cr_assert(eq(int, search(100), 0));
	cr_assert(eq(sz, found.n, 1));
	cr_assert(eq(u32, found.pair[0].mult, MULT));
}

Test(clock_pages, all_rates_of_the_page_are_found)
{
	page(0);
	pair(0x20, MULT + 100);
	pair(0x60, MULT + 1000);
	pair(0x108, MULT);
	pair(0x208, MULT);
	cr_assert(eq(int, search(100), 0));
	cr_assert(eq(sz, found.n, 2));
	cr_assert(eq(u32, found.pair[0].mult, MULT + 100));
	cr_assert(eq(u32, found.pair[1].mult, MULT));
	cr_assert(eq(int, search(300), 0));
	cr_assert(eq(sz, found.n, 3));
	for (uint32_t i = 0; i < 10; i++)
		pair(0x300 + 16 * i, MULT + i);
	cr_assert(eq(int, search(300), 0));
	cr_assert(lt(sz, CLOCK_PAIRS_MAX, found.n));
}
