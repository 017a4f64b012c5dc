/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Numbers as people read them. */
#ifndef TSCAL_CLI_FORMAT_H
#define TSCAL_CLI_FORMAT_H

#include <stddef.h>

/* How far lo and hi lie from hz, the farther one, in ppm of hz. */
double bound_ppm(double hz, double lo, double hi);
/* Whole Hz say enough where the bounds are a Hz apart, or more. */
void format_hz(char *out, size_t size, double hz, double lo, double hi);
/* A bound in ppm: two digits, rounded up; "any" if there is none. */
void format_bound(char *out, size_t size, double ppm);
/* "+12.3" ppm from from; "+1.9 %" when it is far. */
void format_distance(char *out, size_t size, double hz, double from);

#endif /* TSCAL_CLI_FORMAT_H */
