/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Ticks into nanoseconds and back: one after the other, side by side, and whole
 * arrays beside memcpy(). */
#include <cstring>
#include <memory>

#include "paired.h"

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
	state.counters["ns"] = at(ns, 0.5);
	state.counters["ns_p10"] = at(ns, 0.1);
	state.counters["ns_p90"] = at(ns, 0.9);
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

static void convert_back_latency(benchmark::State &state)
{
	const tscal_conv c = machine::get().conv;

	latency(state, [c](int64_t x) { return tscal_ns_to_ticks(&c, x); });
}
PAIRED(convert_back_latency);

/* An array of so many KiB, converted and copied in turn; the ratio is of the
 * speeds, so that 1 is as fast as memcpy(). */
static void batch(benchmark::State &state, bool in_place)
{
	size_t n = static_cast<size_t>(state.range(0)) * 1024 / 8;
	/* So that short ones take microseconds. */
	size_t times = n < 100000 ? 100000 / n : 1;
	std::unique_ptr<uint64_t[]> from(new uint64_t[n]);
	std::unique_ptr<int64_t[]> to(new int64_t[n]);
	const tscal_conv c = machine::get().conv;
	std::vector<double> ns, copy_ns, ratio;

	for (size_t i = 0; i < n; i++)
		from[i] = i * 12345;
	std::memset(to.get(), 0, n * 8);
	for (auto _ : state) {
		uint64_t t0 = tscal_rdtsc_begin(), t1, t2;

		for (size_t i = 0; i < times; i++) {
			std::memcpy(to.get(), from.get(), n * 8);
			benchmark::ClobberMemory();
		}
		t1 = tscal_rdtsc_begin();
		for (size_t i = 0; i < times; i++) {
			tscal_tsc_to_ns_n(&c, from.get(),
				in_place ? reinterpret_cast<int64_t *>(
						   from.get())
					 : to.get(),
				n);
			benchmark::ClobberMemory();
		}
		t2 = tscal_rdtsc_begin();
		copy_ns.push_back(machine::get().ns(t1 - t0) /
				  static_cast<double>(n * times));
		ns.push_back(machine::get().ns(t2 - t1) /
			     static_cast<double>(n * times));
		ratio.push_back(copy_ns.back() / ns.back());
		state.SetIterationTime(machine::get().ns(t2 - t1) * 1e-9);
	}
	state.counters["ns"] = at(ns, 0.5);
	state.counters["ns_p10"] = at(ns, 0.1);
	state.counters["ns_p90"] = at(ns, 0.9);
	state.counters["base_ns"] = at(copy_ns, 0.5);
	state.counters["ratio"] = at(ratio, 0.5);
	state.counters["ratio_p10"] = at(ratio, 0.1);
	state.counters["ratio_p90"] = at(ratio, 0.9);
}

static void batch_beside_memcpy(benchmark::State &state)
{
	batch(state, false);
}
static void batch_in_place(benchmark::State &state)
{
	batch(state, true);
}

/* In the first-level cache, the second, and beyond all of them. */
constexpr int64_t small_kib = 16, middle_kib = 512;
#ifndef TSCAL_BENCH_LARGE_KIB
#define TSCAL_BENCH_LARGE_KIB (512 << 10)
#endif

BENCHMARK(batch_beside_memcpy)
	->Arg(small_kib)
	->Arg(middle_kib)
	->UseManualTime()
	->Iterations(500);
BENCHMARK(batch_beside_memcpy)
	->Arg(TSCAL_BENCH_LARGE_KIB)
	->UseManualTime()
	->Iterations(21);
BENCHMARK(batch_in_place)
	->Arg(small_kib)
	->Arg(TSCAL_BENCH_LARGE_KIB)
	->UseManualTime()
	->Iterations(21);
