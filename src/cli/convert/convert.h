/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal convert: stamps in, time out, a block at a time. */
#ifndef TSCAL_CONVERT_H
#define TSCAL_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tscal/conv.h>

enum unit { UNIT_NS, UNIT_US, UNIT_MS, UNIT_S };

/* By what stamps are converted. */
struct conversion {
	struct tscal_conv conv;
	bool relative; /* the first stamp is 0 ns */
	bool signed_;  /* stamps may lie before the epoch */
	enum unit unit;
	bool begun;
};

/* The first stamp has been read: it is the epoch, if that was asked for. */
static inline void conversion_begin(struct conversion *c, uint64_t tsc)
{
	if (c->relative && !c->begun) {
		c->conv.tsc_epoch = tsc;
		c->conv.ns_epoch = 0;
	}
	c->begun = true;
}

/* Whether a converter converts it: less than 2^60 ticks from the epoch. */
static inline bool conversion_reaches(const struct conversion *c, uint64_t tsc)
{
	const uint64_t most = (UINT64_C(1) << 60) - 1;
	uint64_t ticks = tsc - c->conv.tsc_epoch;

	return c->signed_ ? ticks + most <= 2 * most : ticks <= most;
}

/* Where the output goes; false when it can no longer be written. */
struct sink {
	bool (*write)(struct sink *sink, const char *data, size_t n);
};

/* Read and written at once: small enough that a block is still in the
 * second-level cache when it is written; 128 KiB and 256 KiB took longer. */
#define CONVERT_BLOCK ((size_t)64 << 10)

/* Text of any length -------------------------------------------------- */

/* 2^64 - 1 has 20 digits; of what is longer the beginning is kept. */
#define STAMP_MAX 40
#define CONVERT_WHY 256

enum place {
	AT_START, /* of a line */
	BEFORE,	  /* the column */
	INSIDE,	  /* it */
	BEHIND,	  /* it, or in a comment */
};

/* One column of text, read in pieces that may end anywhere. */
struct convert_text {
	struct conversion *c;
	unsigned column;
	struct sink *sink;
	/* What is to be written.  The line that has begun is kept back, as far
	 * as there is room, so that one with a bad stamp is not begun. */
	char out[CONVERT_BLOCK];
	size_t n_out, line_start;

	uint64_t line; /* from 1 on */
	enum place place;
	bool fresh; /* nothing of this line has been read */
	bool in_field;
	uint64_t field;	 /* the last that has begun */
	uint64_t commas; /* since it ended */
	char stamp[STAMP_MAX];
	size_t n_stamp; /* all its characters, also those not kept */
	uint64_t tsc;	/* of its digits */
	bool bad;	/* it is no decimal number below 2^64 */

	/* What is wrong, "line 3: ..."; "": nothing, or the sink. */
	char why[CONVERT_WHY];
};

void convert_text_init(struct convert_text *t, struct conversion *c,
	unsigned column, struct sink *sink);
/* Both: false when it cannot go on, as `why` says; all lines before that one
 * have been written, unless the sink takes no more. */
bool convert_text_feed(struct convert_text *t, const char *data, size_t n);
bool convert_text_end(struct convert_text *t);

/* Text of a converted stamp: room for it, and its length. */
#define CONVERT_DIGITS 24
size_t convert_print(char out[CONVERT_DIGITS], int64_t ns, enum unit unit);

/* Numbers of 64 bits, in the byte order of x86 -------------------------- */

/*
 * Convert n stamps in place.  Returns how many of them can be converted: less
 * than n where the next one is 2^60 ticks or more from the epoch.
 */
size_t convert_u64(struct conversion *c, uint64_t *stamps, size_t n);

#endif /* TSCAL_CONVERT_H */
