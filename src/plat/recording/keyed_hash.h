/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A hash whose collisions cannot be made in advance: who writes a recording
 * does not know the key, which is another one in each process.
 */
#ifndef TSCAL_KEYED_HASH_H
#define TSCAL_KEYED_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Of n words, then of the bytes of text, which may be NULL. */
uint64_t keyed_hash(const uint64_t *words, size_t n, const char *text);
/* The same with a key of the caller's. */
uint64_t keyed_hash_with(const uint64_t key[2], const uint64_t *words, size_t n,
	const char *text);

#endif /* TSCAL_KEYED_HASH_H */
