/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Parts of a report as text. */
#ifndef TSCAL_CLI_REPORT_TEXT_H
#define TSCAL_CLI_REPORT_TEXT_H

#include "cli/cli.h"
#include "cli/term.h"

/* The hypervisor, and what contradicts it. */
void text_hypervisor(struct term *t, const struct tscal_hv *hv);
/* The sources of a report; those without a number as the options say. */
void text_lines(const struct options *opts, struct term *t,
	const struct tscal_report *report);
/* The same with their status alone; reported_only: those of
 * TSCAL_KIND_REPORTED; column: where lines start. */
void text_surveyed(struct term *t, const struct tscal_report *report,
	bool reported_only, size_t column);

#endif /* TSCAL_CLI_REPORT_TEXT_H */
