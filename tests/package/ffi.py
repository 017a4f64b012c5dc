#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""ffi.py LIBRARY: callers without C inlines find every function exported that they need."""
import ctypes
import sys


class Conv(ctypes.Structure):
    _fields_ = [("mult", ctypes.c_int64), ("tsc_epoch", ctypes.c_uint64),
                ("ns_epoch", ctypes.c_int64), ("tsc_hz", ctypes.c_double)]


def main():
    lib = ctypes.CDLL(sys.argv[1])
    for name in ("tscal_rdtsc", "tscal_rdtsc_ordered"):
        getattr(lib, name).restype = ctypes.c_uint64
    lib.tscal_ticks_to_ns.restype = ctypes.c_int64
    lib.tscal_ticks_to_ns.argtypes = [ctypes.POINTER(Conv), ctypes.c_int64]
    lib.tscal_conv_init.argtypes = [
        ctypes.POINTER(Conv), ctypes.c_double, ctypes.c_uint64, ctypes.c_int64]

    # Larger than any struct tscal_info so far: a caller built against a newer
    # header must find zeros in the fields that this library lacks.
    info = ctypes.create_string_buffer(b"\xff" * 8192, 8192)
    lib.tscal_calibrate_sized.argtypes = [
        ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    assert lib.tscal_calibrate_sized(None, info, len(info)) == 0
    hz = ctypes.c_double.from_buffer(info).value  # its first member
    assert 10e6 < hz < 20e9, hz
    assert info.raw[-4096:] == bytes(4096)

    # And a caller built against an older one is not written past its end.
    info = ctypes.create_string_buffer(b"\xff" * 64, 64)
    assert lib.tscal_calibrate_sized(None, info, 8) == 0
    assert info.raw[8:] == b"\xff" * 56

    # The same for the other struct that a caller allocates.
    hv = ctypes.create_string_buffer(b"\xff" * 16384, 16384)
    lib.tscal_hv_detect_sized.argtypes = [
        ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    assert lib.tscal_hv_detect_sized(None, hv, len(hv)) == 0
    assert hv.raw[0] in (0, 1)
    assert hv.raw[-4096:] == bytes(4096)
    hv = ctypes.create_string_buffer(b"\xff" * 64, 64)
    assert lib.tscal_hv_detect_sized(None, hv, 1) == 0
    assert hv.raw[1:] == b"\xff" * 63

    first = lib.tscal_rdtsc_ordered()
    assert lib.tscal_rdtsc_ordered() > first
    conv = Conv()
    assert lib.tscal_conv_init(conv, 1e9, 0, 0) == 0
    assert lib.tscal_ticks_to_ns(conv, -5_000_000_000) == -5_000_000_000
    print(f"{hz:.0f} Hz")


main()
