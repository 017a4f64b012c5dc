/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal convert: by which rate, from which file. */
#include "cli/convert.h"

#include <errno.h>
#include <string.h>

/* The first line of a file, as a converter. */
static int read_line(const char *path, struct tscal_conv *conv)
{
	char line[TSCAL_CONV_LINE * 2] = "", err[200];
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
	if (tscal_conv_meta_parse(&meta, line, err, sizeof(err))) {
		complain("%s: %s", path, err);
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
		complain("no rate to convert by: %s", info.rate_sentence);
		return EXIT_UNUSABLE;
	}
	return 0;
}

static int find_rate(const struct options *opts, struct tscal_conv *conv)
{
	if (opts->convert.conv)
		return read_line(opts->convert.conv, conv);
	if (opts->convert.hz > 0)
		return tscal_conv_init(conv, opts->convert.hz, 0, 0);
	return calibrate(conv);
}

int cmd_convert(const struct options *opts)
{
	struct conversion c = {.opts = &opts->convert};
	int rc;

	c.in = opts->file && strcmp(opts->file, "-") ? fopen(opts->file, "re")
						     : stdin;
	c.name = c.in == stdin ? "stdin" : opts->file;
	if (!c.in) {
		complain("cannot read '%s': %s", c.name, strerror(errno));
		return EXIT_FAILED;
	}
	rc = find_rate(opts, &c.conv);
	if (!rc && c.opts->relative)
		c.conv.ns_epoch = 0;
	if (!rc)
		rc = c.opts->u64 ? convert_u64(&c) : convert_text(&c);
	if (!rc && ferror(c.in)) {
		complain("cannot read %s: %s", c.name, strerror(errno));
		rc = EXIT_FAILED;
	}
	if (c.in != stdin)
		fclose(c.in);
	return rc;
}
