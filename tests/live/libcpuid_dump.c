/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Dumps of libcpuid that are written to cost as much as they can: what libcpuid
 * is given of them to read, counted and not timed. */
#include <errno.h>
#include <libcpuid.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tscal/probe.h>

#include "live.h"

#define MB (1u << 20)
#define ROW "=00000000 00000000 00000000 00000000\n"
/* Each row once: "basic_cpuid[31]" and 37 bytes more. */
#define BYTES_MOST ((MAX_CPUID_LEVEL + MAX_EXT_CPUID_LEVEL) * 52)

static unsigned calls;
static size_t given_bytes;

/* Stands in for libcpuid's function, also for libtscal-probe. */
__attribute__((visibility("default"))) int cpuid_deserialize_raw_data(
	struct cpu_raw_data_t *data, const char *filename)
{
	struct stat st;

	(void)data;
	check(!stat(filename, &st), "%s: %s", filename, strerror(errno));
	calls++;
	given_bytes += (size_t)st.st_size;
	return -1;
}

/* Line i of each kind. */
static void same_row(FILE *f, unsigned i)
{
	(void)i;
	fputs("basic_cpuid[0]" ROW, f);
}

static void rows(FILE *f, unsigned i)
{
	fprintf(f, "%s_cpuid[%u]" ROW, i % 2 ? "basic" : "ext", i / 2);
}

/* The same rows with other values. */
static void other_values(FILE *f, unsigned i)
{
	fprintf(f, "basic_cpuid[%u]=%08x 00000000 00000000 00000000\n", i % 32,
		i);
}

static void cpus(FILE *f, unsigned i)
{
	fprintf(f, "_____ Logical CPU #%u _____\nbasic_cpuid[%u]" ROW, i,
		i % 32);
}

static void empty_line(FILE *f, unsigned i)
{
	(void)i;
	fputs("\n", f);
}

static void other_line(FILE *f, unsigned i)
{
	fprintf(f, "intel_fn4[%u]" ROW, i);
}

static const struct {
	const char *name;
	void (*line)(FILE *f, unsigned i);
} kinds[] = {
	{"the same row", same_row},
	{"rows", rows},
	{"rows with other values", other_values},
	{"CPUs", cpus},
	{"empty lines", empty_line},
	{"other lines", other_line},
};

static char path[] = "/tmp/tscal-libcpuid-dump-XXXXXX";

static FILE *create(void)
{
	FILE *f = fopen(path, "w");

	check(f, "%s: %s", path, strerror(errno));
	calls = 0;
	given_bytes = 0;
	return f;
}

/* It is never a machine: libcpuid reads none here. */
static void replay(FILE *f)
{
	struct tscal_platform *p = NULL;
	char err[300];

	check(!fclose(f), "%s: %s", path, strerror(errno));
	check(tscal_platform_probe_replay(path, &p, err, sizeof(err)) ==
			-EBADMSG,
		"%s", err);
	check(!p, "a platform all the same");
}

static void libcpuid_is_given_each_row_once(void)
{
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		FILE *f = create();

		fputs("version=0.6.2\nbasic_cpuid[0]" ROW, f);
		for (unsigned i = 0; ftell(f) < (long)MB; i++)
			kinds[k].line(f, i);
		replay(f);
		check(calls == 1, "%s: %u calls", kinds[k].name, calls);
		check(given_bytes <= BYTES_MOST, "%s: %zu bytes", kinds[k].name,
			given_bytes);
	}
}

/* Whether a file is a dump is found in its first 16 lines, not by reading all
 * of a file that has other lines only. */
static void few_empty_lines_are_skipped(void)
{
	for (unsigned n = 0; n < 20; n++) {
		FILE *f = create();

		for (unsigned i = 0; i < n; i++)
			fputs("\n", f);
		fputs("basic_cpuid[0]" ROW, f);
		replay(f);
		check(calls == (n < 16), "after %u empty lines: %u calls", n,
			calls);
	}
}

static void remove_file(void)
{
	unlink(path);
}

int main(void)
{
	int fd = mkstemp(path);

	check(fd >= 0, "%s: %s", path, strerror(errno));
	close(fd);
	check(!atexit(remove_file), "no memory");
	libcpuid_is_given_each_row_once();
	few_empty_lines_are_skipped();
	return 0;
}
