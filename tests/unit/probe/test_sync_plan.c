/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The pairs that are compared on machines of hwloc's synthetic topologies.
 * The test "document" prints the table of docs/sync.md, and checks that it is
 * there.
 */
#include "probe/sync.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <hwloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* include/tscal/sync.h, budget_ms: time for a pair where both CPUs are free,
 * and the most. */
#define USUAL_MS 3
#define MOST_MS 80

static struct sync_cpus make(size_t n)
{
	struct sync_cpus cpus = {.cpu = calloc(n, sizeof(*cpus.cpu)), .n = n};

	for (size_t i = 0; i < n; i++)
		cpus.cpu[i] = (struct sync_cpu){
			.cpu = {.cpu = (int32_t)i, .package = -1, .node = -1},
			.allowed = true};
	return cpus;
}

/* without: CPUs that hwloc does not have; "" for none. */
static hwloc_topology_t load(const char *description, const char *without)
{
	hwloc_topology_t t;

	cr_assert(zero(int, hwloc_topology_init(&t)));
	cr_assert(zero(int, hwloc_topology_set_synthetic(t, description)));
	cr_assert(zero(int, hwloc_topology_load(t)));
	if (*without) {
		hwloc_bitmap_t set = hwloc_bitmap_alloc(),
			       all = hwloc_bitmap_dup(
				       hwloc_topology_get_topology_cpuset(t));

		hwloc_bitmap_list_sscanf(set, without);
		hwloc_bitmap_andnot(all, all, set);
		cr_assert(zero(int, hwloc_topology_restrict(t, all, 0)));
		hwloc_bitmap_free(set);
		hwloc_bitmap_free(all);
	}
	return t;
}

/* The CPUs of a topology; those of denied are there, but not allowed. */
static struct sync_cpus machine(
	const char *description, const char *without, const char *denied)
{
	hwloc_topology_t t = load(description, without);
	hwloc_bitmap_t no = hwloc_bitmap_alloc();
	hwloc_const_bitmap_t has = hwloc_topology_get_topology_cpuset(t);
	struct sync_cpus cpus = make((size_t)hwloc_bitmap_weight(has));
	int cpu = -1;

	hwloc_bitmap_list_sscanf(no, denied);
	for (size_t i = 0; i < cpus.n; i++) {
		cpu = hwloc_bitmap_next(has, cpu);
		cpus.cpu[i].cpu.cpu = cpu;
		cpus.cpu[i].allowed = !hwloc_bitmap_isset(no, (unsigned)cpu);
	}
	sync_topology_read(t, &cpus);
	hwloc_bitmap_free(no);
	hwloc_topology_destroy(t);
	return cpus;
}

static bool visitable(const struct sync_cpus *cpus, size_t i)
{
	return cpus->cpu[i].allowed && !cpus->cpu[i].lost;
}

static bool same_group(const struct sync_cpus *cpus, size_t i, size_t k)
{
	return cpus->cpu[i].cpu.package == cpus->cpu[k].cpu.package &&
	       cpus->cpu[i].cpu.node == cpus->cpu[k].cpu.node;
}

static int by_cpus(const void *x, const void *y)
{
	const struct sync_todo *a = x, *b = y;

	return a->a != b->a ? (a->a > b->a) - (a->a < b->a)
			    : (a->b > b->b) - (a->b < b->b);
}

/* What holds of each plan; returns how many pairs it has. */
static size_t check(const struct sync_cpus *cpus, bool all)
{
	size_t n = sync_plan(cpus, all, NULL, 0), usable = 0, first = cpus->n;
	struct sync_todo *todo = calloc(n + 1, sizeof(*todo));
	bool *met = calloc(cpus->n, sizeof(*met));

	cr_assert(eq(sz, sync_plan(cpus, all, todo, n), n));
	/* Beyond max nothing is written. */
	cr_assert(zero(u32, todo[n].b));
	for (size_t i = 0; i < cpus->n; i++)
		if (visitable(cpus, i)) {
			first = first < i ? first : i;
			usable++;
		}
	for (size_t i = 0; i < n; i++) {
		cr_assert(lt(u32, todo[i].a, todo[i].b));
		cr_assert(lt(sz, (size_t)todo[i].b, cpus->n));
		cr_assert(visitable(cpus, todo[i].a));
		cr_assert(visitable(cpus, todo[i].b));
		if (todo[i].a == first)
			met[todo[i].b] = true;
	}
	for (size_t i = 0; i < cpus->n; i++)
		if (i != first)
			cr_assert(eq(int, met[i], visitable(cpus, i)));
	qsort(todo, n, sizeof(*todo), by_cpus);
	for (size_t i = 1; i < n; i++)
		cr_assert(lt(int, by_cpus(&todo[i - 1], &todo[i]), 0));
	if (all)
		cr_assert(eq(sz, n, usable ? usable * (usable - 1) / 2 : 0));
	else
		cr_assert(le(sz, n, 2 * usable));
	free(todo);
	free(met);
	return n;
}

/* Whether CPUs of these two groups are compared. */
static bool met(const struct sync_cpus *cpus, size_t i, size_t k)
{
	size_t n = sync_plan(cpus, false, NULL, 0);
	struct sync_todo *todo = calloc(n + 1, sizeof(*todo));
	bool found = false;

	sync_plan(cpus, false, todo, n);
	for (size_t p = 0; p < n; p++)
		found |= (same_group(cpus, todo[p].a, i) &&
				 same_group(cpus, todo[p].b, k)) ||
			 (same_group(cpus, todo[p].a, k) &&
				 same_group(cpus, todo[p].b, i));
	free(todo);
	return found;
}

