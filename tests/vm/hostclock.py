# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What a guest's numbers are compared with.  Under software emulation a guest's
TSC is the host's, and the guest's timers follow the host's CLOCK_MONOTONIC.  So
the true rate is ticks per second of the host's CLOCK_MONOTONIC, while the guest
runs.  It is counted by tests/truth, without tscal: what is tested is not to say
what is true."""
import time

import truth


class HostClock:
    """The host's rate in Hz, from tick() to tick()."""

    def __init__(self):
        self.marks = [truth.mark()]
        time.sleep(0.6)
        self.tick()

    def khz(self):
        """For the guest's kernel, which takes whole kHz."""
        return round(sum(self.hz()) / 2e3)

    def tick(self):
        """Call this about once a second."""
        self.marks.append(truth.mark())

    def hz(self):
        """(lo, hi), which holds the rate throughout."""
        lo, hi = [], []
        begin = self.marks[0]
        for end in self.marks[1:]:
            if end.ns - begin.ns < 5e8:
                continue
            bounds = truth.rate_between(begin, end)
            lo.append(bounds[0])
            hi.append(bounds[1])
            begin = end
        return min(lo), max(hi)
