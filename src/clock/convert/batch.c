/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Whole arrays: docs/converting.md has the reasons, `script/bench` the figures.
 */
#include "clock/convert/batch.h"

#include <immintrin.h>
#include <string.h>

/* Results beyond this are written past the caches: with the stamps they are
 * more than one core has of a last-level cache that several share. */
#define BEYOND_CACHE (((size_t)8 << 20) / sizeof(int64_t))
#define IN_LINE (64 / sizeof(int64_t))
/* Stamps are asked for so early.  Of 0.5, 1 and 2 KiB, 1 was the best by a
 * little on an AMD Milan. */
#define AHEAD (1024 / sizeof(int64_t))

/* What is stored cannot change a copy, so the compiler keeps it in registers.
 */
typedef const struct tscal_conv by_value;

/* By memcpy(), for any alignment: one instruction. */
static inline int64_t one(by_value c, const uint64_t *from)
{
	uint64_t tsc;

	memcpy(&tsc, from, sizeof(tsc));
	return tscal_tsc_to_ns(&c, tsc);
}

static void scalar(by_value c, const uint64_t *tsc, int64_t *ns, size_t n)
{
#pragma GCC unroll 4
	for (size_t i = 0; i < n; i++) {
		int64_t x = one(c, &tsc[i]);

		memcpy(&ns[i], &x, sizeof(x));
	}
}

#define AVX2 __attribute__((__target__("avx2")))

/*
 * Four at once.  No instruction multiplies 64 by 64 bits and keeps the upper
 * half, so it is made of four that multiply 32 by 32.  Of the ticks the 61 bits
 * count that tscal_ticks_to_ns() keeps, as a number of [-2^60, 2^60).  Two
 * times 2^60 more make it positive and below 2^62, so that no sign needs
 * mending and no sum of partial products overflows; what that adds to the
 * result, 2^61 * mult / 2^61, is whole, and is taken off with the epoch.
 */
struct four {
	__m256i add, mask, bias, mult_lo, mult_hi, ns;
};

AVX2 static inline struct four four_of(by_value c)
{
	const uint64_t half = UINT64_C(1) << 60;
	uint64_t mult = (uint64_t)c.mult;

	return (struct four){
		.add = _mm256_set1_epi64x((long long)(half - c.tsc_epoch)),
		.mask = _mm256_set1_epi64x((long long)(2 * half - 1)),
		.bias = _mm256_set1_epi64x((long long)half),
		.mult_lo = _mm256_set1_epi64x((long long)(mult & UINT32_MAX)),
		.mult_hi = _mm256_set1_epi64x((long long)(mult >> 32)),
		.ns = _mm256_set1_epi64x(
			(long long)((uint64_t)c.ns_epoch - mult)),
	};
}

AVX2 static inline __m256i convert_four(const struct four *f, __m256i tsc)
{
	__m256i y = _mm256_add_epi64(
		_mm256_and_si256(_mm256_add_epi64(tsc, f->add), f->mask),
		f->bias);
	__m256i y_hi = _mm256_srli_epi64(y, 32);
	__m256i lo = _mm256_mul_epu32(y, f->mult_lo);
	__m256i mid = _mm256_mul_epu32(y_hi, f->mult_lo);
	__m256i hi = _mm256_mul_epu32(y_hi, f->mult_hi);

	mid = _mm256_add_epi64(mid, _mm256_mul_epu32(y, f->mult_hi));
	mid = _mm256_add_epi64(mid, _mm256_srli_epi64(lo, 32));
	/* hi * 2^64 + mid * 2^32 + ..., over 2^61. */
	hi = _mm256_add_epi64(_mm256_slli_epi64(hi, 3), f->ns);
	return _mm256_add_epi64(hi, _mm256_srli_epi64(mid, 29));
}

AVX2 static inline __m256i load_four(const uint64_t *from)
{
	return _mm256_loadu_si256((const __m256i_u *)(const void *)from);
}

AVX2 static inline void store_four(int64_t *to, __m256i x)
{
	_mm256_storeu_si256((__m256i_u *)(void *)to, x);
}

AVX2 static void vector(by_value c, const uint64_t *tsc, int64_t *ns, size_t n)
{
	const struct four f = four_of(c);
	size_t i = 0;

	for (; n - i >= 4; i += 4)
		store_four(&ns[i], convert_four(&f, load_four(&tsc[i])));
	scalar(c, &tsc[i], &ns[i], n - i);
}

/* Whole cache lines, past the caches.  ns is aligned to one; returns how many.
 */
static size_t stream_scalar(
	by_value c, const uint64_t *tsc, int64_t *ns, size_t n)
{
	size_t i = 0;

	for (; n - i >= IN_LINE; i += IN_LINE) {
		/* It may lie beyond the array: prefetching never faults. */
		__builtin_prefetch(
			(const char *)&tsc[i] + AHEAD * sizeof(*tsc));
#pragma GCC unroll 8
		for (size_t j = i; j < i + IN_LINE; j++)
			_mm_stream_si64((long long *)&ns[j], one(c, &tsc[j]));
	}
	return i;
}

AVX2 static size_t stream_vector(
	by_value c, const uint64_t *tsc, int64_t *ns, size_t n)
{
	const struct four f = four_of(c);
	size_t i = 0;

	for (; n - i >= IN_LINE; i += IN_LINE) {
		__builtin_prefetch(
			(const char *)&tsc[i] + AHEAD * sizeof(*tsc));
#pragma GCC unroll 2
		for (size_t j = i; j < i + IN_LINE; j += 4)
			_mm256_stream_si256((__m256i *)(void *)&ns[j],
				convert_four(&f, load_four(&tsc[j])));
	}
	return i;
}

void batch_convert(const struct tscal_conv *conv, const uint64_t *tsc,
	int64_t *ns, size_t n, bool avx2)
{
	/* In place a line is in the cache when it is written, and lines that
	 * are not whole would be written twice. */
	bool past_cache = n >= BEYOND_CACHE &&
			  (const void *)ns != (const void *)tsc &&
			  (uintptr_t)ns % sizeof(*ns) == 0;
	size_t done = 0;

	if (!n)
		return;
	if (past_cache) {
		done = -(uintptr_t)ns % 64 / sizeof(*ns);
		scalar(*conv, tsc, ns, done);
		done += (avx2 ? stream_vector : stream_scalar)(
			*conv, tsc + done, ns + done, n - done);
		/* Streamed stores are not ordered with those that follow (Intel
		 * SDM vol. 1, 10.4.6.2). */
		_mm_sfence();
	}
	(avx2 ? vector : scalar)(*conv, tsc + done, ns + done, n - done);
}

void tscal_tsc_to_ns_n(const struct tscal_conv *conv, const uint64_t *tsc,
	int64_t *ns, size_t n)
{
	/* A bit of libgcc's, which it has set before any constructor of ours.
	 */
	batch_convert(conv, tsc, ns, n, __builtin_cpu_supports("avx2"));
}
