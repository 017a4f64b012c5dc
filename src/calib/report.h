/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#ifndef TSCAL_REPORT_H
#define TSCAL_REPORT_H

#include <stdbool.h>

#include <tscal/calibrate.h>

/* What hz_raw of the report is from; TSCAL_SOURCE_NONE: there is none. */
enum tscal_source report_raw_source(const struct tscal_report *report);

/* Whether it describes this machine, not a recording. */
bool report_is_live(const struct tscal_report *report);

#endif /* TSCAL_REPORT_H */
