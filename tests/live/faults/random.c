/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "faults.h"

static uint64_t state = 1;

void random_seed(uint64_t seed)
{
	state = seed;
}

uint32_t random_below(uint32_t n)
{
	/* Knuth's MMIX generator, its high bits. */
	state = state * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (uint32_t)((state >> 32) % n);
}
