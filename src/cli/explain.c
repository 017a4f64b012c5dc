/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The exit code for the verdicts, and why it is that, on stderr. */
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
	return below_required(opts, info) ? EXIT_BELOW : EXIT_FINE;
}

bool below_required(const struct options *opts, const struct tscal_info *info)
{
	/* Verdicts are in ascending order. */
	return info->rate < opts->require;
}

bool not_named(const struct options *opts, const struct tscal_line *line)
{
	return opts->calib.only && !(opts->calib.only >> line->id & 1);
}

/* What a user may be able to change. */
static bool failed(enum tscal_status status)
{
	switch (status) {
	case TSCAL_STATUS_DISAGREES:
	case TSCAL_STATUS_STALE:
	case TSCAL_STATUS_DENIED:
	case TSCAL_STATUS_STUCK:
	case TSCAL_STATUS_IMPLAUSIBLE:
	case TSCAL_STATUS_UNSTABLE:
	case TSCAL_STATUS_ERROR:
	case TSCAL_STATUS_COARSE:
		return true;
	default:
		return false;
	}
}

static void explain_line(const struct tscal_line *line)
{
	const char *status = tscal_status_str(line->status);

	switch (line->status) {
	case TSCAL_STATUS_AGREES:
	case TSCAL_STATUS_DISAGREES:
		complain("%s %s: %s", line->name, status, line->sentence);
		break;
	case TSCAL_STATUS_ERROR:
		complain("%s failed: %s", line->name, line->sentence);
		break;
	case TSCAL_STATUS_HINT:
		complain("%s is only a hint: %s", line->name, line->sentence);
		break;
	default:
		complain("%s is %s: %s", line->name, status, line->sentence);
	}
}

/* Why there is no rate: of the sources that --only names, each; of all, those
 * that failed. */
static void explain_none(
	const struct options *opts, const struct tscal_report *report)
{
	complain("rate none: %s", tscal_report_info(report)->rate_sentence);
	for (size_t i = 0; i < tscal_report_count(report); i++) {
		const struct tscal_line *line = tscal_report_line(report, i);

		if (opts->calib.only ? !not_named(opts, line)
				     : failed(line->status))
			explain_line(line);
	}
	if (!opts->calib.only)
		complain("'tscal sources' shows every source, and why it is "
			 "not available");
}

int explain_status(
	const struct options *opts, const struct tscal_report *report)
{
	const struct tscal_info *info = tscal_report_info(report);
	int status = exit_status(opts, info);

	if (info->rate == TSCAL_RATE_NONE)
		explain_none(opts, report);
	else if (below_required(opts, info))
		complain("the rate %.3f Hz is %s, and --require asks for %s: "
			 "%s",
			info->hz,
			info->rate == TSCAL_RATE_CONFLICT
				? "in conflict"
				: tscal_rate_str(info->rate),
			tscal_rate_str(opts->require), info->rate_sentence);
	else if (info->rate == TSCAL_RATE_CONFLICT)
		complain("rate conflict: %s", info->rate_sentence);
	if (info->use == TSCAL_USE_NO || status == EXIT_UNKNOWN)
		complain("use %s: %s", tscal_use_str(info->use),
			info->use_sentence);
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
void explain_target(
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
	if (opts->calib.flags & TSCAL_OPT_NO_MEASURE) {
		complain("the target of %g ppm was not met: %s ppm by %s; "
			 "run tscal without --no-measure for a better number",
			opts->calib.target_ppm, bound, l->name);
		return;
	}
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
