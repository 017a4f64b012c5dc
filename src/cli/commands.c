/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What each command does: ask, print, and judge the exit code. */
#include <math.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/format.h"

int exit_status(const struct options *opts, const struct tscal_info *info)
{
	if (info->rate == TSCAL_RATE_NONE && info->use == TSCAL_USE_UNKNOWN)
		return EXIT_UNKNOWN;
	if (info->rate == TSCAL_RATE_NONE || info->use == TSCAL_USE_NO)
		return EXIT_UNUSABLE;
	if (info->rate == TSCAL_RATE_CONFLICT)
		return EXIT_CONFLICT;
	/* Verdicts are in ascending order. */
	return info->rate < opts->require ? EXIT_BELOW : EXIT_FINE;
}

int explain_status(const struct options *opts, const struct tscal_info *info)
{
	int status = exit_status(opts, info);

	switch (status) {
	case EXIT_UNUSABLE:
		if (info->rate == TSCAL_RATE_NONE)
			complain("rate none: %s", info->rate_sentence);
		if (info->use == TSCAL_USE_NO)
			complain("use no: %s", info->use_sentence);
		break;
	case EXIT_UNKNOWN:
		complain("rate none: %s", info->rate_sentence);
		complain("use unknown: %s", info->use_sentence);
		break;
	case EXIT_CONFLICT:
		complain("rate conflict: %s", info->rate_sentence);
		break;
	case EXIT_BELOW:
		complain("the rate is %s, less than --require %s: %s",
			tscal_rate_str(info->rate),
			tscal_rate_str(opts->require), info->rate_sentence);
		break;
	}
	return status;
}

static const struct tscal_line *line_of(
	const struct tscal_report *report, enum tscal_source id)
{
	const struct tscal_line *l = NULL;

	for (size_t i = 0; i < tscal_report_count(report); i++) {
		l = tscal_report_line(report, i);
		if (l->id == id)
			break;
	}
	return l;
}

/* Most of half the time after which the counter wraps, which limits its window;
 * ms. */
static double longest_ms(enum tscal_source id)
{
	switch (id) {
	case TSCAL_SOURCE_PIT: /* 16 bits of 1.19 MHz */
		return 25;
	case TSCAL_SOURCE_ACPI_PM: /* 24 bits of 3.58 MHz */
		return 2200;
	default:
		return 55000; /* --budget-ms takes 60000 */
	}
}

/* Say that the target was missed, and what helps. */
static void explain_target(
	const struct options *opts, const struct tscal_report *report)
{
	const struct tscal_info *info = tscal_report_info(report);
	const struct tscal_line *l = line_of(report, info->source);
	bool longer;
	char bound[16];

	if (info->target_met != 0)
		return;
	if (!(info->hz > 0)) {
		complain("the target of %g ppm was not met: there is no rate",
			opts->calib.target_ppm);
		return;
	}
	format_bound(bound, sizeof(bound),
		bound_ppm(info->hz, info->hz_lo, info->hz_hi));
	if (l->kind != TSCAL_KIND_MEASURED || l->ms < 0) {
		complain("the target of %g ppm was not met: the number of %s "
			 "is known to %s ppm; measuring longer does not help",
			opts->calib.target_ppm, l->name, bound);
		return;
	}
	longer = l->ms < longest_ms(l->id);
	complain("the target of %g ppm was not met: %s ppm after %.0f ms; %s",
		opts->calib.target_ppm, bound, l->ms,
		opts->file && opts->command == CMD_REPLAY
			? "no more was recorded"
		: longer ? "a larger --budget-ms helps"
			 : "this counter cannot be measured longer");
}

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
	else
		text_report(opts, how, report);
	if (status == EXIT_BELOW)
		explain_status(opts, tscal_report_info(report));
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

	if (!report)
		return EXIT_FAILED;
	info = tscal_report_info(report);
	if (opts->json)
		rc = json_rate(info);
	else if (info->hz > 0 && opts->command == CMD_KHZ)
		printf("%.0f\n", rint(info->hz / 1e3));
	else if (info->hz > 0)
		printf("%.3f\n", info->hz);
	status = explain_status(opts, info);
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
	const struct tscal_info *info = tscal_report_info(report);
	char line[TSCAL_CONV_LINE];
	struct tscal_conv_meta meta;
	int clock_id = opts->clock_id;
	int rc = tscal_report_conv(report, clock_id, &meta);

	if (!rc)
		rc = tscal_conv_format(&meta, line, sizeof(line));
	if (rc < 0) {
		complain("no converter for the clock %s: %s",
			tscal_clock_id_str(clock_id),
			info->hz > 0 ? strerror(-rc) : info->rate_sentence);
		return info->hz > 0 ? EXIT_FAILED : exit_status(opts, info);
	}
	puts(line);
	return 0;
}

int cmd_anchor(const struct options *opts)
{
	struct tscal_report *report = machine_report(opts, NULL);
	int rc;

	if (!report)
		return EXIT_FAILED;
	rc = print_line(opts, report);
	/* The line is of use only while the TSC is. */
	if (!rc)
		rc = explain_status(opts, tscal_report_info(report));
	explain_target(opts, report);
	tscal_report_free(report);
	return rc;
}
