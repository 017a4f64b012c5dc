/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal convert: stamps in, nanoseconds out. */
#ifndef TSCAL_CLI_CONVERT_H
#define TSCAL_CLI_CONVERT_H

#include "cli/cli.h"

struct conversion {
	const struct convert_options *opts;
	struct tscal_conv conv;
	FILE *in;
	const char *name; /* of in, for messages */
	bool begun;	  /* with --relative the first stamp is the epoch */
};

/* The epoch of what follows, if this is the first stamp. */
static inline void conversion_begin(struct conversion *c, uint64_t tsc)
{
	if (c->opts->relative && !c->begun)
		c->conv.tsc_epoch = tsc;
	c->begun = true;
}

/* Whether a converter converts it: up to 2^60 ticks from the epoch, and before
 * it only where there is one. */
static inline bool conversion_reaches(const struct conversion *c, uint64_t tsc)
{
	if (!c->opts->relative && !c->opts->conv)
		return tsc < UINT64_C(1) << 60;
	return tsc - c->conv.tsc_epoch + (UINT64_C(1) << 60) < UINT64_C(1)
								       << 61;
}

/* Both return 0, or EXIT_FAILED after a message. */
int convert_text(struct conversion *c);
int convert_u64(struct conversion *c);

#endif /* TSCAL_CLI_CONVERT_H */
