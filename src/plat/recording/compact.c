/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/recording/recording.h"

#include <errno.h>
#include <string.h>

/* Fewer equal leaves in a row than this are clearer as lines of their own. */
#define RECORD_RUN 4

static bool same_leaf_answer(
	const struct rec_entry *a, const struct rec_entry *b)
{
	return b && b->key.kind == REC_CPUID &&
	       (uint32_t)a->key.id == (uint32_t)b->key.id &&
	       a->answer.rc == b->answer.rc &&
	       a->answer.size == b->answer.size &&
	       !memcmp(a->answer.data, b->answer.data, a->answer.size);
}

/* How many entries from e on are leaves at one distance with one answer. */
static size_t run_of(const struct rec_entry *e, struct rec_key *range)
{
	uint64_t leaf = e->key.id >> 32, step = 0;
	size_t n = 1;

	for (; same_leaf_answer(e, e->next); e = e->next, n++) {
		uint64_t next = e->next->key.id >> 32;

		if (next <= leaf || (step && next - leaf != step))
			break;
		step = next - leaf;
		leaf = next;
	}
	range->last = (uint32_t)leaf;
	range->step = (uint32_t)step;
	return n;
}

struct recording *rec_compact(const struct recording *rec, int *rc)
{
	struct recording *out = rec_new();
	const struct rec_entry *e = rec_first(rec);

	if (!out)
		*rc = -ENOMEM;
	while (e && !*rc) {
		struct rec_key range = e->key;
		size_t n = e->key.kind == REC_CPUID ? run_of(e, &range) : 1;

		/* A range that overlaps another is kept as lines. */
		if (n < RECORD_RUN || rec_add(out, &range, &e->answer)) {
			*rc = rec_add(out, &e->key, &e->answer);
			n = 1;
		}
		while (n--)
			e = e->next;
	}
	return out;
}
