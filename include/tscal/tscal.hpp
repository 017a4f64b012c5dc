/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/**
 * @file tscal.hpp
 * A clock of tscal/clock.h as a Clock of std::chrono, C++17.
 *
 *     static tscal_clock clk;
 *     tscal_clock_init(&clk, CLOCK_MONOTONIC, nullptr, nullptr);
 *     using fast = tscal::clock<clk>;
 *     fast::time_point t0 = fast::now();
 *     ...
 *     std::chrono::nanoseconds d = fast::now() - t0;
 */
#ifndef TSCAL_TSCAL_HPP
#define TSCAL_TSCAL_HPP

#include <cassert>
#include <chrono>

#include <tscal/clock.h>

namespace tscal
{

/**
 * C++ wants a Clock whose now() is static, so the clock is an argument of the
 * template: one of static storage.
 *
 * Its epoch is that of the clock followed: a tscal::clock of CLOCK_MONOTONIC
 * counts from the same moment as std::chrono::steady_clock, and one of
 * CLOCK_REALTIME as system_clock (libstdc++ and libc++ on Linux), but their
 * time points are of different types: to_steady() and the others convert.
 * is_steady is false: readings may step back where tscal_clock_generation()
 * changes.
 */
template <tscal_clock &Clock> struct clock {
	using rep = std::int64_t;
	using period = std::nano;
	using duration = std::chrono::duration<rep, period>;
	using time_point = std::chrono::time_point<clock>;
	static constexpr bool is_steady = false;

	/** tscal_now(). */
	static time_point now() noexcept
	{
		return time_point(duration(tscal_now(&Clock)));
	}

	/** tscal_now_ordered(). */
	static time_point now_ordered() noexcept
	{
		return time_point(duration(tscal_now_ordered(&Clock)));
	}

	/** When the TSC had a value, by tscal_clock_stamp().
	 * @return false if that is not known: t is untouched then. */
	static bool stamp(std::uint64_t tsc, time_point &t) noexcept
	{
		std::int64_t ns;

		if (tscal_clock_stamp(&Clock, tsc, &ns, nullptr) != 0)
			return false;
		t = time_point(duration(ns));
		return true;
	}

	/** The same moment of another clock: of a clock that was set up for
	 * CLOCK_MONOTONIC, or CLOCK_REALTIME, alone. */
	static std::chrono::steady_clock::time_point to_steady(
		time_point t) noexcept
	{
		assert(clock_id() == CLOCK_MONOTONIC);
		return other<std::chrono::steady_clock>(t.time_since_epoch());
	}
	static time_point from_steady(
		std::chrono::steady_clock::time_point t) noexcept
	{
		assert(clock_id() == CLOCK_MONOTONIC);
		return time_point(t.time_since_epoch());
	}
	static std::chrono::system_clock::time_point to_system(
		time_point t) noexcept
	{
		assert(clock_id() == CLOCK_REALTIME);
		return other<std::chrono::system_clock>(t.time_since_epoch());
	}
	static time_point from_system(
		std::chrono::system_clock::time_point t) noexcept
	{
		assert(clock_id() == CLOCK_REALTIME);
		return time_point(t.time_since_epoch());
	}

      private:
	/* One that was never set up is all zero. */
	static int clock_id() noexcept
	{
		return Clock.mode ? Clock.clock_id : CLOCK_MONOTONIC;
	}

	/* libc++ counts system_clock in microseconds. */
	template <class Other>
	static typename Other::time_point other(duration d) noexcept
	{
		return typename Other::time_point(
			std::chrono::duration_cast<typename Other::duration>(
				d));
	}
};

} /* namespace tscal */

#endif /* TSCAL_TSCAL_HPP */
