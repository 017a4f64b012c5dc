/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Who and where this process is.  Not asked of a platform: a recording and a
 * simulation run in this process too. */
#ifndef TSCAL_SELF_H
#define TSCAL_SELF_H

#include <stdint.h>

/* getpid(2). */
uint32_t self_pid(void);

#endif /* TSCAL_SELF_H */
