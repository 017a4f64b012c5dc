/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Reading the TSC, and clocks on it, beside a bare RDTSC. */
#include "paired.h"

static void rdtsc(benchmark::State &state)
{
	beside_rdtsc(state, [] { benchmark::DoNotOptimize(tscal_rdtsc()); });
}
PAIRED(rdtsc);

static void rdtsc_ordered(benchmark::State &state)
{
	beside_rdtsc(
		state, [] { benchmark::DoNotOptimize(tscal_rdtsc_ordered()); });
}
PAIRED(rdtsc_ordered);

static void rdtscp(benchmark::State &state)
{
	beside_rdtsc(state, [] {
		uint32_t aux;
		benchmark::DoNotOptimize(tscal_rdtscp(&aux));
	});
}
PAIRED(rdtscp);

static void rdtsc_begin_end(benchmark::State &state)
{
	beside_rdtsc(state, [] {
		uint64_t begin = tscal_rdtsc_begin();
		benchmark::DoNotOptimize(tscal_rdtsc_end() - begin);
	});
}
PAIRED(rdtsc_begin_end);

static void conv_now(benchmark::State &state)
{
	const tscal_conv conv = machine::get().conv;

	beside_rdtsc(state, [&conv] {
		benchmark::DoNotOptimize(tscal_tsc_to_ns(&conv, tscal_rdtsc()));
	});
}
PAIRED(conv_now);

/* A clock of this machine, which may run on clock_gettime(): then it says so.
 */
class running
{
      public:
	tscal_clock clk{};

	running(benchmark::State &state, uint32_t interval_ms, bool thread)
	{
		tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;

		opts.interval_ms = interval_ms;
		if (tscal_clock_init(&clk, CLOCK_MONOTONIC, &opts, nullptr) !=
			TSCAL_CLOCK_ON_TSC)
			state.SkipWithError(tscal_clock_why(&clk));
		else if (thread)
			tscal_clock_thread_start(&clk, nullptr);
	}
	~running()
	{
		tscal_clock_fini(&clk);
	}
	running(const running &) = delete;
	running &operator=(const running &) = delete;
};

template <class Call>
static void of_clock(
	benchmark::State &state, uint32_t interval_ms, bool thread, Call call)
{
	running r(state, interval_ms, thread);
	tscal_clock *clk = &r.clk;

	paired(
		state, [] { benchmark::DoNotOptimize(tscal_rdtsc()); },
		[call, clk] { call(clk); },
		[thread, clk] {
			if (!thread)
				tscal_clock_update(clk);
		});
}

static inline __attribute__((always_inline)) void read_now(
	const tscal_clock *clk)
{
	benchmark::DoNotOptimize(tscal_now(clk));
}

static void now(benchmark::State &state)
{
	of_clock(state, 100, false, [](tscal_clock *c) { read_now(c); });
}
PAIRED(now);

static void now_beside_updater(benchmark::State &state)
{
	of_clock(state, 100, true, [](tscal_clock *c) { read_now(c); });
}
PAIRED(now_beside_updater);

/* Ten times as often as by default. */
static void now_beside_busy_updater(benchmark::State &state)
{
	of_clock(state, 10, true, [](tscal_clock *c) { read_now(c); });
}
PAIRED(now_beside_busy_updater);

static void now_ordered(benchmark::State &state)
{
	of_clock(state, 100, true, [](tscal_clock *c) {
		benchmark::DoNotOptimize(tscal_now_ordered(c));
	});
}
PAIRED(now_ordered);

static void stamp(benchmark::State &state)
{
	of_clock(state, 100, true, [](tscal_clock *c) {
		int64_t ns;

		tscal_clock_stamp(c, tscal_rdtsc(), &ns, nullptr);
		benchmark::DoNotOptimize(ns);
	});
}
PAIRED(stamp);

static void interval(benchmark::State &state)
{
	of_clock(state, 100, true, [](tscal_clock *c) {
		tscal_interval i;

		tscal_clock_interval(c, &i);
		benchmark::DoNotOptimize(i);
	});
}
PAIRED(interval);

/* One call of tscal_clock_update() in place of 500 others. */
static void update(benchmark::State &state)
{
	running r(state, 100, false);
	std::vector<double> ns;

	for (auto _ : state) {
		uint64_t begin = tscal_rdtsc_begin();

		tscal_clock_update(&r.clk);
		ns.push_back(machine::get().ns(tscal_rdtsc_begin() - begin));
		state.SetIterationTime(ns.back() * 1e-9);
	}
	state.counters["ns"] = at(ns, 0.5);
	state.counters["ns_p10"] = at(ns, 0.1);
	state.counters["ns_p90"] = at(ns, 0.9);
}
PAIRED(update);

/* Setting one up: 10 ms of it are the window of the calibration. */
static void clock_init(benchmark::State &state)
{
	std::vector<double> ns;

	for (auto _ : state) {
		static tscal_clock clk;
		uint64_t begin = tscal_rdtsc_begin();

		tscal_clock_init(&clk, CLOCK_MONOTONIC, nullptr, nullptr);
		ns.push_back(machine::get().ns(tscal_rdtsc_begin() - begin));
		state.SetIterationTime(ns.back() * 1e-9);
		tscal_clock_fini(&clk);
	}
	state.counters["ns"] = at(ns, 0.5);
	state.counters["ns_p10"] = at(ns, 0.1);
	state.counters["ns_p90"] = at(ns, 0.9);
}
BENCHMARK(clock_init)->UseManualTime()->Iterations(50);

/* Readers on all CPUs while somebody updates as fast as he can. */
static void readers_while_updating(benchmark::State &state)
{
	static tscal_clock clk;

	if (state.thread_index() == 0) {
		tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;

		opts.interval_ms = 10;
		if (tscal_clock_init(&clk, CLOCK_MONOTONIC, &opts, nullptr) !=
			TSCAL_CLOCK_ON_TSC)
			state.SkipWithError(tscal_clock_why(&clk));
		else
			tscal_clock_thread_start(&clk, nullptr);
	}
	for (auto _ : state)
		benchmark::DoNotOptimize(tscal_now(&clk));
	if (state.thread_index() == 0)
		tscal_clock_fini(&clk);
}
/* What as many threads pay for the bare instruction: CPUs may share a core. */
static void rdtsc_by_as_many(benchmark::State &state)
{
	for (auto _ : state)
		benchmark::DoNotOptimize(tscal_rdtsc());
}
BENCHMARK(rdtsc_by_as_many)->ThreadRange(1, 8)->UseRealTime()->MinTime(0.2);
BENCHMARK(readers_while_updating)
	->ThreadRange(1, 8)
	->UseRealTime()
	->MinTime(0.2);
