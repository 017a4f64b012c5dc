/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which sources a report and the messages about a missing rate show. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/report/text.h"

/* A report with these lines. */
struct tscal_report {
	struct tscal_info info;
	struct tscal_line lines[8];
	size_t n;
};

const struct tscal_info *tscal_report_info(const struct tscal_report *report)
{
	return &report->info;
}

size_t tscal_report_count(const struct tscal_report *report)
{
	return report->n;
}

const struct tscal_line *tscal_report_line(
	const struct tscal_report *report, size_t i)
{
	return &report->lines[i];
}

/* What complain() was given. */
static char messages[4096];

int complain(const char *fmt, ...)
{
	size_t n = strlen(messages);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(messages + n, sizeof(messages) - n, fmt, ap);
	va_end(ap);
	n = strlen(messages);
	snprintf(messages + n, sizeof(messages) - n, "\n");
	return EXIT_FAILED;
}

static struct tscal_report report_of(double hz)
{
	struct tscal_report report = {.info = {.hz = hz}};

	report.info.rate = hz > 0 ? TSCAL_RATE_SINGLE : TSCAL_RATE_NONE;
	report.info.use = hz > 0 ? TSCAL_USE_YES : TSCAL_USE_UNKNOWN;
	return report;
}

static void add(struct tscal_report *report, enum tscal_source source,
	enum tscal_status status, const char *sentence)
{
	struct tscal_line *line = &report->lines[report->n++];

	*line = (struct tscal_line){.id = source,
		.name = tscal_source_str(source),
		.status = status,
		.tolerance_ppm = -1};
	snprintf(line->sentence, sizeof(line->sentence), "%s", sentence);
}

/* The text below the head of the table. */
static void expect(const struct options *opts,
	const struct tscal_report *report, const char *want)
{
	char *text = NULL;
	size_t size = 0;
	struct term t = {.f = open_memstream(&text, &size), .width = 100};

	text_lines(opts, &t, report);
	fclose(t.f);
	cr_assert(eq(str, strchr(text, '\n') + 1, (char *)want));
	free(text);
}

Test(sources, one_is_singular)
{
	const struct options opts = {0};
	struct tscal_report report = report_of(2e9);

	expect(&opts, &report, "");
	add(&report, TSCAL_SOURCE_HPET, TSCAL_STATUS_ABSENT, "none");
	expect(&opts, &report, "  1 source not available here; see --all\n");
	add(&report, TSCAL_SOURCE_PIT, TSCAL_STATUS_SKIPPED,
		"not asked to use I/O ports (--probe ports)");
	expect(&opts, &report,
		"  1 source not available here, 1 not asked (1 needs --probe "
		"ports); see --all\n");
	report.lines[0] = report.lines[1];
	report.n = 1;
	expect(&opts, &report,
		"  1 source not asked (1 needs --probe ports); see --all\n");
}

Test(sources, many_are_counted)
{
	const struct options opts = {0};
	struct tscal_report report = report_of(2e9);

	for (int i = 0; i < 2; i++) {
		add(&report, TSCAL_SOURCE_PIT, TSCAL_STATUS_SKIPPED,
			"not asked to use I/O ports (--probe ports)");
		add(&report, TSCAL_SOURCE_HPET, TSCAL_STATUS_SKIPPED,
			"not asked to use /dev/hpet (--probe devices)");
		add(&report, TSCAL_SOURCE_KVM_IOCTL, TSCAL_STATUS_SKIPPED,
			"used only when --only names it");
	}
	expect(&opts, &report,
		"  6 sources not asked (2 need --probe devices, 2 need --probe "
		"ports); see --all\n");
	report.lines[1].status = TSCAL_STATUS_ABSENT;
	report.lines[4].status = TSCAL_STATUS_ABSENT;
	expect(&opts, &report,
		"  2 sources not available here, 4 not asked (2 need --probe "
		"ports); see --all\n");
}

/* All but absent and skipped. */
Test(sources, those_that_failed_have_a_line)
{
	static const enum tscal_status shown[] = {TSCAL_STATUS_DENIED,
		TSCAL_STATUS_STUCK, TSCAL_STATUS_IMPLAUSIBLE,
		TSCAL_STATUS_UNSTABLE, TSCAL_STATUS_ERROR, TSCAL_STATUS_COARSE,
		TSCAL_STATUS_STALE, TSCAL_STATUS_DISAGREES, TSCAL_STATUS_HINT};
	const struct options opts = {0};

	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
		struct tscal_report report = report_of(2e9);
		char want[200];

		add(&report, TSCAL_SOURCE_HPET, shown[i], "why");
		add(&report, TSCAL_SOURCE_PHC, TSCAL_STATUS_ABSENT, "none");
		/* "status" is the widest of the short ones. */
		snprintf(want, sizeof(want),
			"  hpet    %-6s  why\n"
			"  1 source not available here; see --all\n",
			tscal_status_str(shown[i]));
		expect(&opts, &report, want);
	}
}

