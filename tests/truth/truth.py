# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""This machine's TSC, found out without tscal (tsc.h).  In the environment:
TSCAL_TRUTH, the library that CMake makes of it."""
import ctypes
import os
import time
import unittest


class Mark(ctypes.Structure):
    """The TSC between earliest and latest when the clock showed ns."""
    _fields_ = [("ns", ctypes.c_int64), ("earliest", ctypes.c_uint64),
                ("latest", ctypes.c_uint64)]


def library():
    lib = ctypes.CDLL(os.environ["TSCAL_TRUTH"])
    lib.truth_why_not.restype = ctypes.c_char_p
    lib.truth_mark_of.argtypes = [ctypes.c_int, ctypes.POINTER(Mark)]
    lib.truth_mark_of.restype = None
    return lib


def mark(clock=time.CLOCK_MONOTONIC):
    out = Mark()
    library().truth_mark_of(clock, ctypes.byref(out))
    return out


def rate_between(begin, end):
    """(lo, hi) in Hz of that clock."""
    s = (end.ns - begin.ns) / 1e9
    return ((end.earliest - begin.latest) / s,
            (end.latest - begin.earliest) / s)


def rate(seconds=0.2, clock=time.CLOCK_MONOTONIC_RAW):
    """(lo, hi) in Hz."""
    begin = mark(clock)
    time.sleep(seconds)
    return rate_between(begin, mark(clock))


def why_no_tsc():
    """Why the TSC may have no rate here or be no clock; None if it must."""
    return library().truth_why_not().decode() or None


def skip_without_tsc():
    """The one reason to skip a test for want of a rate."""
    why = why_no_tsc()
    if why:
        print(f"skipped: {why}")
        raise unittest.SkipTest(why)
