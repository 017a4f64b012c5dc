/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* System calls that a signal interrupts. */
#ifndef TSCAL_INTERRUPTED_H
#define TSCAL_INTERRUPTED_H

#include <errno.h>
#include <stdbool.h>

#define INTERRUPTED_MOST 1000

/* Whether to make a call that failed again.  Not for ever: a seccomp filter may
 * answer EINTR each time.  times: 0 at first. */
static inline bool interrupted(unsigned *times)
{
	return errno == EINTR && ++*times <= INTERRUPTED_MOST;
}

#endif /* TSCAL_INTERRUPTED_H */
