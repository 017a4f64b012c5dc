/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What each command does: ask, print, and judge the exit code. */
#include <math.h>
#include <string.h>

#include "cli/cli.h"

int cmd_report(const struct options *opts)
{
	const char *how;
	struct tscal_report *report = machine_report(opts, &how);
	int rc = 0, status;

	if (!report)
		return EXIT_FAILED;
	status = exit_status(opts, tscal_report_info(report));
	if (opts->json)
		rc = json_report(report);
	/* Standard output is the recording, and nothing else. */
	else if (opts->command != CMD_RECORD || !is_stdio(opts->file))
		text_report(opts, how, report);
	if (status == EXIT_BELOW)
		explain_status(opts, report);
	explain_target(opts, report);
	tscal_report_free(report);
	/* A recording is wanted whatever it shows. */
	if (!rc && opts->command != CMD_RECORD)
		rc = status;
	return rc;
}

int cmd_rate(const struct options *opts)
{
	struct tscal_report *report = machine_report(opts, NULL);
	const struct tscal_info *info;
	int rc = 0, status;
	bool printed;

	if (!report)
		return EXIT_FAILED;
	info = tscal_report_info(report);
	/* A script that does not look at the status must not take a number
	 * that is known less well than it requires. */
	printed = info->hz > 0 && !below_required(opts, info);
	if (opts->json)
		rc = json_rate(info);
	else if (printed && opts->command == CMD_KHZ)
		printf("%.0f\n", rint(info->hz / 1e3));
	else if (printed)
		printf("%.3f\n", info->hz);
	status = explain_status(opts, report);
	explain_target(opts, report);
	tscal_report_free(report);
	return rc ? rc : status;
}

/* Find which sources are available, and print that. */
static int survey(const struct options *opts,
	int (*json)(const struct tscal_report *report),
	void (*text)(const struct tscal_report *report))
{
	struct options asked = *opts;
	struct tscal_report *report;
	int rc = 0;

	asked.calib.flags |= TSCAL_OPT_SURVEY;
	report = machine_report(&asked, NULL);
	if (!report)
		return EXIT_FAILED;
	if (opts->json)
		rc = json(report);
	else
		text(report);
	tscal_report_free(report);
	return rc;
}

int cmd_hv(const struct options *opts)
{
	/* Those of TSCAL_KIND_REPORTED: the kinds are known only with a
	 * report, and asking the others opens devices. */
	static const enum tscal_source reported[] = {TSCAL_SOURCE_HV_LEAF,
		TSCAL_SOURCE_HV_MSR, TSCAL_SOURCE_HV_BACKDOOR,
		TSCAL_SOURCE_KVMCLOCK, TSCAL_SOURCE_HYPERV_PAGE,
		TSCAL_SOURCE_VMCLOCK};
	struct options asked = *opts;

	for (size_t i = 0; i < sizeof(reported) / sizeof(*reported); i++)
		asked.calib.only |= UINT64_C(1) << reported[i];
	return survey(&asked, json_hv, text_hv);
}

int cmd_sources(const struct options *opts)
{
	return survey(opts, json_sources, text_sources);
}

/* The line of a converter for one of this machine's clocks. */
static int print_line(
	const struct options *opts, const struct tscal_report *report)
{
	char line[TSCAL_CONV_LINE];
	struct tscal_conv_meta meta;
	int clock_id = opts->clock_id;
	int rc = tscal_report_conv(report, clock_id, &meta);

	if (!rc)
		rc = tscal_conv_format(&meta, line, sizeof(line));
	if (rc < 0)
		return complain("no converter for the clock %s: %s",
			tscal_clock_id_str(clock_id), strerror(-rc));
	puts(line);
	return 0;
}

int cmd_anchor(const struct options *opts)
{
	struct tscal_report *report = machine_report(opts, NULL);
	const struct tscal_info *info;
	int rc = 0;

	if (!report)
		return EXIT_FAILED;
	info = tscal_report_info(report);
	/* As with hz, no line by a rate that does not meet --require. */
	if (info->hz > 0 && !below_required(opts, info))
		rc = print_line(opts, report);
	/* The line is of use only while the TSC is. */
	if (!rc)
		rc = explain_status(opts, report);
	explain_target(opts, report);
	tscal_report_free(report);
	return rc;
}
