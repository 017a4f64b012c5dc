/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/recording/keyed_hash.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/auxv.h>

static const uint64_t words[] = {1, 2, 3, 4};

/* The first of the outputs of SipHash-1-3 for the key 00 01 .. 0f, of an empty
 * message; the one that Rust's tests of it have too
 * (library/coretests/tests/hash/sip.rs). */
Test(keyed_hash, is_siphash_1_3)
{
	static const uint64_t key[2] = {
		UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};

	cr_expect(eq(u64, keyed_hash_with(key, NULL, 0, ""),
		UINT64_C(0xabac0158050fc4dc)));
	cr_expect(eq(u64, keyed_hash_with(key, NULL, 0, NULL),
		UINT64_C(0xabac0158050fc4dc)));
}

/* A word is the same message as its 8 bytes (none of which is 0). */
Test(keyed_hash, takes_words_and_text_as_one_message)
{
	static const uint64_t key[2] = {1, 2};
	static const char text[] = "12345678abc";
	uint64_t word;

	memcpy(&word, text, sizeof(word));
	cr_expect(eq(u64, keyed_hash_with(key, &word, 1, text + 8),
		keyed_hash_with(key, NULL, 0, text)));
}

Test(keyed_hash, depends_on_both_halves_of_the_key_and_on_the_message)
{
	static const uint64_t keys[][2] = {{0, 0}, {1, 0}, {0, 1}, {1, 1}};

	for (size_t i = 0; i < 4; i++) {
		uint64_t h = keyed_hash_with(keys[i], words, 4, "path");

		for (size_t k = 0; k < i; k++)
			cr_expect(ne(u64, h,
				keyed_hash_with(keys[k], words, 4, "path")));
		cr_expect(
			ne(u64, h, keyed_hash_with(keys[i], words, 4, "patH")));
		cr_expect(
			ne(u64, h, keyed_hash_with(keys[i], words, 3, "path")));
	}
}

/* Who writes a recording must not know the key: it is this process's. */
Test(keyed_hash, has_the_random_key_that_the_kernel_gave_the_process)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	const void *random = (const void *)(uintptr_t)getauxval(AT_RANDOM);
	static const uint64_t zero[2];
	uint64_t key[2];

	cr_assert(ne(ptr, (void *)random, NULL));
	memcpy(key, random, sizeof(key));
	cr_expect(eq(u64, keyed_hash(words, 4, "path"),
		keyed_hash_with(key, words, 4, "path")));
	cr_expect(ne(u64, keyed_hash(words, 4, "path"),
		keyed_hash_with(zero, words, 4, "path")));
}
