/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal anchor: the line of a converter for one of this machine's clocks. */
#include <string.h>

#include "cli/cli.h"

static int print_line(const struct tscal_report *report, int clock_id)
{
	const struct tscal_info *info = tscal_report_info(report);
	char line[TSCAL_CONV_LINE];
	struct tscal_conv_meta meta;
	int rc = tscal_report_conv(report, clock_id, &meta);

	if (!rc)
		rc = tscal_conv_format(&meta, line, sizeof(line));
	if (rc < 0) {
		complain("no converter for the clock %s: %s",
			tscal_clock_id_str(clock_id),
			info->hz > 0 ? strerror(-rc) : info->rate_sentence);
		return info->hz > 0 ? EXIT_FAILED : EXIT_UNUSABLE;
	}
	puts(line);
	return 0;
}

int cmd_anchor(const struct options *opts)
{
	struct tscal_report *report;
	struct machine m;
	int rc = machine_open(opts, &m), status = 0;

	if (rc)
		return rc;
	report = machine_report(opts, &m);
	rc = report ? print_line(report, opts->clock_id) : EXIT_FAILED;
	if (report) {
		/* The line is of use only while the TSC is. */
		status = exit_status(opts, tscal_report_info(report));
		if (!rc)
			explain_status(opts, tscal_report_info(report));
		tscal_report_free(report);
	}
	if (machine_close(opts, &m))
		rc = EXIT_FAILED;
	return rc ? rc : status;
}
