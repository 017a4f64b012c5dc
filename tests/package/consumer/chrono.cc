/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The same as C++: a Clock of std::chrono. */
#include <chrono>
#include <cstdio>
#include <thread>
#include <type_traits>

#include <tscal/tscal.hpp>

static tscal_clock clk;
using fast = tscal::clock<clk>;
using namespace std::chrono_literals;

static_assert(std::is_same_v<fast::duration, std::chrono::nanoseconds>);
static_assert(std::is_same_v<fast::time_point::clock, fast>);
static_assert(!fast::is_steady);
static_assert(noexcept(fast::now()));

int main()
{
	if (tscal_clock_init(&clk, CLOCK_MONOTONIC, nullptr, nullptr) < 0)
		return 1;

	auto system = std::chrono::steady_clock::now().time_since_epoch();
	fast::time_point begin = fast::now();
	fast::time_point stamped{};
	bool known = fast::stamp(tscal_rdtsc(), stamped);

	std::this_thread::sleep_for(5ms);
	fast::duration slept = fast::now_ordered() - begin;

	if (begin.time_since_epoch() < system - 10us || slept < 5ms - 10us)
		return 2;
	if (known && (stamped < begin || stamped > fast::now()))
		return 3;
	auto steady = std::chrono::steady_clock::now();
	if (fast::to_steady(fast::now()) < steady - 10us ||
		fast::from_steady(steady) > fast::now() + 10us)
		return 4;

	static tscal_clock real;
	using wall = tscal::clock<real>;
	if (tscal_clock_init(&real, CLOCK_REALTIME, nullptr, nullptr) < 0)
		return 5;
	/* The clock may be set meanwhile. */
	auto apart = wall::to_system(wall::now()) -
		     std::chrono::system_clock::now();
	if (apart > 10s || apart < -10s ||
		wall::from_system(wall::to_system(wall::time_point(5us))) !=
			wall::time_point(5us))
		return 6;
	std::printf("slept %lld us\n",
		static_cast<long long>(
			std::chrono::duration_cast<std::chrono::microseconds>(
				slept)
				.count()));
}
