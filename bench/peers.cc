/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What programs use today, as far as Debian packages it: each where it was
 * found when this was configured. */
#include <chrono>

#ifdef WITH_ABSEIL
#include <absl/base/internal/cycleclock.h>
#include <absl/time/clock.h>
#endif
#ifdef WITH_DPDK
#include <rte_cycles.h>
#include <rte_time.h>
#endif
#ifdef WITH_LIBCPUID
#include <libcpuid/libcpuid.h>
#endif

#include "paired.h"

static void libc_clock_gettime(benchmark::State &state)
{
	beside_rdtsc(state, [] {
		struct timespec ts;

		clock_gettime(CLOCK_MONOTONIC, &ts);
		benchmark::DoNotOptimize(ts);
	});
}
PAIRED(libc_clock_gettime);

static void std_steady_clock(benchmark::State &state)
{
	beside_rdtsc(state, [] {
		benchmark::DoNotOptimize(std::chrono::steady_clock::now());
	});
}
PAIRED(std_steady_clock);

#ifdef WITH_ABSEIL

static void absl_get_current_time_nanos(benchmark::State &state)
{
	beside_rdtsc(state,
		[] { benchmark::DoNotOptimize(absl::GetCurrentTimeNanos()); });
}
PAIRED(absl_get_current_time_nanos);

static void absl_cycle_clock(benchmark::State &state)
{
	beside_rdtsc(state, [] {
		benchmark::DoNotOptimize(
			absl::base_internal::CycleClock::Now());
	});
}
PAIRED(absl_cycle_clock);
#endif

#ifdef WITH_DPDK

static void dpdk_rdtsc(benchmark::State &state)
{
	beside_rdtsc(state, [] { benchmark::DoNotOptimize(rte_rdtsc()); });
}
PAIRED(dpdk_rdtsc);

/* Its own conversion, which shifts: for counters of a power of two of Hz. */
static void dpdk_timecounter(benchmark::State &state)
{
	static rte_timecounter tc;

	tc.cc_mask = UINT64_MAX;
	beside_rdtsc(state, [] {
		benchmark::DoNotOptimize(
			rte_timecounter_update(&tc, rte_rdtsc()));
	});
}
PAIRED(dpdk_timecounter);
#endif

#ifdef WITH_LIBCPUID

static void libcpuid_rdtsc(benchmark::State &state)
{
	beside_rdtsc(state, [] {
		uint64_t tsc;

		cpu_rdtsc(&tsc);
		benchmark::DoNotOptimize(tsc);
	});
}
PAIRED(libcpuid_rdtsc);
#endif

BENCHMARK_MAIN();
