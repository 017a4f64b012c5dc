/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What an attempt to find a rate came to: of a leaf, a counter or a source. */
#ifndef TSCAL_OUTCOME_H
#define TSCAL_OUTCOME_H

#include <tscal/calibrate.h>

#include "plat/plat.h"
#include "plat/tsc_hz.h"

struct outcome {
	/* READY: hz, lo and hi hold.  Otherwise why not: ABSENT, SKIPPED,
	 * DENIED, STUCK, IMPLAUSIBLE, UNSTABLE, ERROR. */
	enum tscal_status status;
	double hz, lo, hi;
	char sentence[TSCAL_SENTENCE];
};

/* A status and its sentence, which replaces the one before. */
__attribute__((format(printf, 3, 4))) void outcome_set(
	struct outcome *o, enum tscal_status status, const char *fmt, ...);

/* The status and the sentence that a -errno of plat.h means; what: "the HPET".
 * Of a counter more errors have a meaning. */
void outcome_errno(struct outcome *o, int rc, const char *what);
void outcome_counter_errno(struct outcome *o, int rc, const char *what);

#endif /* TSCAL_OUTCOME_H */
