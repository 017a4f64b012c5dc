/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal convert: by which rate, from which file to standard output. */
#include "cli/convert/convert.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/running.h"

#define NS_EPOCH_END (INT64_C(1) << 62)

static bool same_file(int a, int b)
{
	struct stat one, other;

	return !fstat(a, &one) && !fstat(b, &other) &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static bool is_regular(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

/* The first line of a file, which may be that of the stamps. */
static bool read_line(const char *path, int stamps, char *line, int size)
{
	FILE *f = fopen(path, "re");
	bool got;

	if (!f) {
		complain("cannot read '%s': %s", path, strerror(errno));
		return false;
	}
	/* What has been read of a pipe would be missing in the stamps. */
	if (same_file(fileno(f), stamps) && !is_regular(stamps)) {
		complain("'%s' holds the stamps: from a pipe --line takes "
			 "another file",
			path);
		fclose(f);
		return false;
	}
	got = fgets(line, size, f) || !ferror(f);
	if (!got)
		complain("cannot read '%s': %s", path, strerror(errno));
	fclose(f);
	return got;
}

static int read_converter(const char *path, int stamps, struct tscal_conv *conv)
{
	char line[TSCAL_CONV_LINE * 2] = "", why[200];
	struct tscal_conv_meta meta;
	size_t n;

	if (!read_line(path, stamps, line, sizeof(line)))
		return EXIT_FAILED;
	/* An editor of another system may have ended it so. */
	n = strlen(line);
	if (n > 1 && !strcmp(line + n - 2, "\r\n"))
		strcpy(line + n - 2, "\n");
	/* At the head of the stamps it is a comment. */
	if (tscal_conv_parse(line + (strncmp(line, "# ", 2) ? 0 : 2), &meta,
		    why, sizeof(why)))
		return complain("%s: %s", path, why);
	/* 2^60 ticks are at most 2^62 ns, so no sum overflows. */
	if (meta.conv.ns_epoch >= NS_EPOCH_END ||
		meta.conv.ns_epoch <= -NS_EPOCH_END)
		return complain(
			"%s: its ns= is 2^62 or more from 0: times near it "
			"do not fit in 64 bits",
			path);
	*conv = meta.conv;
	return 0;
}

/* At this machine's rate, as `tscal hz` finds it; *status as that has it. */
static int calibrate(
	const struct options *opts, struct tscal_conv *conv, int *status)
{
	struct tscal_report *report = machine_report(opts, NULL);
	const struct tscal_info *info;
	int rc = 0;

	if (!report)
		return EXIT_FAILED;
	info = tscal_report_info(report);
	*status = explain_status(opts, report);
	if (tscal_conv_init(conv, info->hz, 0, 0)) {
		complain("no rate to convert with: give one with --hz or "
			 "--line");
		rc = *status == EXIT_UNKNOWN ? EXIT_UNKNOWN : EXIT_UNUSABLE;
	}
	tscal_report_free(report);
	return rc;
}

static int find_rate(const struct options *opts, int stamps,
	struct tscal_conv *conv, int *status)
{
	*status = 0;
	if (opts->convert.line)
		return read_converter(opts->convert.line, stamps, conv);
	if (opts->convert.hz > 0)
		return tscal_conv_init(conv, opts->convert.hz, 0, 0);
	return calibrate(opts, conv, status);
}

/* Files ---------------------------------------------------------------- */

struct input {
	int fd;
	const char *name; /* for messages */
};

/* Whether it is worth another try, after a wait where that is due: descriptors
 * that are shared with others may be non-blocking. */
static bool again(int fd, short events, unsigned *times)
{
	struct pollfd p = {.fd = fd, .events = events};

	if (errno == EAGAIN || errno == EWOULDBLOCK) {
		*times += poll(&p, 1, -1) < 0;
		return *times <= RUNNING_INTERRUPTED_MOST;
	}
	return running_interrupted(times);
}

/* As many bytes as there are, up to size; 0 at the end, -1 after a message. */
static ssize_t read_block(const struct input *in, void *to, size_t size)
{
	unsigned times = 0;
	ssize_t n;

	do
		n = read(in->fd, to, size);
	while (n < 0 && again(in->fd, POLLIN, &times));
	if (n < 0)
		complain("cannot read %s: %s", in->name, strerror(errno));
	return n;
}

static bool write_all(struct sink *sink, const char *data, size_t n)
{
	unsigned times = 0;

	(void)sink;
	while (n) {
		ssize_t part = write(STDOUT_FILENO, data, n);

		if (part < 0 && again(STDOUT_FILENO, POLLOUT, &times))
			continue;
		if (part < 0) {
			complain(
				"cannot write the output: %s", strerror(errno));
			return false;
		}
		data += part;
		n -= (size_t)part;
	}
	return true;
}

static int convert_lines(
	const struct input *in, struct conversion *c, unsigned column)
{
	static struct convert_text t;
	static char block[CONVERT_BLOCK];
	struct sink out = {write_all};
	ssize_t n;
	bool fine = true;

	convert_text_init(&t, c, column, &out);
	while (fine && (n = read_block(in, block, sizeof(block))) != 0) {
		if (n < 0)
			return EXIT_FAILED;
		fine = convert_text_feed(&t, block, (size_t)n);
	}
	if (fine)
		fine = convert_text_end(&t);
	if (t.why[0])
		complain("%s, %s", in->name, t.why);
	return fine ? 0 : EXIT_FAILED;
}

static int convert_numbers(const struct input *in, struct conversion *c)
{
	static uint64_t block[CONVERT_BLOCK / sizeof(uint64_t)];
	struct sink out = {write_all};
	uint64_t done = 0;
	size_t bytes = 0;
	ssize_t got;

	while ((got = read_block(in, (char *)block + bytes,
			sizeof(block) - bytes)) != 0) {
		size_t n, good;

		if (got < 0)
			return EXIT_FAILED;
		bytes += (size_t)got;
		n = bytes / sizeof(block[0]);
		good = convert_u64(c, block, n);
		if (!out.write(
			    &out, (const char *)block, good * sizeof(block[0])))
			return EXIT_FAILED;
		done += good;
		if (good < n)
			return complain(
				"%s, stamp %" PRIu64 ": %" PRIu64
				" is 2^60 ticks or more from the epoch, "
				"%" PRIu64,
				in->name, done + 1, block[good],
				c->conv.tsc_epoch);
		/* Of a pipe, part of a stamp. */
		bytes %= sizeof(block[0]);
		memmove(block, &block[n], bytes);
	}
	if (bytes)
		return complain(
			"%s ends within a stamp: %zu of 8 bytes after stamp "
			"%" PRIu64,
			in->name, bytes, done);
	return 0;
}

int cmd_convert(const struct options *opts)
{
	const struct convert_options *o = &opts->convert;
	bool is_file = opts->file && strcmp(opts->file, "-");
	struct input in = {STDIN_FILENO, is_file ? opts->file : "stdin"};
	int status;
	struct conversion c = {
		.relative = o->relative,
		.signed_ = o->relative || o->line,
		.unit = o->to,
	};
	int rc;

	/* A reader that is gone is reported like a full disk. */
	signal(SIGPIPE, SIG_IGN);
	if (is_file && (in.fd = open(opts->file, O_RDONLY | O_CLOEXEC)) < 0)
		return complain(
			"cannot read '%s': %s", opts->file, strerror(errno));
	rc = find_rate(opts, in.fd, &c.conv, &status);
	if (!rc && is_regular(in.fd) && same_file(in.fd, STDOUT_FILENO)) {
		complain("%s is also the output: it would be overwritten "
			 "while it is read",
			in.name);
		rc = EXIT_FAILED;
	}
	if (!rc)
		rc = o->format == CONVERT_U64
			     ? convert_numbers(&in, &c)
			     : convert_lines(&in, &c, o->column);
	if (is_file)
		close(in.fd);
	return rc ? rc : status;
}
