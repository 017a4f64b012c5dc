/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal sync as a person reads it. */
#ifdef TSCAL_HAVE_PROBE
#include "cli/sync/sync.h"
#include "cli/term.h"

static const enum style styles[] = {
	[TSCAL_SYNC_UNKNOWN] = STYLE_FAIR,
	[TSCAL_SYNC_SYNCHRONISED] = STYLE_GOOD,
	[TSCAL_SYNC_SKEWED] = STYLE_BAD,
};

void text_sync(const struct tscal_sync_result *result)
{
	const struct tscal_sync_info *info = tscal_sync_info(result);
	const struct tscal_sync_pair *p;
	struct term t;

	term_init(&t, stdout);
	term_label(&t, "sync");
	term_put(&t, styles[info->verdict], "%s",
		tscal_sync_verdict_str(info->verdict));
	term_wrap(&t, TERM_TEXT, STYLE_PLAIN, ": %s", info->sentence);
	term_end(&t);
	for (size_t i = 0; (p = tscal_sync_pair(result, i)) != NULL; i++)
		term_row(&t, i ? "" : "pairs", STYLE_PLAIN,
			"%d - %d  %.0f to %.0f ns", (int)p->a, (int)p->b,
			p->offset_lo_ns, p->offset_hi_ns);
}

#endif
