/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Counters of few bits as 64-bit values that never wrap.  Pure. */
#ifndef TSCAL_UNWRAP_H
#define TSCAL_UNWRAP_H

#include "plat/plat.h"

/* How far a counter's reads have come. */
struct unwrap {
	uint64_t mask;	   /* of its width */
	uint64_t ref, tsc; /* of the last read */
	/* Counts per tick, by another counter; 0: not known. */
	double rate;
};

enum unwrapped {
	UNWRAP_OK,
	UNWRAP_BACK,  /* the counter went back */
	UNWRAP_ROUND, /* it came round, and how often cannot be told */
};

/*
 * Extend the references of n reads from the one before.  By the rate, where
 * that is known to a few percent; else a step of more than 7/8 of the range is
 * one back.
 */
enum unwrapped unwrap(struct unwrap *u, struct plat_sample *s, int n);

/*
 * Leave out reads that were caught while the counter changed: what does not lie
 * between the reads before and after it.  The first and the last have only one
 * neighbour, and go.  Where most reads lie astray it is the counter that does,
 * and all stay.  Returns how many are left.
 */
int leave_out_caught(struct plat_sample *s, int n, unsigned width);

#endif /* TSCAL_UNWRAP_H */
