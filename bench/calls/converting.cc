/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Reading the TSC; ticks into nanoseconds and back, one after the other and
 * side by side; and whole arrays compared with memcpy(). */
#include <cstring>

#include "arrays.h"
#include "conversions.h"

extern "C" {
#include "clock/convert/batch.h"
}

/* Reads ------------------------------------------------------------------- */

#define READ(name, expression)                                                 \
	static void read_##name(benchmark::State &state)                       \
	{                                                                      \
		const tscal_conv c = machine::get().conv;                      \
		(void)c;                                                       \
		beside_rdtsc(state,                                            \
			[&c] { benchmark::DoNotOptimize(expression); });       \
	}                                                                      \
	PAIRED(read_##name)

static uint64_t rdtscp()
{
	uint32_t aux;

	return tscal_rdtscp(&aux);
}

READ(rdtsc, tscal_rdtsc());
READ(rdtsc_ordered, tscal_rdtsc_ordered());
READ(rdtscp, rdtscp());
READ(rdtsc_begin, tscal_rdtsc_begin());
READ(rdtsc_end, tscal_rdtsc_end());
READ(rdtsc_converted, tscal_tsc_to_ns(&c, tscal_rdtsc()));

/* Conversions -------------------------------------------------------------
 */

#define CONVERT(kind, name)                                                    \
	static void convert_##kind##_##name(benchmark::State &state)           \
	{                                                                      \
		const tscal_conv c = machine::get().conv;                      \
		kind(state, [c](int64_t x) { return by_##name(c, x); });       \
	}                                                                      \
	PAIRED(convert_##kind##_##name)

CONVERT(latency, tscal);
CONVERT(latency, double);
CONVERT(latency, division);
CONVERT(throughput, tscal);
CONVERT(throughput, double);
CONVERT(throughput, division);

/* The multiplication alone: no conversion can take less. */
static int64_t by_imul(const tscal_conv &c, int64_t ticks)
{
	int64_t high;

	__asm__ __volatile__("imulq %2"
			     : "=d"(high), "+a"(ticks)
			     : "r"(c.mult)
			     : "cc");
	return high;
}
CONVERT(throughput, imul);

static void convert_back_latency(benchmark::State &state)
{
	const tscal_conv c = machine::get().conv;

	latency(state, [c](int64_t x) { return tscal_ns_to_ticks(&c, x); });
}
PAIRED(convert_back_latency);

/* Arrays ------------------------------------------------------------------
 */

static void batch_beside_memcpy(benchmark::State &state)
{
	const tscal_conv c = machine::get().conv;
	stamps s(state.range(0));

	arrays(
		state, s.n,
		[&] { std::memcpy(s.to.get(), s.from.get(), s.n * 8); },
		[&] { tscal_tsc_to_ns_n(&c, s.from.get(), s.to.get(), s.n); });
}

static void batch_in_place_beside_memcpy(benchmark::State &state)
{
	const tscal_conv c = machine::get().conv;
	stamps s(state.range(0));
	auto *same = reinterpret_cast<int64_t *>(s.from.get());

	arrays(
		state, s.n,
		[&] { std::memcpy(s.to.get(), s.from.get(), s.n * 8); },
		[&] { tscal_tsc_to_ns_n(&c, s.from.get(), same, s.n); });
}

/* The gain by vector instructions: 1 is none. */
static void batch_avx2_beside_plain(benchmark::State &state)
{
	const tscal_conv c = machine::get().conv;
	stamps s(state.range(0));

	if (!__builtin_cpu_supports("avx2")) {
		state.SkipWithError("this CPU has no AVX2");
		return;
	}
	arrays(
		state, s.n,
		[&] {
			batch_convert(&c, s.from.get(), s.to.get(), s.n, false);
		},
		[&] {
			batch_convert(&c, s.from.get(), s.to.get(), s.n, true);
		});
}

/* In the first-level cache, the second, the last, and beyond all of them. */
constexpr int64_t small_kib = 16, middle_kib = 512, llc_kib = 8192;
#ifndef TSCAL_BENCH_LARGE_KIB
#define TSCAL_BENCH_LARGE_KIB (512 << 10)
#endif

#define ARRAYS(name)                                                           \
	BENCHMARK(name)                                                        \
		->Arg(small_kib)                                               \
		->Arg(middle_kib)                                              \
		->UseManualTime()                                              \
		->Iterations(500);                                             \
	BENCHMARK(name)->Arg(llc_kib)->UseManualTime()->Iterations(101);       \
	BENCHMARK(name)                                                        \
		->Arg(TSCAL_BENCH_LARGE_KIB)                                   \
		->UseManualTime()                                              \
		->Iterations(21)

ARRAYS(batch_beside_memcpy);
ARRAYS(batch_in_place_beside_memcpy);
ARRAYS(batch_avx2_beside_plain);

BENCHMARK_MAIN();
