/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Raw dumps of libcpuid (`cpuid_tool --save`) as recordings.  libcpuid reads
 * them itself, but only lines that have been checked before: the reader
 * cpuid_deserialize_raw_data() (cpuid_main.c) copies the version into 8 bytes
 * on the stack whatever its length, and does not look at the headings of CPUs,
 * so that the last CPU's lines overwrite the first's.
 */
#include <errno.h>
#include <fcntl.h>
#include <libcpuid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tscal/probe.h>

/* As for a recording (docs/recording.md). */
#define DUMP_MAX (16u << 20)
/* Any line of these dumps; libcpuid cuts longer ones in pieces. */
#define LINE_MAX_BYTES 96

struct dump {
	FILE *in;
	int checked; /* in memory: the lines for libcpuid */
	int out;     /* in memory: the recording */
	/* Which rows the dump holds; all others are zero and no answer. */
	bool basic[MAX_CPUID_LEVEL], ext[MAX_EXT_CPUID_LEVEL];
	struct cpu_raw_data_t raw;
};

#define NO_ROW (-1)
#define DAMAGED (-2)

/* "basic_cpuid[7]=00000000 00000000 00000000 00000000": the row; DAMAGED, which
 * a file that was cut off is too; or NO_ROW. */
static int row_of(const char *line, const char *array, int rows)
{
	size_t len = strlen(array);
	char *end;
	long row;

	if (strncmp(line, array, len) || line[len] != '[')
		return NO_ROW;
	row = strtol(line + len + 1, &end, 10);
	if (end == line + len + 1 || end[0] != ']' || end[1] != '=')
		return DAMAGED;
	line = end + 2;
	for (int reg = 0; reg < 4; reg++, line += 9)
		if (strspn(line, "0123456789abcdefABCDEF") != 8 ||
			line[8] != (reg < 3 ? ' ' : '\0'))
			return DAMAGED;
	/* Another version may have more rows. */
	return row < 0 || row >= rows ? NO_ROW : (int)row;
}

/* Whether the file begins as such a dump: a line of its version, then, or at
 * once, a row, damaged or not, or a CPU's heading. */
static bool is_dump(FILE *in)
{
	char line[LINE_MAX_BYTES];
	bool version = false;

	/* A dump has no empty lines before: a few are skipped. */
	for (int i = 0; i < 16 && fgets(line, sizeof(line), in); i++) {
		line[strcspn(line, "\r\n")] = '\0';
		if (!line[0])
			continue;
		if (!version && !strncmp(line, "version=", 8)) {
			version = true;
			continue;
		}
		return row_of(line, "basic_cpuid", MAX_CPUID_LEVEL) != NO_ROW ||
		       (version && strstr(line, " Logical CPU #"));
	}
	return false;
}

static int damaged(unsigned number, char *err, size_t err_size)
{
	snprintf(err, err_size,
		"line %u: a damaged row of a raw dump of libcpuid", number);
	return -EBADMSG;
}

/* Copy the rows of the first CPU, each once: a file of 16 MB must not cost
 * libcpuid's reading of 16 MB.  0 or -errno. */
static int copy_checked(struct dump *d, char *err, size_t err_size)
{
	char line[LINE_MAX_BYTES];
	bool any = false, starts = true;
	unsigned number = 1;
	size_t bytes = 0;

	rewind(d->in);
	while (fgets_unlocked(line, sizeof(line), d->in)) {
		bool whole = starts;
		bool *has = d->basic;
		size_t len = line[0] == '\n' ? 1 : strlen(line);
		int row;

		starts = len && line[len - 1] == '\n';
		bytes += len + 1;
		number += starts;
		/* The file may grow while it is read. */
		if (bytes > 2 * (size_t)DUMP_MAX)
			return -EFBIG;
		if (line[0] == '\n')
			continue;
		/* A NUL hides where the line ends. */
		if (!starts && len + 1 < sizeof(line) && !feof(d->in))
			return damaged(number, err, err_size);
		line[strcspn(line, "\r\n")] = '\0';
		/* The next CPU, or what libcpuid's tests expect of it. */
		if (any && (strstr(line, " Logical CPU #") ||
				   !strncmp(line, "--------", 8)))
			break;
		row = row_of(line, "basic_cpuid", MAX_CPUID_LEVEL);
		if (row == NO_ROW) {
			has = d->ext;
			row = row_of(line, "ext_cpuid", MAX_EXT_CPUID_LEVEL);
		}
		if (row == DAMAGED && whole)
			return damaged(number - starts, err, err_size);
		if (row < 0 || !whole || has[row])
			continue;
		has[row] = any = true;
		if (dprintf(d->checked, "%s\n", line) < 0)
			return -errno;
	}
	return ferror(d->in) ? -EIO : 0;
}

