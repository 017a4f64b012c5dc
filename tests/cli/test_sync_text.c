/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What `tscal sync` prints of results that this machine does not have. */
#include <tscal/sync.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/sync/sync.h"

/* Instead of libtscal-probe's. */
struct tscal_sync_result {
	struct tscal_sync_info info;
	struct tscal_sync_cpu cpu[8192];
	struct tscal_sync_pair pair[16384];
};
static struct tscal_sync_result made;
static char text[65536];

const struct tscal_sync_info *tscal_sync_result_info(
	const struct tscal_sync_result *result)
{
	return &result->info;
}

const struct tscal_sync_pair *tscal_sync_result_pair(
	const struct tscal_sync_result *result, size_t i)
{
	return i < result->info.pairs ? &result->pair[i] : NULL;
}

const struct tscal_sync_cpu *tscal_sync_result_cpu(
	const struct tscal_sync_result *result, size_t i)
{
	return i < result->info.cpus ? &result->cpu[i] : NULL;
}

const char *tscal_sync_verdict_str(enum tscal_sync_verdict verdict)
{
	return verdict == TSCAL_SYNC_SKEWED ? "skewed" : "synchronised";
}

static void pair(int a, int b, double lo_ns, double hi_ns)
{
	made.pair[made.info.pairs++] = (struct tscal_sync_pair){.a = a,
		.b = b,
		.verdict = isnan(lo_ns) ? TSCAL_SYNC_UNKNOWN
			   : lo_ns > 0	? TSCAL_SYNC_SKEWED
					: TSCAL_SYNC_SYNCHRONISED,
		.offset_lo_ns = lo_ns,
		.offset_hi_ns = hi_ns};
	made.cpu[a].visited = made.cpu[b].visited = 1;
}

/* n CPUs, as many in each group; all compared with CPU 0. */
static void make(int n, int per_group)
{
	made.info = (struct tscal_sync_info){.verdict = TSCAL_SYNC_SYNCHRONISED,
		.cpus = (uint32_t)n,
		.worst_a = 0,
		.worst_b = n - 1,
		.sentence = "No two TSCs are proven to differ."};
	for (int i = 0; i < n; i++)
		made.cpu[i] = (struct tscal_sync_cpu){.cpu = i,
			.package = i / per_group,
			.node = i / per_group};
	for (int i = 1; i < n; i++)
		pair(0, i, -20 - i / per_group, 30 + i / per_group);
}

static void print(void)
{
	FILE *f = tmpfile();
	int out = dup(1);

	fflush(stdout);
	dup2(fileno(f), 1);
	text_sync(&made);
	fflush(stdout);
	dup2(out, 1);
	close(out);
	rewind(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
}

/* How many lines; none is longer than 80 columns. */
static int lines(void)
{
	int n = 0;

	for (const char *s = text; *s; s += strcspn(s, "\n") + 1, n++)
		cr_assert(le(sz, strcspn(s, "\n"), (size_t)80));
	return n;
}

static bool has(const char *part)
{
	return strstr(text, part) != NULL;
}

static void setup(void)
{
	setenv("COLUMNS", "80", 1);
	unsetenv("CLICOLOR_FORCE");
}

TestSuite(sync_text, .init = setup);

Test(sync_text, two)
{
	make(2, 2);
	print();
	cr_assert(eq(str, text,
		"sync         synchronised: No two TSCs are proven to differ.\n"
		"pairs        CPU 1 less CPU 0: -20 to 30 ns\n"));
}

Test(sync_text, eight_nodes)
{
	make(256, 32);
	for (int a = 1; a < 8; a++)
		for (int b = a + 1; b < 8; b++)
			pair(32 * a, 32 * b, -100 - a, 40);
	print();
	/* The table's head and 8 rows; the verdict and the worst pair. */
	cr_assert(eq(int, lines(), 11));
	cr_assert(has("worst pair   CPU 255 less CPU 0: -27 to 37 ns\n"));
	cr_assert(has(
		"offsets      package  node   CPUs       to CPU 0      "
		"to others\n"
		"                   0     0     32          30 ns              "
		"-\n"
		"                   1     1     32          31 ns         "
		"101 ns\n"));
	cr_assert(
		has("                   7     7     32          37 ns         "
		    "106 ns\n"));
}

/* Each CPU is a package. */
Test(sync_text, many_groups)
{
	make(8192, 1);
	print();
	cr_assert(eq(int, lines(), 20));
	cr_assert(has("             the others      8176        8221 ns"));
}

/* A skew is shown beside unknown pairs; an unknown pair hides a small one. */
Test(sync_text, verdicts)
{
	make(12, 4);
	made.info.verdict = TSCAL_SYNC_SKEWED;
	made.pair[4].offset_lo_ns = made.pair[4].offset_hi_ns = NAN;
	made.pair[4].verdict = TSCAL_SYNC_UNKNOWN;
	made.pair[8].offset_lo_ns = 5000;
	made.pair[8].offset_hi_ns = 5070;
	made.pair[8].verdict = TSCAL_SYNC_SKEWED;
	made.pair[9].offset_lo_ns = made.pair[9].offset_hi_ns = NAN;
	made.pair[9].verdict = TSCAL_SYNC_UNKNOWN;
	print();
	cr_assert(has(
		"                   1     1      4      not known              "
		"-\n"
		"                   2     2      4        5070 ns              "
		"-\n"));
	made.info.cpus = 2;
	made.info.pairs = 1;
	made.pair[0] = made.pair[4];
	made.pair[0].b = 1;
	print();
	cr_assert(has("pairs        CPU 1 less CPU 0: not known\n"));
}

Test(sync_text, not_known)
{
	make(6, 6);
	for (int i = 0; i < 6; i++)
		made.cpu[i].package = made.cpu[i].node = -1;
	strcpy(made.info.topology,
		"packages and NUMA nodes are not known: hwloc was ended by "
		"signal 11");
	print();
	cr_assert(has(
		"                   ?     ?      6          30 ns              "
		"-\n"
		"topology     packages and NUMA nodes are not known: hwloc was "
		"ended by signal 11\n"));
	lines();
}

Test(sync_text, unvisited)
{
	make(10, 10);
	for (int i = 0; i < 10; i++)
		made.cpu[i].visited = i < 2 || i == 8;
	made.info.pairs = 1;
	print();
	cr_assert(has("\nunvisited    2-7,9\n"));
	for (int i = 0; i < 10; i++)
		made.cpu[i].visited = 0;
	made.info.pairs = 0;
	print();
	cr_assert(has("\nunvisited    0-9\n"));
	make(1000, 1000);
	for (int i = 1; i < 1000; i += 2)
		made.cpu[i].visited = 0;
	print();
	cr_assert(eq(int, lines() < 60, true));
	cr_assert(has(",\n             "));
	cr_assert(has(",997,999\n"));
}
