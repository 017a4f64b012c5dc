/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A machine made of files and CPUID, and the facts gathered there. */
#ifndef TSCAL_TESTS_GATHERING_H
#define TSCAL_TESTS_GATHERING_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "calib/facts/facts.h"
#include "plat/sim/sim.h"

static struct sim sim;
static struct facts facts;

static inline void init(void)
{
	sim_init(&sim);
}

static inline const struct facts *gather(void)
{
	facts_gather_first(&sim.plat, &facts);
	facts_gather_rest(&sim.plat, &facts);
	return &facts;
}

static inline void file(const char *path, const char *text)
{
	sim.n_files = 0;
	sim_add_file(&sim, path, text);
}

#endif /* TSCAL_TESTS_GATHERING_H */
