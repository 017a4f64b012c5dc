/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#ifndef TSCAL_REPORT_H
#define TSCAL_REPORT_H

#include <stdbool.h>

struct tscal_report;

/* Whether it describes this machine, not a recording. */
bool report_is_live(const struct tscal_report *report);

#endif /* TSCAL_REPORT_H */
