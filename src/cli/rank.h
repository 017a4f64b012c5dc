/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Percentiles by nearest rank: each is a number that occurred.  Pure. */
#ifndef TSCAL_CLI_RANK_H
#define TSCAL_CLI_RANK_H

#include <stddef.h>

/* In ascending order. */
void rank_sort(double *v, size_t n);
/* The least of n sorted numbers that percent of them, 0 to 100, do not exceed;
 * n is at least 1. */
double rank_value(const double *sorted, size_t n, unsigned percent);

#endif /* TSCAL_CLI_RANK_H */
