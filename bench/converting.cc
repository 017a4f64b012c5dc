/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Reading the TSC; ticks into nanoseconds and back, one after the other and
 * side by side; and whole arrays beside memcpy(). */
#include <cstdlib>
#include <cstring>
#include <memory>

#include "paired.h"

extern "C" {
#include "clock/batch.h"
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

/* Conversions ---------------------------------------------------------------
 */

/* Each needs the one before. */
template <class Convert>
static void latency(benchmark::State &state, Convert convert)
{
	int64_t x = INT64_C(1) << 59;

	beside_rdtsc(state, [convert, &x] {
		x = convert(x);
		__asm__ __volatile__("" : "+r"(x));
	});
}

/* A block of conversions, none of which needs another. */
template <class Convert>
static void throughput(benchmark::State &state, Convert convert)
{
	const machine &m = machine::get();
	std::vector<double> ns;
	int64_t ticks = 123456789;

	for (auto _ : state) {
		uint64_t begin = tscal_rdtsc_begin();

		for (int i = 0; i < block; i++) {
			__asm__ __volatile__("" : "+r"(ticks));
#pragma GCC unroll 8
			for (int k = 0; k < 8; k++) {
				int64_t y = convert(ticks + k);
				__asm__ __volatile__("" : : "r"(y));
			}
		}
		ns.push_back(m.ns(tscal_rdtsc_begin() - begin) / block / 8);
		state.SetIterationTime(ns.back() * 1e-9 * block * 8);
	}
	count(state, "ns", ns);
}

/* Of tscal; and as it is written by hand. */
static int64_t by_tscal(const tscal_conv &c, int64_t ticks)
{
	return tscal_ticks_to_ns(&c, ticks);
}

static int64_t by_double(const tscal_conv &c, int64_t ticks)
{
	return static_cast<int64_t>(
		static_cast<double>(ticks) * (1e9 / c.tsc_hz));
}

static int64_t by_division(const tscal_conv &c, int64_t ticks)
{
	return static_cast<int64_t>(static_cast<tscal_i128>(ticks) *
				    1000000000 /
				    static_cast<int64_t>(c.tsc_hz));
}

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

/* The multiplication alone: what the CPU leaves to reach. */
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

/* Arrays --------------------------------------------------------------------
 */

/* Two ways to fill an array, in turn; ratio: of their speeds, 1 is as fast. */
template <class Base, class Subject>
static void arrays(
	benchmark::State &state, size_t n, Base base, Subject subject)
{
	/* So that short ones take microseconds. */
	size_t times = n < 100000 ? 100000 / n : 1;
	std::vector<double> ns, ratio;
	double each = static_cast<double>(n * times);

	for (auto _ : state) {
		uint64_t t0 = tscal_rdtsc_begin(), t1, t2;

		for (size_t i = 0; i < times; i++) {
			base();
			benchmark::ClobberMemory();
		}
		t1 = tscal_rdtsc_begin();
		for (size_t i = 0; i < times; i++) {
			subject();
			benchmark::ClobberMemory();
		}
		t2 = tscal_rdtsc_begin();
		ns.push_back(machine::get().ns(t2 - t1) / each);
		ratio.push_back(static_cast<double>(t1 - t0) /
				static_cast<double>(t2 - t1));
		state.SetIterationTime(machine::get().ns(t2 - t1) * 1e-9);
	}
	count(state, "ns", ns);
	count(state, "ratio", ratio);
}

/* Stamps, and room for what they become. */
struct stamps {
	size_t n;
	/* To pages, as large arrays are: else memcpy() of small ones takes what
	 * their addresses decide. */
	std::unique_ptr<uint64_t[], decltype(&std::free)> from;
	std::unique_ptr<int64_t[], decltype(&std::free)> to;
	explicit stamps(int64_t kib)
	    : n(static_cast<size_t>(kib) * 1024 / 8),
	      from(static_cast<uint64_t *>(std::aligned_alloc(4096, n * 8)),
		      std::free),
	      to(static_cast<int64_t *>(std::aligned_alloc(4096, n * 8)),
		      std::free)
	{
		for (size_t i = 0; i < n; i++)
			from.get()[i] = i * 12345;
		std::memset(to.get(), 0, n * 8);
	}
};

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

/* What the vector instructions are worth: 1 is nothing. */
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
