/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* How every document of JSON is built, and reaches standard output. */
#ifndef TSCAL_CLI_JSON_H
#define TSCAL_CLI_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Jansson passes NULL on: where memory runs out the whole document fails, at
 * the one place where it is printed.  One document at a time.
 */
json_t *json_document(const char *schema);
void json_set(json_t *object, const char *key, json_t *value);
void json_append(json_t *array, json_t *value);

/* Printable; empty: null. */
json_t *json_text(const char *s);
json_t *json_integer_if(bool known, uint64_t n);
/* In whole thousandths; infinite: null. */
json_t *json_rounded(double x);

/* Prints root as JSON_INDENT(2) or JSON_COMPACT says, and drops it.  0, or
 * EXIT_FAILED after a message. */
int json_print(json_t *root, size_t layout);

#endif /* TSCAL_CLI_JSON_H */