static const struct row {
	const char *name, *description, *without, *denied;
	size_t cpus, pairs;
} rows[] = {
	{"1 CPU", "pack:1 pu:1", "", "", 1, 0},
	{"2 CPUs of one package", "pack:1 pu:2", "", "", 2, 1},
	/* 255 with the first one; 7 other nodes with each other. */
	{"256 CPUs on 8 nodes", "pack:8 [numa] core:16 pu:2", "", "", 256,
		255 + 7 * 6 / 2},
	{"256 CPUs, 2 packages of 4 nodes",
		"pack:2 [numa] group:4 [numa] "
		"core:16 pu:2",
		"", "", 256, 255 + 7 * 6 / 2},
	{"96 CPUs on 4 nodes, 24-47 absent", "pack:4 [numa] core:24 pu:1",
		"24-47", "", 72, 71 + 1},
	{"96 CPUs on 4 nodes, 0-7 and 30 not allowed",
		"pack:4 [numa] core:24 pu:1", "", "0-7,30", 96, 86 + 3},
	{"22 CPUs, packages of 16, 4 and 2", "pack:3 [numa] core:8 pu:2",
		"20-31,34-47", "", 22, 21 + 1},
	{"64 CPUs, each a package", "pack:64 pu:1", "", "", 64, 63 + 62},
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

Test(sync_plan, rows)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		struct sync_cpus cpus = machine(
			rows[i].description, rows[i].without, rows[i].denied);

		cr_assert(eq(sz, cpus.n, rows[i].cpus), "%s", rows[i].name);
		cr_assert(eq(sz, check(&cpus, false), rows[i].pairs), "%s",
			rows[i].name);
		check(&cpus, true);
		free(cpus.cpu);
	}
}

Test(sync_plan, document)
{
	char line[256];
	FILE *f = fopen(TSCAL_DOCS "/sync.md", "r");
	size_t found = 0;

	cr_assert(ne(ptr, f, NULL));
	for (size_t i = 0; i < N_ROWS; i++) {
		char row[256];

		snprintf(row, sizeof(row), "| %s | %zu | %zu | %zu |\n",
			rows[i].name, rows[i].pairs, rows[i].pairs * USUAL_MS,
			rows[i].pairs * MOST_MS);
		fputs(row, stdout);
		rewind(f);
		while (fgets(line, sizeof(line), f))
			found += !strcmp(line, row);
	}
	fclose(f);
	fflush(stdout);
	cr_assert(eq(sz, found, N_ROWS));
}

/* Where there are few groups each is compared with each other one. */
Test(sync_plan, each_pair_of_groups)
{
	static const size_t few[] = {2, 3, 6, 7};

	for (size_t i = 0; i < sizeof(few) / sizeof(few[0]); i++) {
		struct sync_cpus cpus = machine(rows[few[i]].description,
			rows[few[i]].without, rows[few[i]].denied);
		/* 63 groups are many. */
		bool each = few[i] != 7, missing = false;

		for (size_t a = 0; a < cpus.n; a++)
			for (size_t b = 0; b < a; b++)
				if (!same_group(&cpus, a, b) && (a + b) % 7 < 1)
					missing |= !met(&cpus, a, b);
		cr_assert(eq(int, missing, !each), "%s", rows[few[i]].name);
		free(cpus.cpu);
	}
}

/* Linear in the number of CPUs, however they are grouped. */
Test(sync_plan, grows_linearly)
{
	for (size_t n = 2; n <= 4096; n += n < 64 ? 1 : n / 3) {
		struct sync_cpus cpus = make(n);

		for (size_t per = 1; per <= n; per = per * 3 / 2 + 1) {
			for (size_t i = 0; i < n; i++)
				cpus.cpu[i].cpu.package = (int32_t)(i / per);
			check(&cpus, false);
			/* Not in order of their numbers. */
			for (size_t i = 0; i < n; i++)
				cpus.cpu[i].cpu.package =
					(int32_t)(i % (n / per + 1));
			check(&cpus, false);
		}
		free(cpus.cpu);
	}
}

/* The first one too: then the next is compared with all. */
Test(sync_plan, lost)
{
	struct sync_cpus cpus = machine("pack:4 [numa] core:4 pu:2", "", "");

	for (size_t i = 0; i < cpus.n; i++) {
		cpus.cpu[i].lost = true;
		check(&cpus, false);
		check(&cpus, true);
	}
	free(cpus.cpu);
}

Test(sync_plan, none)
{
	struct sync_cpus cpus = {0};

	cr_assert(zero(sz, sync_plan(&cpus, false, NULL, 0)));
	cr_assert(zero(sz, sync_plan(&cpus, true, NULL, 0)));
}

static double cpu_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* As many CPUs as Linux has at most (NR_CPUS, x86-64), each a group. */
Test(sync_plan, fast)
{
	struct sync_cpus cpus = make(8192);
	double begun_ms;

	for (size_t i = 0; i < cpus.n; i++)
		cpus.cpu[i].cpu.package = (int32_t)(i * 5 % cpus.n);
	begun_ms = cpu_ms();
	cr_assert(eq(sz, sync_plan(&cpus, false, NULL, 0), 8191 + 8190));
	cr_assert(lt(dbl, cpu_ms() - begun_ms, 100));
	free(cpus.cpu);
}
