/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Raw numbers of 64 bits. */
#include "cli/convert/convert.h"

/* How many from the first on a converter converts. */
static size_t reached(const struct conversion *c, const uint64_t *tsc, size_t n)
{
	/* From 0 to 2 * most, as conversion_reaches() has it. */
	const uint64_t most = (UINT64_C(1) << 60) - 1;
	uint64_t base = c->conv.tsc_epoch - (c->signed_ ? most : 0);
	uint64_t end = c->signed_ ? 61 : 60, high = 0;
	size_t i = 0;

	/* Without a branch for each, so that the compiler makes vectors of it:
	 * is any of them 2^end - 1 (2^60 ticks), or beyond? */
	if (c->signed_)
		for (size_t k = 0; k < n; k++)
			high |= (tsc[k] - base) | (tsc[k] - base + 1);
	else
		for (size_t k = 0; k < n; k++)
			high |= tsc[k] - base;
	if (!(high >> end))
		return n;
	while (conversion_reaches(c, tsc[i]))
		i++;
	return i;
}

/* Whole units, rounded down. */
static void to_unit(int64_t *ns, size_t n, int64_t per)
{
	for (size_t i = 0; i < n; i++)
		ns[i] = ns[i] / per - (ns[i] % per < 0);
}

size_t convert_u64(struct conversion *c, uint64_t *stamps, size_t n)
{
	/* The same bytes, as what they become. */
	int64_t *ns = (int64_t *)stamps;
	size_t good;

	if (n)
		conversion_begin(c, stamps[0]);
	good = reached(c, stamps, n);
	tscal_tsc_to_ns_n(&c->conv, stamps, ns, good);
	switch (c->unit) {
	case UNIT_NS:
		break;
	case UNIT_US:
		to_unit(ns, good, 1000);
		break;
	case UNIT_MS:
		to_unit(ns, good, 1000000);
		break;
	case UNIT_S:
		to_unit(ns, good, 1000000000);
		break;
	}
	return good;
}
