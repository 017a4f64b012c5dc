/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A clock on the TSC, compared with a bare RDTSC. */
#include <unistd.h>

#include "clocks.h"

static void conv_now(benchmark::State &state)
{
	const tscal_conv conv = machine::get().conv;

	beside_rdtsc(state, [&conv] {
		benchmark::DoNotOptimize(tscal_tsc_to_ns(&conv, tscal_rdtsc()));
	});
}
PAIRED(conv_now);

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

/* What programs call today. */
static void clock_gettime_monotonic(benchmark::State &state)
{
	beside_rdtsc(state, [] {
		timespec ts;

		clock_gettime(CLOCK_MONOTONIC, &ts);
		benchmark::DoNotOptimize(ts);
	});
}
PAIRED(clock_gettime_monotonic);

/* A reading of history, of up to four seconds ago. */
static void stamp_from_history(benchmark::State &state)
{
	running r(100, true);

	r.report(state);
	uint64_t tsc = tscal_rdtsc();
	timespec pause{4, 0};

	nanosleep(&pause, nullptr);
	tscal_clock *clk = &r.clk;
	beside_rdtsc(state, [clk, tsc] {
		int64_t ns;

		tscal_clock_stamp(clk, tsc, &ns, nullptr);
		benchmark::DoNotOptimize(ns);
	});
}
PAIRED(stamp_from_history);

static void update(benchmark::State &state)
{
	running r(100, false);

	r.report(state);
	std::vector<double> ns;

	for (auto _ : state) {
		uint64_t begin = tscal_rdtsc_begin();

		tscal_clock_update(&r.clk);
		ns.push_back(machine::get().ns(tscal_rdtsc_begin() - begin));
		state.SetIterationTime(ns.back() * 1e-9);
	}
	count(state, "ns", ns);
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
	count(state, "ns", ns);
}
BENCHMARK(clock_init)->UseManualTime()->Iterations(50);

/* A page as another process has it, mapped here a second time. */
class shared_page
{
      public:
	tscal_clock owner{};
	int fd;

	explicit shared_page(benchmark::State &state)
	{
		tscal_clock_opts opts = TSCAL_CLOCK_OPTS_INIT;

		fd = tscal_clock_page_new("bench", &opts.page);
		opts.page_size = sizeof(tscal_clock_page);
		if (tscal_clock_init(&owner, CLOCK_MONOTONIC, &opts, nullptr) !=
			TSCAL_CLOCK_ON_TSC)
			state.SkipWithError(tscal_clock_why(&owner));
		page_ = opts.page;
		tscal_clock_thread_start(&owner, nullptr);
	}
	~shared_page()
	{
		tscal_clock_fini(&owner);
		tscal_clock_page_free(page_);
		close(fd);
	}
	shared_page(const shared_page &) = delete;
	shared_page &operator=(const shared_page &) = delete;

      private:
	void *page_;
};

static void attached_now(benchmark::State &state)
{
	shared_page page(state);
	static tscal_clock clk;

	if (tscal_clock_attach_fd(&clk, CLOCK_MONOTONIC, page.fd) !=
		TSCAL_CLOCK_ON_TSC)
		state.SkipWithError(tscal_clock_why(&clk));
	beside_rdtsc(state, [] { read_now(&clk); });
	tscal_clock_fini(&clk);
}
PAIRED(attached_now);

static void attach(benchmark::State &state)
{
	shared_page page(state);
	std::vector<double> ns;

	for (auto _ : state) {
		static tscal_clock clk;
		uint64_t begin = tscal_rdtsc_begin();

		tscal_clock_attach_fd(&clk, CLOCK_MONOTONIC, page.fd);
		ns.push_back(machine::get().ns(tscal_rdtsc_begin() - begin));
		state.SetIterationTime(ns.back() * 1e-9);
		tscal_clock_fini(&clk);
	}
	count(state, "ns", ns);
}
PAIRED(attach);

BENCHMARK_MAIN();
