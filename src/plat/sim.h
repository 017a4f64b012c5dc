/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A machine that does not exist, with a rate that is known.  For tests: it is
 * built beside the library, not into it.
 *
 * Look-ups answer from tables that the test fills in; what is not in a table is
 * absent.  Counters run on a simulated true time, read at a simulated cost.
 */
#ifndef TSCAL_SIM_H
#define TSCAL_SIM_H

#include "plat/plat.h"

struct sim_cpuid {
	uint32_t leaf, subleaf;
	struct plat_cpuid regs;
};

struct sim_file {
	const char *path;
	const char *text; /* NULL: the answer is error */
	int error;	  /* such as -EACCES */
};

struct sim_page {
	enum plat_page which;
	unsigned index;
	uint8_t bytes[PLAT_PAGE_SIZE];
};

#define SIM_CPUID_MAX 64
#define SIM_FILES_MAX 64
#define SIM_PAGES_MAX 8

struct sim {
	struct tscal_platform plat; /* &sim->plat is the platform */

	size_t n_cpuid;
	struct sim_cpuid cpuid[SIM_CPUID_MAX];
	/* Out-of-range leaves answer with this instead of failing; NULL: with
	 * -ENODATA, as a recording does. */
	const struct plat_cpuid *out_of_range;
	size_t n_files;
	struct sim_file files[SIM_FILES_MAX];
	size_t n_pages;
	struct sim_page pages[SIM_PAGES_MAX];
	int timex_rc;
	struct plat_timex timex;
	int perf_rc;
	struct plat_perf_page perf;
	int kvm_rc;
	uint32_t kvm_khz;
	enum plat_tsc_access tsc_access;
};

/* An empty machine: no leaf, no file, every device absent. */
void sim_init(struct sim *sim);

/* Fill in the tables; they abort the test when full. */
void sim_add_cpuid(struct sim *sim, uint32_t leaf, uint32_t subleaf,
	uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx);
void sim_add_file(struct sim *sim, const char *path, const char *text);
void sim_add_file_error(struct sim *sim, const char *path, int error);

#endif /* TSCAL_SIM_H */
