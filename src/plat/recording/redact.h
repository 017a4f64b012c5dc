/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What a recording that is published must not hold. */
#ifndef TSCAL_REDACT_H
#define TSCAL_REDACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Answers that identify a machine and nothing else. */
bool redact_cpuid(uint32_t leaf);
bool redact_msr(uint32_t msr);
bool redact_file(const char *path);

/*
 * The contents of a file, with words that may identify the machine removed in
 * place; returns the new length.
 */
size_t redact_contents(const char *path, char *text, size_t len);

#endif /* TSCAL_REDACT_H */