Test(sources, why_there_is_no_rate)
{
	struct options opts = {0};
	struct tscal_report report = report_of(0);

	strcpy(report.info.rate_sentence, "R.");
	strcpy(report.info.use_sentence, "U.");
	add(&report, TSCAL_SOURCE_HPET, TSCAL_STATUS_DENIED, "a");
	add(&report, TSCAL_SOURCE_PIT, TSCAL_STATUS_SKIPPED, "b");
	add(&report, TSCAL_SOURCE_CLOCK_RAW, TSCAL_STATUS_ERROR, "c");
	add(&report, TSCAL_SOURCE_VDSO, TSCAL_STATUS_DISAGREES, "d");
	add(&report, TSCAL_SOURCE_BOGOMIPS, TSCAL_STATUS_HINT, "e");
	add(&report, TSCAL_SOURCE_PHC, TSCAL_STATUS_ABSENT, "f");
	cr_assert(eq(int, explain_status(&opts, &report), EXIT_UNKNOWN));
	cr_assert(eq(str, messages,
		(char *)"rate none: R.\nhpet is denied: a\nclock-raw failed: "
			"c\n"
			"vdso disagrees: d\n"
			"'tscal sources' shows every source, and why it is not "
			"available\nuse unknown: U.\n"));
	opts.calib.only = UINT64_C(1) << TSCAL_SOURCE_PHC |
			  UINT64_C(1) << TSCAL_SOURCE_BOGOMIPS;
	messages[0] = '\0';
	explain_status(&opts, &report);
	cr_assert(eq(str, messages,
		(char *)"rate none: R.\nbogomips is only a hint: e\nphc is "
			"absent: f\n"
			"use unknown: U.\n"));
}

/* 10 ppm to either side, where 1 ppm was asked for. */
static void missed_by(enum tscal_source source, enum tscal_kind kind, double ms,
	const char *helps)
{
	struct options opts = {.calib.target_ppm = 1};
	struct tscal_report report = report_of(2e9);
	char want[200];

	add(&report, source, TSCAL_STATUS_USED, "s");
	report.lines[0].kind = kind;
	report.lines[0].ms = ms;
	report.info.source = source;
	report.info.hz_lo = 2e9 - 20000;
	report.info.hz_hi = 2e9 + 20000;
	messages[0] = '\0';
	explain_target(&opts, &report);
	snprintf(want, sizeof(want), "the target of 1 ppm was not met: %s\n",
		helps);
	cr_expect(eq(str, messages, want));
	report.info.target_met = 1;
	messages[0] = '\0';
	explain_target(&opts, &report);
	cr_expect(eq(str, messages, (char *)""));
}

Test(sources, what_helps_where_the_target_was_missed)
{
	const enum tscal_kind m = TSCAL_KIND_MEASURED;

	missed_by(TSCAL_SOURCE_CLOCK_RAW, m, 50,
		"10 ppm after 50 ms; a larger --budget-ms helps");
	missed_by(TSCAL_SOURCE_ACPI_PM, m, 2100,
		"10 ppm after 2100 ms; a larger --budget-ms helps");
	/* Half of 2^24 counts at 3.579545 MHz are 2343 ms. */
	missed_by(TSCAL_SOURCE_ACPI_PM, m, 2300,
		"10 ppm after 2300 ms; this counter cannot be measured longer");
	missed_by(TSCAL_SOURCE_PIT, m, 26,
		"10 ppm after 26 ms; this counter cannot be measured longer");
	missed_by(TSCAL_SOURCE_VDSO, TSCAL_KIND_KERNEL, -1,
		"the number of vdso is known to 10 ppm; measuring longer does "
		"not help");
}

/* Whatever decides the exit code, what was required is named. */
Test(sources, below_what_is_required)
{
	struct options opts = {.require = TSCAL_RATE_VERIFIED};
	struct tscal_report report = report_of(2e9);

	strcpy(report.info.rate_sentence, "R.");
	strcpy(report.info.use_sentence, "U.");
	cr_assert(eq(int, explain_status(&opts, &report), EXIT_BELOW));
	report.info.rate = TSCAL_RATE_CONFLICT;
	cr_assert(eq(int, explain_status(&opts, &report), EXIT_CONFLICT));
	report.info.use = TSCAL_USE_NO;
	cr_assert(eq(int, explain_status(&opts, &report), EXIT_UNUSABLE));
	cr_assert(eq(int, below_required(&opts, &report.info), true));
	cr_assert(eq(str, messages,
		(char *)"the rate 2000000000.000 Hz is single, and --require "
			"asks for "
			"verified: R.\n"
			"the rate 2000000000.000 Hz is in conflict, and "
			"--require asks "
			"for verified: R.\n"
			"the rate 2000000000.000 Hz is in conflict, and "
			"--require asks "
			"for verified: R.\nuse no: U.\n"));
	report.info.rate = TSCAL_RATE_VERIFIED;
	cr_assert(eq(int, below_required(&opts, &report.info), false));
}
