/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A source that is asked by itself, on a machine made of tables. */
#ifndef TSCAL_TESTS_ASKING_H
#define TSCAL_TESTS_ASKING_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>
#include <sys/timex.h>

#include "calib/source/source.h"
#include "plat/sim/sim.h"

static struct sim sim;
static struct run run;
static struct estimate est;

/* A bare-metal machine that has been measured at 2.4 GHz. */
static inline void init_metal(void)
{
	sim_init(&sim);
	memset(&run, 0, sizeof(run));
	run.plat = &sim.plat;
	run.facts.cpuid_readable = true;
	run.facts.has_tsc = true;
	run.facts.max_basic = 0x16;
	run.facts.clocksource_visible = true;
	strcpy(run.facts.clocksource, "tsc");
	run.facts.timex = (struct plat_timex){
		.state = TIME_OK, .freq = 65536, .tick = 10000};
	sim.timex_rc = 0;
	sim.timex = run.facts.timex;
	run.kernel = (struct kernel_rate){.roots = TSCAL_ROOT_HPET,
		.khz_roots = TSCAL_ROOT_HPET,
		.tsc = true,
		.how = "measured it against the HPET",
		.khz_how = "measured it against the HPET"};
	run.pvclock_rc = -ENOENT;
}

static inline void measured(double hz)
{
	run.raw = (struct measured){.status = TSCAL_STATUS_READY,
		.hz = hz,
		.lo = hz * (1 - 10e-6),
		.hi = hz * (1 + 10e-6)};
}

static inline const struct tscal_line *ask(enum tscal_source id)
{
	for (size_t i = 0; i < n_sources; i++) {
		if (sources[i]->id != id)
			continue;
		est = (struct estimate){.source = sources[i],
			.line = {.name = sources[i]->name,
				.id = id,
				.kind = sources[i]->kind,
				.tolerance_ppm = -1,
				.ms = -1}};
		sources[i]->ask(&run, &est);
		cr_assert(not(zero(sz, strlen(est.line.sentence))));
		return &est.line;
	}
	cr_fatal("no such source");
}

#define STATUS(id) ((int)ask(id)->status)

static inline void says(const char *part)
{
	cr_expect(ne(ptr, strstr(est.line.sentence, part), NULL),
		"\"%s\" lacks \"%s\"", est.line.sentence, part);
}

#endif /* TSCAL_TESTS_ASKING_H */
