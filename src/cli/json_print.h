/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* How every document of JSON reaches standard output. */
#ifndef TSCAL_CLI_JSON_PRINT_H
#define TSCAL_CLI_JSON_PRINT_H

#include <jansson.h>

/* Of numbers that are not whole: enough for 1 mHz of 20 GHz, and few enough
 * that 2596150000.123 comes out as that and not with the next binary digits
 * behind it. */
#define JSON_DIGITS 15

/* Prints root, which is NULL where memory ran out, as JSON_INDENT(2) or
 * JSON_COMPACT says, and drops it.  0, or EXIT_FAILED after a message. */
int json_print(json_t *root, size_t layout);

#endif /* TSCAL_CLI_JSON_PRINT_H */
