/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#ifndef TSCAL_NAMES_H
#define TSCAL_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* The name of the lowest bit in *set that has a name, names[bit]; clears that
 * bit and those below.  NULL if there is none. */
const char *names_next(uint32_t *set, const char *const *names, size_t n);

#endif /* TSCAL_NAMES_H */