/* Leaves up to the maximum that the CPU states: the writer asks all, and Intel
 * answers those above with the leaf of the maximum (SDM volume 2A, CPUID). */
static int put_leaves(struct dump *d, const bool *has, uint32_t regs[][4],
	uint32_t base, uint32_t rows)
{
	uint32_t last = has[0] ? regs[0][0] : base;

	for (uint32_t i = 0; i < rows && base + i <= last; i++)
		if (has[i] && dprintf(d->out,
				      "   0x%08x 0x00: eax=0x%08x ebx=0x%08x "
				      "ecx=0x%08x edx=0x%08x\n",
				      base + i, regs[i][0], regs[i][1],
				      regs[i][2], regs[i][3]) < 0)
			return -errno;
	return 0;
}

/* A file of this process, by a name that others can open. */
static void name_of(int fd, char *name, size_t size)
{
	snprintf(name, size, "/proc/self/fd/%d", fd);
}

static int convert(struct dump *d, char *err, size_t err_size)
{
	char name[32];
	int rc = copy_checked(d, err, err_size);

	if (rc)
		return rc;
	if (!d->basic[0]) {
		snprintf(err, err_size,
			"this is a raw dump of libcpuid, but it has no row "
			"basic_cpuid[0] of an x86 CPU");
		return -EBADMSG;
	}
	name_of(d->checked, name, sizeof(name));
	if (cpuid_deserialize_raw_data(&d->raw, name)) {
		snprintf(err, err_size, "libcpuid cannot read its dump: %s",
			cpuid_error());
		return -EBADMSG;
	}
	if (dprintf(d->out, "CPU 0:\n") < 0)
		return -errno;
	rc = put_leaves(d, d->basic, d->raw.basic_cpuid, 0, MAX_CPUID_LEVEL);
	if (!rc)
		rc = put_leaves(d, d->ext, d->raw.ext_cpuid, 0x80000000,
			MAX_EXT_CPUID_LEVEL);
	return rc;
}

static int replay_dump(
	FILE *in, struct tscal_platform **out, char *err, size_t err_size)
{
	struct dump *d = calloc(1, sizeof(*d));
	char name[32];
	int rc;

	if (!d)
		return -ENOMEM;
	d->in = in;
	d->checked = memfd_create("libcpuid dump", MFD_CLOEXEC);
	d->out = memfd_create("recording", MFD_CLOEXEC);
	rc = d->checked < 0 || d->out < 0 ? -errno : convert(d, err, err_size);
	if (!rc) {
		name_of(d->out, name, sizeof(name));
		rc = tscal_platform_replay(name, out, err, err_size);
	}
	if (d->checked >= 0)
		close(d->checked);
	if (d->out >= 0)
		close(d->out);
	free(d);
	return rc;
}

int tscal_platform_probe_replay(const char *path, struct tscal_platform **out,
	char *err, size_t err_size)
{
	/* No FIFO is waited for, no device opened. */
	struct stat st;
	int rc = 1, fd = -1;
	FILE *in = NULL;

	if (!stat(path, &st) && S_ISREG(st.st_mode))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) &&
		st.st_size <= (off_t)DUMP_MAX)
		in = fdopen(fd, "r");
	if (in) {
		if (err_size)
			err[0] = '\0';
		if (is_dump(in))
			rc = replay_dump(in, out, err, err_size);
		fclose(in);
	} else if (fd >= 0) {
		close(fd);
	}
	return rc == 1 ? tscal_platform_replay(path, out, err, err_size) : rc;
}
