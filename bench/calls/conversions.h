/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Ticks into nanoseconds, one after the other and side by side. */
#ifndef TSCAL_BENCH_CONVERSIONS_H
#define TSCAL_BENCH_CONVERSIONS_H

#include "paired.h"

/* Each needs the one before. */
template <class Convert> void latency(benchmark::State &state, Convert convert)
{
	int64_t x = INT64_C(1) << 59;

	beside_rdtsc(state, [convert, &x]() mutable {
		x = convert(x);
		__asm__ __volatile__("" : "+r"(x));
	});
}

/* A block of conversions, none of which needs another. */
template <class Convert>
void throughput(benchmark::State &state, Convert convert)
{
	int64_t ticks = 123456789;

	beside_rdtsc<8>(state, [convert, &ticks]() mutable {
		__asm__ __volatile__("" : "+r"(ticks));
#pragma GCC unroll 8
		for (int k = 0; k < 8; k++) {
			int64_t y = convert(ticks + k);
			__asm__ __volatile__("" : : "r"(y));
		}
	});
}

/* Of tscal; and as it is written by hand. */
inline int64_t by_tscal(const tscal_conv &c, int64_t ticks)
{
	return tscal_ticks_to_ns(&c, ticks);
}

inline int64_t by_double(const tscal_conv &c, int64_t ticks)
{
	return static_cast<int64_t>(
		static_cast<double>(ticks) * (1e9 / c.tsc_hz));
}

inline int64_t by_division(const tscal_conv &c, int64_t ticks)
{
	return static_cast<int64_t>(static_cast<tscal_i128>(ticks) *
				    1000000000 /
				    static_cast<int64_t>(c.tsc_hz));
}

#endif /* TSCAL_BENCH_CONVERSIONS_H */
