# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What a guest's numbers are compared with.  Under software emulation a guest's
TSC is the host's, and the guest's timers follow the host's CLOCK_MONOTONIC.  So
the true rate is ticks per second of the host's CLOCK_MONOTONIC: tscal's rate by
CLOCK_MONOTONIC_RAW, and how much faster MONOTONIC runs than RAW while the guest
does.  The latter is adjtimex's freq and, where NTP slews, more than that, so it
is measured."""
import json
import time

import cli


def mark():
    """(monotonic, earliest raw, latest raw) in ns: the closest of many."""
    reads = []
    for _ in range(300):
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        reads.append((now, before,
                      time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)))
    return min(reads, key=lambda r: r[2] - r[1])


class HostClock:
    """The host's rate in Hz, from tick() to tick()."""

    def __init__(self):
        r = cli.run("--json", "--only", "vdso,clock-raw", "--budget-ms", "100")
        rate = json.loads(r.stdout)["rate"] if r.stdout else {}
        # Of the two the second is RAW's, unless a slow clock is all there is.
        self.raw_hz = (rate.get("hz_lo"), rate.get("hz_hi"))
        self.marks = [mark()]

    def known(self):
        return None not in self.raw_hz

    def khz(self):
        """For the guest's kernel, which takes whole kHz."""
        return round(sum(self.raw_hz) / 2e3)

    def tick(self):
        """Call this about once a second."""
        self.marks.append(mark())

    def hz(self):
        """(lo, hi), which holds the rate throughout."""
        lo, hi = [], []
        begin = self.marks[0]
        for end in self.marks[1:]:
            if end[0] - begin[0] < 5e8:
                continue
            ns = end[0] - begin[0]
            lo.append((end[1] - begin[2]) / ns)
            hi.append((end[2] - begin[1]) / ns)
            begin = end
        if not lo:
            raise ValueError("tick() was not called for half a second")
        return self.raw_hz[0] * min(lo), self.raw_hz[1] * max(hi)
