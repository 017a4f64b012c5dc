/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The identity of a page, for processes that did not set it up: its version,
 * the boot and time namespace in which its values have a meaning, and which
 * clock writes it. */
#ifndef TSCAL_PAGE_IDENTITY_H
#define TSCAL_PAGE_IDENTITY_H

#include <tscal/clock.h>

#include "plat/plat.h"

/* Where a page may be.  0 or -EINVAL. */
int page_place_check(const void *page, size_t size);

/*
 * Begin a page, or take over the one that is there: its next generation, with
 * no segment valid, and its history kept.  0, and what its owner is; -EEXIST if
 * it is there for another clock, or another time namespace: processes that
 * attached it would read another clock than they asked for; -EPROTO if it is
 * there for another version of tscal; -ENODATA if it is there, and the boot id
 * cannot be read.
 */
int page_take_over(struct tscal_platform *plat, struct tscal_clock_page *page,
	int clock_id, uint64_t tsc, uint32_t *owner);

/* Whether this process may read that clock there.  0, or what
 * tscal_clock_attach() returns. */
int page_identity_check(struct tscal_platform *plat,
	const struct tscal_clock_page *page, int clock_id);

#endif /* TSCAL_PAGE_IDENTITY_H */
