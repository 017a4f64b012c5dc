/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal convert: by which rate, from which file to standard output. */
#include "cli/convert.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* The first line of a file, as a converter. */
static int read_converter(const char *path, struct tscal_conv *conv)
{
	char line[TSCAL_CONV_LINE * 2] = "", why[200];
	struct tscal_conv_meta meta;
	FILE *f = fopen(path, "re");
	bool got;

	if (!f) {
		complain("cannot read '%s': %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	errno = 0;
	got = fgets(line, sizeof(line), f);
	if (!got && errno) {
		complain("cannot read '%s': %s", path, strerror(errno));
		fclose(f);
		return EXIT_FAILED;
	}
	fclose(f);
	if (tscal_conv_parse(line, &meta, why, sizeof(why))) {
		complain("%s: %s", path, why);
		return EXIT_FAILED;
	}
	*conv = meta.conv;
	return 0;
}

/* At this machine's rate. */
static int calibrate(struct tscal_conv *conv)
{
	struct tscal_info info;

	if (tscal_calibrate(NULL, &info)) {
		complain("cannot calibrate");
		return EXIT_FAILED;
	}
	if (tscal_conv_init(conv, info.hz, 0, 0)) {
		complain("no rate to convert by (--hz or --line gives one): %s",
			info.rate_sentence);
		return EXIT_UNUSABLE;
	}
	return 0;
}

static int find_rate(
	const struct convert_options *opts, struct tscal_conv *conv)
{
	if (opts->line)
		return read_converter(opts->line, conv);
	if (opts->hz > 0)
		return tscal_conv_init(conv, opts->hz, 0, 0);
	return calibrate(conv);
}

/* Files ---------------------------------------------------------------- */

struct input {
	int fd;
	const char *name; /* for messages */
};

/* As many bytes as there are, up to size; 0 at the end, -1 after a message. */
static ssize_t read_block(const struct input *in, void *to, size_t size)
{
	ssize_t n;

	do
		n = read(in->fd, to, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		complain("cannot read %s: %s", in->name, strerror(errno));
	return n;
}

static bool write_all(struct sink *sink, const char *data, size_t n)
{
	(void)sink;
	while (n) {
		ssize_t part = write(STDOUT_FILENO, data, n);

		if (part < 0 && errno == EINTR)
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
		if (good < n) {
			complain("%s, stamp %" PRIu64 ": %" PRIu64
				 " is 2^60 ticks or more from the epoch, "
				 "%" PRIu64,
				in->name, done + 1, block[good],
				c->conv.tsc_epoch);
			return EXIT_FAILED;
		}
		/* Of a pipe, part of a stamp. */
		bytes %= sizeof(block[0]);
		memcpy(block, &block[n], bytes);
	}
	if (bytes) {
		complain("%s ends within a stamp: %zu of 8 bytes after stamp "
			 "%" PRIu64,
			in->name, bytes, done);
		return EXIT_FAILED;
	}
	return 0;
}

int cmd_convert(const struct options *opts)
{
	const struct convert_options *o = &opts->convert;
	bool is_file = opts->file && strcmp(opts->file, "-");
	struct input in = {STDIN_FILENO, is_file ? opts->file : "stdin"};
	struct conversion c = {
		.relative = o->relative,
		.signed_ = o->relative || o->line,
		.unit = o->to,
	};
	int rc;

	/* A reader that is gone is said like a disk that is full. */
	signal(SIGPIPE, SIG_IGN);
	if (is_file && (in.fd = open(opts->file, O_RDONLY | O_CLOEXEC)) < 0) {
		complain("cannot read '%s': %s", opts->file, strerror(errno));
		return EXIT_FAILED;
	}
	rc = find_rate(o, &c.conv);
	if (!rc)
		rc = o->u64 ? convert_numbers(&in, &c)
			    : convert_lines(&in, &c, o->column);
	if (is_file)
		close(in.fd);
	return rc;
}
