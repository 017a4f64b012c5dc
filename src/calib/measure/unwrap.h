/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Counters of few bits as 64-bit values that never wrap.  Pure. */
#ifndef TSCAL_UNWRAP_H
#define TSCAL_UNWRAP_H

#include "plat/plat.h"

/* State after the last read of a counter. */
struct unwrap {
	uint64_t mask;	   /* of its width */
	uint64_t ref, tsc; /* of the last read */
	/* Counts per tick, by another counter; 0: not known. */
	double rate;
};

enum unwrapped {
	UNWRAP_OK,
	UNWRAP_BACK, /* the counter went back */
	UNWRAP_LOST, /* it wrapped, how often is not known */
};

/*
 * Extend the references of n reads from the last one.  Uses the rate, if known
 * to a few percent; else a step of more than 7/8 of the range is a step back.
 */
enum unwrapped unwrap(struct unwrap *u, struct plat_sample *s, int n);

/*
 * Drop torn reads, taken while the counter changed: those that do not lie
 * between the reads before and after.  The first and the last have only one
 * neighbour and are dropped too.  If most reads are out of order, the counter
 * is wrong and all are kept.  Returns how many are left.
 */
int drop_torn_reads(struct plat_sample *s, int n, unsigned width);

#endif /* TSCAL_UNWRAP_H */
