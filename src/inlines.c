/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The one external definition of each inline of the public headers. */
#include <tscal/tscal.h>

#define DEFINE(inline_function)                                                \
	extern __typeof__(inline_function) inline_function

DEFINE(tscal_rdtsc);
DEFINE(tscal_rdtsc_ordered);
DEFINE(tscal_rdtscp);
DEFINE(tscal_rdtsc_begin);
DEFINE(tscal_rdtsc_end);
DEFINE(tscal_conv_init);
DEFINE(tscal_ticks_to_ns);
DEFINE(tscal_ns_to_ticks);
DEFINE(tscal_tsc_to_ns);
DEFINE(tscal_ns_to_tsc);
DEFINE(tscal_calibrate);
DEFINE(tscal_hv_detect);
DEFINE(tscal_clock_init);
DEFINE(tscal_clock_at_);
DEFINE(tscal_clock_read_);
DEFINE(tscal_now);
DEFINE(tscal_now_ordered);
DEFINE(tscal_clock_stats);
DEFINE(tscal_clock_attach);
DEFINE(tscal_clock_attach_fd);
