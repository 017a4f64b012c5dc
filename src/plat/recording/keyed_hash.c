/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * SipHash-1-3: Aumasson and Bernstein, "SipHash: a fast short-input PRF"
 * (2012), with 1 round for each word and 3 at the end.  The result never leaves
 * the process, so that no more rounds are needed.
 */
#include "plat/recording/keyed_hash.h"

#include <string.h>
#include <sys/auxv.h>

struct state {
	uint64_t a, b, c, d;
};

static inline uint64_t rotated(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void mix(struct state *s)
{
	s->a += s->b;
	s->c += s->d;
	s->b = rotated(s->b, 13) ^ s->a;
	s->d = rotated(s->d, 16) ^ s->c;
	s->a = rotated(s->a, 32);
	s->c += s->b;
	s->a += s->d;
	s->b = rotated(s->b, 17) ^ s->c;
	s->d = rotated(s->d, 21) ^ s->a;
	s->c = rotated(s->c, 32);
}

static inline void take(struct state *s, uint64_t word)
{
	s->d ^= word;
	mix(s);
	s->a ^= word;
}

uint64_t keyed_hash_with(const uint64_t key[2], const uint64_t *words, size_t n,
	const char *text)
{
	size_t len = text ? strlen(text) : 0, bytes = n * 8 + len;
	struct state s = {
		key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573),
	};

	for (size_t i = 0; i < n; i++)
		take(&s, words[i]);
	for (; len >= 8; len -= 8, text += 8) {
		uint64_t word;

		memcpy(&word, text, 8);
		take(&s, word);
	}
	/* The last word: what is left, and the length in the top byte. */
	{
		uint64_t word = 0;

		if (len)
			memcpy(&word, text, len);
		take(&s, word | (uint64_t)bytes << 56);
	}
	s.c ^= 0xff;
	mix(&s);
	mix(&s);
	mix(&s);
	return s.a ^ s.b ^ s.c ^ s.d;
}

uint64_t keyed_hash(const uint64_t *words, size_t n, const char *text)
{
	uint64_t key[2] = {0, 0};
	/* 16 random bytes that the kernel gives each program: no system call,
	 * which a filter might refuse (getauxval(3)). */
	const void *random = (const void *)(uintptr_t)getauxval(
		AT_RANDOM); /* NOLINT */

	if (random)
		memcpy(key, random, sizeof(key));
	return keyed_hash_with(key, words, n, text);
}
