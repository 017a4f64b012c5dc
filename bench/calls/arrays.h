/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Whole arrays of stamps. */
#ifndef TSCAL_BENCH_ARRAYS_H
#define TSCAL_BENCH_ARRAYS_H

#include <cstdlib>
#include <cstring>
#include <memory>

#include "paired.h"

/* Two ways to fill an array, in turn; ratio: of their speeds, 1 is as fast. */
template <class Base, class Subject>
void arrays(benchmark::State &state, size_t n, Base base, Subject subject)
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

#endif /* TSCAL_BENCH_ARRAYS_H */
