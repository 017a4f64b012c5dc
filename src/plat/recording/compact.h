/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#ifndef TSCAL_COMPACT_H
#define TSCAL_COMPACT_H

#include "plat/recording/recording.h"

/*
 * The recording with one line for each run of equal CPUID answers: the scan for
 * signatures asks 256 leaves, and most machines answer zero to nearly all.
 */
struct recording *rec_compact(const struct recording *rec, int *rc);

#endif /* TSCAL_COMPACT_H */
