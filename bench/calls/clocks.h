/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A clock of this machine, to be read by benchmarks. */
#ifndef TSCAL_BENCH_CLOCKS_H
#define TSCAL_BENCH_CLOCKS_H

#include "paired.h"

/* A clock of this machine; prints if it runs on clock_gettime(). */
class running
{
      public:
	tscal_clock clk{};

	running(uint32_t interval_ms, bool thread)
	{
		tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;

		opts.interval_ms = interval_ms;
		if (tscal_clock_init(&clk, CLOCK_MONOTONIC, &opts, nullptr) !=
			TSCAL_CLOCK_ON_TSC)
			why_ = tscal_clock_why(&clk);
		else if (thread)
			tscal_clock_thread_start(&clk, nullptr);
	}
	~running()
	{
		tscal_clock_fini(&clk);
	}
	running(const running &) = delete;
	running &operator=(const running &) = delete;

	void report(benchmark::State &state) const
	{
		if (why_)
			state.SkipWithError(why_);
	}

      private:
	const char *why_ = nullptr;
};

template <class Call>
void of_clock(
	benchmark::State &state, uint32_t interval_ms, bool thread, Call call)
{
	running r(interval_ms, thread);

	r.report(state);
	tscal_clock *clk = &r.clk;

	paired(
		state, [] { benchmark::DoNotOptimize(tscal_rdtsc()); },
		[call, clk] { call(clk); },
		[thread, clk] {
			if (!thread)
				tscal_clock_update(clk);
		});
}

inline __attribute__((always_inline)) void read_now(const tscal_clock *clk)
{
	benchmark::DoNotOptimize(tscal_now(clk));
}

#endif /* TSCAL_BENCH_CLOCKS_H */
