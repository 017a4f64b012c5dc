/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Two things in turn, many times: a disturbance affects both, and the ratio is
 * of neighbours.  The counters are medians.
 */
#ifndef TSCAL_BENCH_PAIRED_H
#define TSCAL_BENCH_PAIRED_H

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <tscal/tscal.h>

/* Calls in a block: some microseconds, between two interrupts. */
constexpr int block = 500;

inline double at(std::vector<double> v, double where)
{
	std::sort(v.begin(), v.end());
	return v[static_cast<size_t>(
		where * static_cast<double>(v.size() - 1))];
}

/* The median, and what 8 of 10 lie within; of several threads, their mean. */
inline void count(
	benchmark::State &state, const std::string &name, std::vector<double> v)
{
	constexpr auto mean = benchmark::Counter::kAvgThreads;

	if (v.empty())
		return;
	state.counters[name] = benchmark::Counter(at(v, 0.5), mean);
	state.counters[name + "_p10"] = benchmark::Counter(at(v, 0.1), mean);
	state.counters[name + "_p90"] = benchmark::Counter(at(v, 0.9), mean);
}

/* This machine, calibrated once; the benchmarks do not run without a rate. */
struct machine {
	tscal_info info{};
	tscal_conv conv{};
	machine()
	{
		tscal_calibrate(nullptr, &info);
		tscal_conv_init(&conv, info.hz, tscal_rdtsc(), 0);
	}
	double ns(uint64_t ticks) const
	{
		return static_cast<double>(ticks) / info.hz * 1e9;
	}
	static const machine &get()
	{
		static const machine m;
		return m;
	}
};

template <class Call> uint64_t ticks_of(Call call)
{
	uint64_t begin = tscal_rdtsc_begin();

	for (int i = 0; i < block; i++)
		call();
	return tscal_rdtsc_begin() - begin;
}

/* between() is not timed; subject() does `each` of what is measured. */
template <int each = 1, class Base, class Subject, class Between>
void paired(
	benchmark::State &state, Base base, Subject subject, Between between)
{
	const machine &m = machine::get();
	std::vector<double> ns, ratio;

	for (auto _ : state) {
		double b = m.ns(ticks_of(base)) / block;
		double s = m.ns(ticks_of(subject)) / block / each;

		ns.push_back(s);
		ratio.push_back(s / b);
		state.SetIterationTime(s * 1e-9 * block * each);
		between();
	}
	count(state, "ns", ns);
	count(state, "ratio", ratio);
}

template <int each = 1, class Subject>
void beside_rdtsc(benchmark::State &state, Subject subject)
{
	paired<each>(
		state, [] { benchmark::DoNotOptimize(tscal_rdtsc()); }, subject,
		[] {});
}

/* A benchmark of that many rounds. */
#define PAIRED(name) BENCHMARK(name)->UseManualTime()->Iterations(3000)

#endif /* TSCAL_BENCH_PAIRED_H */
