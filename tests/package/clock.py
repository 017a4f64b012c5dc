#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""clock.py LIBRARY HEADERS: a clock for callers without C inlines."""
import ctypes
import re
import sys
import time

lib = ctypes.CDLL(sys.argv[1])
# struct tscal_clock: a program in another language needs only its size
# and alignment, which tscal_clock_init_sized() checks.
text = "".join(open(f"{sys.argv[2]}/{name}.h").read()
               for name in ("clock", "clock_page"))
words = int(re.search(r"uint64_t private_\[(\d+)\];", text)[1])
segments = int(re.search(r"#define TSCAL_SEGMENTS (\d+)", text)[1])
page = 64 + segments * 64
size = (8 + 2 * 4 + words * 8 + 63) // 64 * 64 + page

memory = ctypes.create_string_buffer(size + 64)
clk = ctypes.c_void_p((ctypes.addressof(memory) + 63) // 64 * 64)
init = lib.tscal_clock_init_sized
init.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int,
                 ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
lib.tscal_now.argtypes = [ctypes.c_void_p]
lib.tscal_now.restype = ctypes.c_int64
lib.tscal_now_ordered.argtypes = [ctypes.c_void_p]
lib.tscal_now_ordered.restype = ctypes.c_int64
lib.tscal_clock_why.argtypes = [ctypes.c_void_p]
lib.tscal_clock_why.restype = ctypes.c_char_p
for name in ("update", "generation", "fini", "thread_stop"):
    getattr(lib, "tscal_clock_" + name).argtypes = [ctypes.c_void_p]
lib.tscal_clock_thread_start.argtypes = [ctypes.c_void_p, ctypes.c_void_p]

MONOTONIC = time.CLOCK_MONOTONIC
EINVAL = 22
assert init(clk, size - 64, MONOTONIC, None, None, 0) == -EINVAL
on = init(clk, size, MONOTONIC, None, None, 0)
assert on in (0, 1), on
before = time.clock_gettime_ns(MONOTONIC)
first, second = lib.tscal_now(clk), lib.tscal_now_ordered(clk)
after = time.clock_gettime_ns(MONOTONIC)
assert before - 1000 <= first <= second <= after + 1000, (before, first, after)
if on == 0:
    assert lib.tscal_clock_update(clk) >= 0
    assert lib.tscal_clock_thread_start(clk, None) == 0
    assert lib.tscal_clock_thread_stop(clk) == 0
    assert lib.tscal_clock_generation(clk) == 1
print(f"{second - first} ns apart, {lib.tscal_clock_why(clk).decode() or 'on the TSC'}")
lib.tscal_clock_fini(clk)
