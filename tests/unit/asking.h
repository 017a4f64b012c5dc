/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A single source on a machine made of tables. */
#ifndef TSCAL_TESTS_ASKING_H
#define TSCAL_TESTS_ASKING_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>
#include <sys/timex.h>

#include "calib/run.h"
#include "plat/sim/sim.h"

#define TSC_FREQ_KHZ "/sys/devices/system/cpu/cpu0/tsc_freq_khz"

static struct sim sim;
static struct run run;
static struct estimate est;

/* A bare-metal machine that has been measured at 2.4 GHz. */
static inline void init_metal(void)
{
	sim_init(&sim);
	memset(&run, 0, sizeof(run));
	run.plat = &sim.plat;
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
		.origin = KERNEL_HPET,
		.khz_origin = KERNEL_HPET};
	run.raw_rate.out.status = TSCAL_STATUS_SKIPPED;
}

static inline void measured(double hz)
{
	run.measured.counters.raw = (struct measured){
		.out = {TSCAL_STATUS_READY, hz, hz * (1 - 10e-6),
			hz * (1 + 10e-6), ""}};
}

/* A CPU with this CPUID leaf alone. */
static inline void cpuid_alone(
	uint32_t leaf, uint32_t eax, uint32_t ebx, uint32_t ecx)
{
	sim.n_cpuid = 0;
	sim_add_cpuid(&sim, leaf, 0, eax, ebx, ecx, 0);
}

static inline const struct tscal_line *ask(enum tscal_source id)
{
	struct source_view view = run_source_view(&run);
	size_t rank = 0;

	while (rank < n_sources && sources[rank]->id != id)
		rank++;
	cr_assert(lt(sz, rank, n_sources), "no such source");
	if (id == TSCAL_SOURCE_VDSO) {
		run.raw_rate = (struct raw_rate){0};
		raw_rate_find(run.plat, &run.facts, &run.kernel, &run.measured,
			&run.raw_rate);
	}
	view.wanted = UINT64_C(1) << id;
	source_ask(sources[rank], rank, &view, &est);
	cr_assert(not(zero(sz, strlen(est.line.sentence))));
	return &est.line;
}
#define STATUS(id) ((int)ask(id)->status)

/* In a survey. */
static inline void would(enum tscal_source id)
{
	run.opts.flags |= TSCAL_OPT_SURVEY;
	ask(id);
	run.opts.flags &= ~(uint32_t)TSCAL_OPT_SURVEY;
}

static inline void sentence_has(const char *part)
{
	cr_expect(ne(ptr, strstr(est.line.sentence, part), NULL),
		"\"%s\" lacks \"%s\"", est.line.sentence, part);
}

#endif /* TSCAL_TESTS_ASKING_H */
