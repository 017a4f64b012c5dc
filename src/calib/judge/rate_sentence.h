/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Parts of the sentence about the rate. */
#ifndef TSCAL_RATE_SENTENCE_H
#define TSCAL_RATE_SENTENCE_H

#include "calib/judge/judge.h"

/* Append to info->rate_sentence. */
__attribute__((format(printf, 2, 3))) void rate_add(
	struct tscal_info *info, const char *fmt, ...);

/* The same for a whole remark; false, and nothing is appended, if it does not
 * fit. */
__attribute__((format(printf, 2, 3))) bool rate_add_whole(
	struct tscal_info *info, const char *fmt, ...);

/* The distance of hz from another rate: "1.5 % above", "1234 ppm below";
 * returns buf. */
const char *rate_distance(double hz, double from, char *buf, size_t size);

/* The same appended to buf, with "of" where needed: "1.5 % above", "within 0.05
 * ppm of". */
void rate_distance_of(double hz, double from, char *buf, size_t size);

/* The number of sources with this status. */
size_t rate_count(const struct rate_view *v, enum tscal_status status);

/* Append which sources contradict, and by how much. */
void rate_conflict(const struct rate_view *v, struct tscal_info *info);

/* rate_remarks.c: append what else a reader must know. */
void rate_remarks(const struct rate_view *v, struct tscal_info *info);

#endif /* TSCAL_RATE_SENTENCE_H */
