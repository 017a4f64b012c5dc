/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal and what programs use today, as far as Debian packages it: each
 * where it was found when this was configured. */
#include <chrono>
#include <cmath>
#include <memory>

#ifdef WITH_ABSEIL
#include <absl/base/internal/cycleclock.h>
#include <absl/time/clock.h>
#endif
#ifdef WITH_DPDK
#include <rte_cycles.h>
#include <rte_time.h>
#endif
#ifdef WITH_UCX
#include <ucs/time/time.h>
#endif
#ifdef WITH_LIBCPUID
#include <libcpuid/libcpuid.h>
#endif

#include "arrays.h"
#include "conversions.h"
#include "clocks.h"

/* Now --------------------------------------------------------------------- */

#define NOW(name, expression)                                                  \
	static void now_##name(benchmark::State &state)                        \
	{                                                                      \
		beside_rdtsc(                                                  \
			state, [] { benchmark::DoNotOptimize(expression); });  \
	}                                                                      \
	PAIRED(now_##name)

static void now_tscal(benchmark::State &state)
{
	of_clock(state, 100, false, [](tscal_clock *c) { read_now(c); });
}
PAIRED(now_tscal);

static void now_conv(benchmark::State &state)
{
	const tscal_conv conv = machine::get().conv;

	beside_rdtsc(state, [&conv] {
		benchmark::DoNotOptimize(tscal_tsc_to_ns(&conv, tscal_rdtsc()));
	});
}
PAIRED(now_conv);

static inline timespec gettime(clockid_t id)
{
	timespec ts;

	clock_gettime(id, &ts);
	return ts;
}

NOW(libc_monotonic, gettime(CLOCK_MONOTONIC));
NOW(libc_monotonic_raw, gettime(CLOCK_MONOTONIC_RAW));
NOW(libc_monotonic_coarse, gettime(CLOCK_MONOTONIC_COARSE));
NOW(libc_realtime_coarse, gettime(CLOCK_REALTIME_COARSE));
NOW(std_steady_clock, std::chrono::steady_clock::now());

#ifdef WITH_ABSEIL
/* Abseil reads only the TSC once it knows its rate, from samples of the
 * kernel's clock that lie seconds apart: as in a program that has run for long.
 */
static void warm_absl()
{
	static const bool warm = [] {
		const timespec pause{0, 10000000};

		for (int i = 0; i < 1000; i++) {
			absl::GetCurrentTimeNanos();
			nanosleep(&pause, nullptr);
		}
		return true;
	}();
	benchmark::DoNotOptimize(warm);
}

static void now_absl_nanos(benchmark::State &state)
{
	warm_absl();
	beside_rdtsc(state,
		[] { benchmark::DoNotOptimize(absl::GetCurrentTimeNanos()); });
}
PAIRED(now_absl_nanos);
NOW(absl_cycle_clock, absl::base_internal::CycleClock::Now());
#endif

#ifdef WITH_DPDK
NOW(dpdk_rdtsc, rte_rdtsc());
NOW(dpdk_rdtsc_precise, rte_rdtsc_precise());
NOW(dpdk_timer_cycles, rte_get_timer_cycles());

static void now_dpdk_timecounter(benchmark::State &state)
{
	rte_timecounter tc{};

	tc.cc_mask = UINT64_MAX;
	beside_rdtsc(state, [&tc] {
		benchmark::DoNotOptimize(
			rte_timecounter_update(&tc, rte_rdtsc()));
	});
}
PAIRED(now_dpdk_timecounter);
#endif

#ifdef WITH_UCX
NOW(ucx_get_time, ucs_get_time());
#endif

#ifdef WITH_LIBCPUID
static inline uint64_t libcpuid_rdtsc()
{
	uint64_t tsc;

	cpu_rdtsc(&tsc);
	return tsc;
}
NOW(libcpuid_rdtsc, libcpuid_rdtsc());
#endif

/* Conversions ------------------------------------------------------------- */

#define CONVERT(name, prepare, expression)                                     \
	static void latency_##name(benchmark::State &state)                    \
	{                                                                      \
		prepare;                                                       \
		latency(state, [=](int64_t x) mutable -> int64_t {             \
			return expression;                                     \
		});                                                            \
	}                                                                      \
	PAIRED(latency_##name);                                                \
	static void throughput_##name(benchmark::State &state)                 \
	{                                                                      \
		prepare;                                                       \
		throughput(state, [=](int64_t x) mutable -> int64_t {          \
			return expression;                                     \
		});                                                            \
	}                                                                      \
	PAIRED(throughput_##name)

CONVERT(tscal, tscal_conv c = machine::get().conv, by_tscal(c, x));
CONVERT(double, tscal_conv c = machine::get().conv, by_double(c, x));
CONVERT(division, tscal_conv c = machine::get().conv, by_division(c, x));

#if defined(WITH_ABSEIL) || defined(WITH_DPDK)
/* As it is written with a rate in ticks per second. */
static inline int64_t by_rate(double hz, int64_t ticks)
{
	return static_cast<int64_t>(static_cast<double>(ticks) * 1e9 / hz);
}
#endif

#ifdef WITH_ABSEIL
CONVERT(absl, double hz = absl::base_internal::CycleClock::Frequency(),
	by_rate(hz, x));
#endif

#ifdef WITH_DPDK
/* rte_get_tsc_hz() is 0 before rte_eal_init(), which binds the thread to a CPU
 * and starts others: the rate is set here. */
CONVERT(dpdk, double hz = std::round(machine::get().info.hz), by_rate(hz, x));

static inline rte_timecounter shift_by_one()
{
	rte_timecounter tc{};

	tc.nsec_mask = 1;
	tc.cc_shift = 1;
	return tc;
}
CONVERT(dpdk_shift, rte_timecounter tc = shift_by_one(),
	static_cast<int64_t>(
		rte_cyclecounter_cycles_to_ns(&tc, static_cast<uint64_t>(x))));
#endif

#ifdef WITH_UCX
CONVERT(ucx, (void)state,
	static_cast<int64_t>(ucs_time_to_nsec(static_cast<ucs_time_t>(x))));
#endif

/* Arrays ------------------------------------------------------------------ */

static void by_loop(const tscal_conv &c, stamps &s)
{
	for (size_t i = 0; i < s.n; i++)
		s.to.get()[i] = by_double(
			c, static_cast<int64_t>(s.from.get()[i]));
}

static void batch_beside_memcpy(benchmark::State &state)
{
	const tscal_conv c = machine::get().conv;
	stamps s(state.range(0));

	arrays(
		state, s.n,
		[&] { std::memcpy(s.to.get(), s.from.get(), s.n * 8); },
		[&] { tscal_tsc_to_ns_n(&c, s.from.get(), s.to.get(), s.n); });
}

static void batch_beside_loop(benchmark::State &state)
{
	const tscal_conv c = machine::get().conv;
	stamps s(state.range(0));

	arrays(
		state, s.n, [&] { by_loop(c, s); },
		[&] { tscal_tsc_to_ns_n(&c, s.from.get(), s.to.get(), s.n); });
}

static void batch_loop_beside_memcpy(benchmark::State &state)
{
	const tscal_conv c = machine::get().conv;
	stamps s(state.range(0));

	arrays(
		state, s.n,
		[&] { std::memcpy(s.to.get(), s.from.get(), s.n * 8); },
		[&] { by_loop(c, s); });
}

/* In the first-level cache, the second, and beyond all of them. */
#ifndef TSCAL_BENCH_LARGE_KIB
#define TSCAL_BENCH_LARGE_KIB (512 << 10)
#endif
#define ARRAYS(name)                                                           \
	BENCHMARK(name)->Arg(16)->Arg(512)->UseManualTime()->Iterations(500);  \
	BENCHMARK(name)                                                        \
		->Arg(TSCAL_BENCH_LARGE_KIB)                                   \
		->UseManualTime()                                              \
		->Iterations(21)

ARRAYS(batch_beside_memcpy);
ARRAYS(batch_beside_loop);
ARRAYS(batch_loop_beside_memcpy);

/* Several threads ----------------------------------------------------------
 */

/* Long enough for dozens of updates. */
#define READ_LONG(name) BENCHMARK(name)->UseManualTime()->Iterations(50000)

static std::unique_ptr<running> read_by_all;

static void start_updater(const benchmark::State &)
{
	read_by_all = std::make_unique<running>(10, true);
}

static void stop_updater(const benchmark::State &)
{
	read_by_all.reset();
}

static void readers(benchmark::State &state)
{
	const tscal_clock *clk = &read_by_all->clk;

	read_by_all->report(state);
	beside_rdtsc(state, [clk] { read_now(clk); });
}

#define READERS(n)                                                             \
	static void readers_tscal_##n(benchmark::State &state)                 \
	{                                                                      \
		readers(state);                                                \
	}                                                                      \
	READ_LONG(readers_tscal_##n)                                           \
		->Threads(n)                                                   \
		->Setup(start_updater)                                         \
		->Teardown(stop_updater)

READERS(1);
READERS(2);

#ifdef WITH_ABSEIL
#define READERS_ABSL(n)                                                        \
	static void readers_absl_##n(benchmark::State &state)                  \
	{                                                                      \
		now_absl_nanos(state);                                         \
	}                                                                      \
	READ_LONG(readers_absl_##n)->Threads(n)

READERS_ABSL(1);
READERS_ABSL(2);
#endif

/* Single calls ------------------------------------------------------------ */

template <class Call, class After>
static void single(benchmark::State &state, Call call, After after)
{
	std::vector<double> ns;

	for (auto _ : state) {
		uint64_t begin = tscal_rdtsc_begin();

		call();
		ns.push_back(machine::get().ns(tscal_rdtsc_begin() - begin));
		state.SetIterationTime(ns.back() * 1e-9);
		after();
	}
	count(state, "ns", ns);
}

static void update_tscal(benchmark::State &state)
{
	running r(100, false);

	r.report(state);
	single(
		state, [&r] { tscal_clock_update(&r.clk); }, [] {});
}
PAIRED(update_tscal);

static void start_clock_init(benchmark::State &state)
{
	static tscal_clock clk;

	single(
		state,
		[] {
			tscal_clock_init(
				&clk, CLOCK_MONOTONIC, nullptr, nullptr);
		},
		[] { tscal_clock_fini(&clk); });
}
BENCHMARK(start_clock_init)->UseManualTime()->Iterations(50);

static void start_calibrate_no_measure(benchmark::State &state)
{
	tscal_opts opts = TSCAL_OPTS_INIT;
	tscal_info info;

	opts.flags = TSCAL_OPT_NO_MEASURE;
	single(
		state, [&] { tscal_calibrate(&opts, &info); }, [] {});
}
BENCHMARK(start_calibrate_no_measure)->UseManualTime()->Iterations(50);

int main(int argc, char **argv)
{
	benchmark::AddCustomContext("abseil", ABSEIL_FOUND_AS);
	benchmark::AddCustomContext("dpdk", DPDK_FOUND_AS);
	benchmark::AddCustomContext("ucx", UCX_FOUND_AS);
	benchmark::AddCustomContext("libcpuid", LIBCPUID_FOUND_AS);
	benchmark::Initialize(&argc, argv);
	benchmark::RunSpecifiedBenchmarks();
	benchmark::Shutdown();
	return 0;
}
