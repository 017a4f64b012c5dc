/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Whole arrays. */
#ifndef TSCAL_BATCH_H
#define TSCAL_BATCH_H

#include <stdbool.h>

#include <tscal/conv.h>

/* tscal_tsc_to_ns_n(), with the instructions of AVX2 or without. */
void batch_convert(const struct tscal_conv *conv, const uint64_t *tsc,
	int64_t *ns, size_t n, bool avx2);

#endif /* TSCAL_BATCH_H */
