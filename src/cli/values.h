/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The arguments of options: each is taken, or refused with a message. */
#ifndef TSCAL_VALUES_H
#define TSCAL_VALUES_H

#include "cli/cli.h"

/* A decimal number from min to max, and nothing else. */
bool take_number(const char *option, const char *word, unsigned min,
	unsigned max, uint32_t *out);
bool take_require(const char *word, enum tscal_rate *require);
bool take_probe(const char *word, enum probe_level *probe);
bool take_only(const char *list, uint64_t *only);
bool take_ppm(const char *word, double *ppm);
bool take_duration(const char *word, double *seconds);
bool take_hz(const char *word, double *hz);
bool take_format(const char *word, bool *u64);
bool take_unit(const char *word, enum unit *unit);
bool take_clock(const char *word, int *clock_id);

#endif /* TSCAL_VALUES_H */
