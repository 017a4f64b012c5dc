/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Readings of a page that another process writes, where no segment is valid.
 *
 * A reader of its own page closes it before it answers by clock_gettime(), so
 * that no segment goes on below the answer.  A reader that cannot write
 * remembers the latch of its answer.  If another segment is published since,
 * readings may step back: the generation, of which each process adds its own
 * part, changes before anybody can ask for it again.
 */
#ifndef TSCAL_ATTACHED_ANSWER_H
#define TSCAL_ATTACHED_ANSWER_H

#include "clock/state.h"

/* As page_answer(). */
enum page_answer attached_answer(struct clock_state *st,
	const struct tscal_clock_page *page, uint64_t latch, uint64_t tsc,
	int64_t *ns, struct tscal_segment *seg);

/* The generation of an attached page. */
uint32_t attached_generation(
	struct clock_state *st, const struct tscal_clock_page *page);

#endif /* TSCAL_ATTACHED_ANSWER_H */
